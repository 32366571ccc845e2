import * as Y from 'yjs';
import { toBase64 } from 'lib0/buffer';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { docNameOf, entryOf, isBeginning, type DocKey } from '#sync/entry-doc.ts';
import {
	MAX_BATCH_BYTES,
	MAX_BATCH_ITEMS,
	MAX_STATE_BYTES,
	SYNC_PROTOCOL,
	type BatchResult,
} from '#sync/sync-messages.ts';
import type { DeviceStore, WaitingUpdate } from './device-store.ts';
import { orDamaged } from './or-damaged.ts';
import { nextBatch, type EditsByDoc } from './next-batch.ts';
import { putRefusedAway } from './refused-work.ts';
import type { SyncApi } from './sync-api.ts';
import type { TabMessage } from './tabs.ts';

/** An open editor sends its own edits; after this long without an answer they are pushed all the same. */
const GRACE_MS = 4000;
const PASS_MS = 2000;
const TOO_LARGE = 'collaboration.update-too-large';
const PURGED = 'catalogue.purged';
const UNKNOWN_PARENT = 'collaboration.unknown-parent';
/** The server could not: the document may be in trouble there, and others not. */
const FAILED = 'collaboration.failed';
const MISSING_HISTORY = 'collaboration.missing-history';
/** A document whose edits cannot be taken now is left alone for this long, so that it holds up no other. */
const REST_MS = 60_000;

export interface PusherParts {
	readonly store: DeviceStore;
	readonly api: SyncApi;
	readonly device: string;
	/** Whose work it is. */
	readonly personId: string;
	/** History of the server's log; undefined until the server has been given back what it lost of that of the device. */
	readonly lineage: () => string | undefined;
	/** Documents that a tab with a live connection has open. */
	readonly openElsewhere: () => Promise<ReadonlySet<DocKey>>;
	/** Tells every tab, this one too. */
	readonly tell: (message: TabMessage) => void;
	/** What the last try met: undefined when it went through. */
	readonly onOutcome: (code: string | undefined) => void;
	/** The content of an entry was purged: all there is of it here goes. */
	readonly purge: (id: EntryId) => Promise<void>;
	/** The device does not take what the server answered. */
	readonly onTrouble: (code: string) => void;
	/** Milliseconds that only grow. */
	readonly now?: () => number;
}

/**
 * Sends what waits on the device and no open editor sends: what an earlier tab left, and everything while no WebSocket
 * gets through. One tab of a person does it at a time.
 */
export class Pusher {
	#parts: PusherParts;
	#firstSeen = new Map<number, number>();
	/** Documents that are left alone, until when. */
	#resting = new Map<DocKey, number>();
	/** How often edits of a document rested on something the server does not have. */
	#missing = new Map<DocKey, number>();
	#running: Promise<void> | undefined;
	#timer: ReturnType<typeof setInterval> | undefined;
	#isHurried = false;
	#isStopped = false;
	/** The batch that got no answer, to be repeated as it was. */
	#unanswered: { readonly key: string; readonly batchId: string } | undefined;

	constructor(parts: PusherParts) {
		this.#parts = parts;
	}

	/** Looks every two seconds from now on. */
	start(): void {
		this.#timer ??= setInterval(() => void this.look(), PASS_MS);
		void this.look();
	}

	/** For good: the store is about to be closed, and what fails by that is no news. */
	stop(): void {
		this.#isStopped = true;
		clearInterval(this.#timer);
	}

	/** Looks at once, also at what was to be left alone for a while: somebody asks. */
	retry(): Promise<void> {
		this.#resting.clear();
		return this.look();
	}

	/** No editor has a live connection: nothing is worth waiting for. */
	hurry(isHurried: boolean): void {
		this.#isHurried = isHurried;
		if (isHurried) void this.look();
	}

	/**
	 * One pass, once started; passes never overlap, and only one tab's pusher is started, so the server gets the batches
	 * of one person one after the other. Resolves when nothing is left to send, or it cannot be sent now.
	 */
	async look(): Promise<void> {
		if (this.#timer === undefined) return;
		if (this.#running) return this.#running;
		if (this.#isStopped) return;
		this.#running = this.#pass()
			.catch((error: unknown) => {
				if (!this.#isStopped) throw error;
			})
			.finally(() => (this.#running = undefined));
		return this.#running;
	}

	/**
	 * Offers the server what it lost, after it was restored from a backup that is older than what this device holds.
	 * @throws {Refusal} when the server cannot take it now; what it took by then it has
	 */
	async recover(lineage: string): Promise<void> {
		// Sent one by one, as they were made: one that rests on what nobody brings back does not keep the state from it.
		await this.#parts.store.waitAgain(lineage);
		let ids = await this.#parts.store.docsOfOtherLineage(lineage);
		for (let isLast = false; ids.length > 0;) {
			const orphans = await this.#recoverOnce(ids, lineage, isLast);
			// An entry may lie below one that a later batch has brought.
			isLast = orphans.length === ids.length;
			ids = orphans;
		}
	}

	/** Offers each state once. @returns those whose parent the server did not know, unless it is the last time */
	async #recoverOnce(ids: readonly DocKey[], lineage: string, isLast: boolean): Promise<DocKey[]> {
		const orphans: DocKey[] = [];
		let items: Recovered[] = [];
		let bytes = 0;
		const offer = async (): Promise<void> => {
			if (items.length > 0) orphans.push(...(await this.#offer(items, lineage, isLast)));
			items = [];
			bytes = 0;
		};
		for (const doc of ids) {
			const update = (await orDamaged(this.#parts.store.load(doc)))?.state;
			if (!update) continue;
			if (update.byteLength > MAX_STATE_BYTES) {
				await this.#putAway(doc, [update], [], TOO_LARGE, true);
				continue;
			}
			if (items.length === MAX_BATCH_ITEMS || bytes + update.byteLength > MAX_BATCH_BYTES) await offer();
			items.push({ doc, update });
			bytes += update.byteLength;
		}
		await offer();
		return orphans;
	}

	async #offer(items: readonly Recovered[], lineage: string, isLast: boolean): Promise<DocKey[]> {
		const orphans: DocKey[] = [];
		let passing: Refusal | undefined;
		for (const [index, result] of (await this.#givenBack(items)).entries()) {
			const item = items[index];
			if (!item) continue;
			if (result.ok)
				await this.#parts.store.keepState(item.doc, item.update, { lineage, seq: result.seq }, []);
			else if (isPassing(result.code)) passing ??= new Refusal(result.code, result.params);
			else if (result.code === UNKNOWN_PARENT && !isLast) orphans.push(item.doc);
			else await this.#putAway(item.doc, [item.update], [], result.code, true);
		}
		if (passing) throw passing;
		return orphans;
	}

	async #givenBack(items: readonly Recovered[]): Promise<readonly BatchResult[]> {
		const answer = await this.#parts.api.recover({
			protocol: SYNC_PROTOCOL,
			device: this.#parts.device,
			batchId: createId<string>(),
			items: items.map((item) => ({ doc: docNameOf(item.doc), update: toBase64(item.update) })),
		});
		return answer.results;
	}

	async #pass(): Promise<void> {
		for (;;) {
			const lineage = this.#parts.lineage();
			// A server that was restored would refuse good work, or take it and be thought to have all it rests on.
			if (lineage === undefined) return;
			try {
				const { due, tooLarge } = await this.#due();
				for (const [doc, updates] of tooLarge) await this.#putAwayWaiting(doc, updates, TOO_LARGE);
				if (due.size === 0 && tooLarge.size > 0) continue;
				if (due.size === 0) return;
				const begun = await this.#begin(due, lineage);
				if (begun.size > 0) await this.#push(begun, lineage);
				this.#parts.onOutcome(undefined);
			} catch (error) {
				if (!isRefusal(error)) throw error;
				if (error.code.startsWith('device.')) this.#parts.onTrouble(error.code);
				else this.#parts.onOutcome(error.code);
				return;
			}
		}
	}

	/**
	 * Has entries that were made here begun at the server, those above before those below them: nothing of them can be
	 * sent before. @returns what is left to push
	 */
	async #begin(due: EditsByDoc, lineage: string): Promise<EditsByDoc> {
		const left = new Map(due);
		for (const [doc, updates] of due) {
			const [first] = updates;
			if (doc.startsWith('review:') || !first || !isBeginning(first.update)) continue;
			const card = await orDamaged(this.#parts.store.card(entryOf(doc)));
			// What the server knows already goes the way of every edit.
			if (!card || (await orDamaged(this.#parts.store.load(doc)))?.state) continue;
			try {
				await this.#parts.api.begin(entryOf(doc), card.profile, first.update, lineage);
			} catch (error) {
				// What is below it would be refused without it, so the rest waits, too.
				if (!isRefusal(error) || isPassingError(error)) throw error;
				left.delete(doc);
				await this.#putAwayWaiting(doc, updates, error.code);
			}
		}
		return left;
	}

	/** What is to be sent now, and what can never be: see {@link nextBatch}. */
	async #due(): Promise<ReturnType<typeof nextBatch>> {
		const waiting = await this.#parts.store.waiting();
		const now = this.#now();
		const known = new Set(waiting.map((each) => each.n));
		for (const n of this.#firstSeen.keys()) if (!known.has(n)) this.#firstSeen.delete(n);
		for (const n of known) if (!this.#firstSeen.has(n)) this.#firstSeen.set(n, now);
		const open =
			this.#isHurried || waiting.length === 0 ? new Set<DocKey>() : await this.#parts.openElsewhere();
		return nextBatch(
			waiting,
			({ n, doc }) =>
				(this.#resting.get(doc) ?? 0) > now ||
				(open.has(doc) && now - (this.#firstSeen.get(n) ?? now) < GRACE_MS),
		);
	}

	async #push(due: EditsByDoc, lineage: string): Promise<void> {
		const items = [...due].map(([doc, updates]) => ({
			doc,
			updates,
			update:
				updates.length === 1
					? (updates[0] as WaitingUpdate).update
					: Y.mergeUpdates(updates.map((each) => each.update)),
		}));
		const key = items.map((item) => item.updates.map((each) => each.n).join('+')).join(',');
		const batchId = this.#unanswered?.key === key ? this.#unanswered.batchId : createId<string>();
		this.#unanswered = { key, batchId };
		const answer = await this.#parts.api.push({
			protocol: SYNC_PROTOCOL,
			device: this.#parts.device,
			batchId,
			lineage,
			items: items.map((item) => ({ doc: docNameOf(item.doc), update: toBase64(item.update) })),
		});
		this.#unanswered = undefined;
		let passing: Refusal | undefined;
		for (const [index, result] of answer.results.entries()) {
			const item = items[index];
			const why = item && (await this.#settle(item, result, answer.lineage));
			passing ??= why;
		}
		if (passing) throw passing;
	}

	/** @returns what kept the server from taking it for now */
	async #settle(
		item: { readonly doc: DocKey; readonly updates: readonly WaitingUpdate[]; readonly update: Uint8Array },
		result: BatchResult,
		lineage: string,
	): Promise<Refusal | undefined> {
		const numbers = item.updates.map((each) => each.n);
		if (!result.ok && result.code === MISSING_HISTORY && (await this.#mayComeLater(item.doc)))
			return undefined;
		this.#missing.delete(item.doc);
		if (result.ok) {
			try {
				await this.#parts.store.keepState(item.doc, item.update, { lineage, seq: result.seq }, numbers);
			} catch (error) {
				if (!isRefusal(error)) throw error;
				this.#parts.onTrouble(error.code);
			}
			this.#parts.tell({ type: 'sent', doc: item.doc, numbers });
		} else if (isPassing(result.code)) {
			if (result.code === FAILED) this.#resting.set(item.doc, this.#now() + REST_MS);
			return new Refusal(result.code, result.params);
		} else await this.#putAwayWaiting(item.doc, item.updates, result.code);
		return undefined;
	}

	/**
	 * What edits rest on may be here, or come by a tab that has it open: first the server is given back what the device
	 * holds of the document, then the document is left alone for a while.
	 * @returns false when nothing is left to try
	 */
	async #mayComeLater(doc: DocKey): Promise<boolean> {
		const tries = (this.#missing.get(doc) ?? 0) + 1;
		this.#missing.set(doc, tries);
		if (tries > 2) return false;
		const update = tries === 1 ? (await orDamaged(this.#parts.store.load(doc)))?.state : undefined;
		if (update && update.byteLength <= MAX_STATE_BYTES) {
			try {
				if ((await this.#givenBack([{ doc, update }]))[0]?.ok) return true;
			} catch (error) {
				if (!isRefusal(error) || error.code !== 'sync.not-restored') throw error;
				return false;
			}
		}
		this.#resting.set(doc, this.#now() + REST_MS);
		return true;
	}

	#now(): number {
		return (this.#parts.now ?? (() => performance.now()))();
	}

	#putAwayWaiting(doc: DocKey, waiting: readonly WaitingUpdate[], code: string): Promise<void> {
		return this.#putAway(
			doc,
			waiting.map((each) => each.update),
			waiting.map((each) => each.n),
			code,
			false,
		);
	}

	async #putAway(
		doc: DocKey,
		updates: readonly Uint8Array[],
		numbers: readonly number[],
		code: string,
		isState: boolean,
	): Promise<void> {
		if (code === PURGED) {
			await this.#parts.purge(entryOf(doc));
			this.#parts.tell({ type: 'refused', doc, code });
			return;
		}
		const card = await orDamaged(this.#parts.store.card(entryOf(doc)));
		const stored = await orDamaged(this.#parts.store.load(doc));
		// A state stays while edits wait, and is refused whenever it is offered.
		if (!isState || !(await this.#isPutAway(doc, updates)))
			await putRefusedAway(this.#parts.store, this.#parts.personId, {
				doc,
				title: card?.title ?? '',
				code,
				updates,
				base: isState ? undefined : stored?.state,
				numbers,
			});
		if (isState) await this.#parts.store.forget(doc);
		this.#parts.tell({ type: 'refused', doc, code });
	}

	async #isPutAway(doc: DocKey, updates: readonly Uint8Array[]): Promise<boolean> {
		const bytes = updates.map((update) => toBase64(update)).join();
		return (await this.#parts.store.kept()).some((kept) => kept.doc === doc && kept.updates.join() === bytes);
	}
}

/** A state that is offered to a restored server. */
interface Recovered {
	readonly doc: DocKey;
	readonly update: Uint8Array;
}

/** Refusals that say nothing about the edit: the server is troubled, or wants the person first. */
function isPassing(code: string): boolean {
	return [
		'collaboration.log-failed',
		FAILED,
		'permissions.sign-in',
		'sync.too-many',
		'sync.other-lineage',
	].includes(code);
}

/** The same of a request that was refused as a whole. */
function isPassingError({ code, status }: Refusal): boolean {
	return isPassing(code) || code.startsWith('client.') || status >= 500 || status === 401 || status === 429;
}
