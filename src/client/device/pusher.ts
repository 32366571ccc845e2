import * as Y from 'yjs';
import { toBase64 } from 'lib0/buffer';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { entryDocName } from '#sync/entry-doc.ts';
import { MAX_BATCH_BYTES, MAX_BATCH_ITEMS, SYNC_PROTOCOL, type BatchResult } from '#sync/sync-messages.ts';
import type { DeviceStore, WaitingUpdate } from './device-store.ts';
import { keptWorkOf } from './kept-work.ts';
import type { SyncApi } from './sync-api.ts';
import type { TabMessage } from './tabs.ts';

/** An open editor sends its own edits; after this long without an answer they are pushed all the same. */
const GRACE_MS = 4000;
const PASS_MS = 2000;

export interface PusherParts {
	readonly store: DeviceStore;
	readonly api: SyncApi;
	readonly device: string;
	/** Documents that a tab with a live connection has open. */
	readonly openElsewhere: () => Promise<ReadonlySet<EntryId>>;
	/** Tells every tab, this one too. */
	readonly tell: (message: TabMessage) => void;
	/** What the last try met: undefined when it went through. */
	readonly onOutcome: (code: string | undefined) => void;
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
	#running: Promise<void> | undefined;
	#timer: ReturnType<typeof setInterval> | undefined;
	#isHurried = false;
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

	stop(): void {
		clearInterval(this.#timer);
		this.#timer = undefined;
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
		this.#running = this.#pass().finally(() => (this.#running = undefined));
		return this.#running;
	}

	/**
	 * Offers the server what it lost, after it was restored from a backup that is older than what this device holds.
	 */
	async recover(lineage: string): Promise<void> {
		const ids = await this.#parts.store.docsOfOtherLineage(lineage);
		for (let at = 0; at < ids.length;) {
			const items: { doc: EntryId; update: Uint8Array }[] = [];
			let bytes = 0;
			for (; at < ids.length && items.length < MAX_BATCH_ITEMS; at++) {
				const doc = ids[at] as EntryId;
				const state = (await this.#parts.store.load(doc))?.state;
				if (!state) continue;
				if (items.length > 0 && bytes + state.byteLength > MAX_BATCH_BYTES) break;
				items.push({ doc, update: state });
				bytes += state.byteLength;
			}
			if (items.length === 0) continue;
			const answer = await this.#parts.api.recover({
				protocol: SYNC_PROTOCOL,
				device: this.#parts.device,
				batchId: createId<string>(),
				items: items.map((item) => ({ doc: entryDocName(item.doc), update: toBase64(item.update) })),
			});
			for (const [index, result] of answer.results.entries()) {
				const item = items[index];
				if (!item) continue;
				if (result.ok)
					await this.#parts.store.keepState(item.doc, item.update, { lineage, seq: result.seq }, []);
				else await this.#putAway(item.doc, [item.update], [], result.code, true);
			}
		}
	}

	async #pass(): Promise<void> {
		for (;;) {
			try {
				const due = await this.#due();
				if (due.size === 0) return;
				await this.#push(due);
				this.#parts.onOutcome(undefined);
			} catch (error) {
				if (!isRefusal(error)) throw error;
				if (error.code.startsWith('device.')) this.#parts.onTrouble(error.code);
				else this.#parts.onOutcome(error.code);
				return;
			}
		}
	}

	/** What is to be sent now, by document, within the limits of one batch. */
	async #due(): Promise<Map<EntryId, WaitingUpdate[]>> {
		const waiting = await this.#parts.store.waiting();
		const now = (this.#parts.now ?? (() => performance.now()))();
		const known = new Set(waiting.map((each) => each.n));
		for (const n of this.#firstSeen.keys()) if (!known.has(n)) this.#firstSeen.delete(n);
		const open =
			this.#isHurried || waiting.length === 0 ? new Set<EntryId>() : await this.#parts.openElsewhere();
		const due = new Map<EntryId, WaitingUpdate[]>();
		let bytes = 0;
		for (const each of waiting) {
			const seen = this.#firstSeen.get(each.n) ?? now;
			this.#firstSeen.set(each.n, seen);
			if (open.has(each.doc) && now - seen < GRACE_MS) continue;
			const list = due.get(each.doc);
			const isFull = bytes > 0 && bytes + each.update.byteLength > MAX_BATCH_BYTES;
			// Edits of one document stay in order: nothing after a gap.
			if (isFull || (!list && due.size >= MAX_BATCH_ITEMS)) break;
			bytes += each.update.byteLength;
			if (list) list.push(each);
			else due.set(each.doc, [each]);
		}
		return due;
	}

	async #push(due: ReadonlyMap<EntryId, readonly WaitingUpdate[]>): Promise<void> {
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
			items: items.map((item) => ({ doc: entryDocName(item.doc), update: toBase64(item.update) })),
		});
		this.#unanswered = undefined;
		for (const [index, result] of answer.results.entries()) {
			const item = items[index];
			if (item) await this.#settle(item, result, answer.lineage);
		}
	}

	async #settle(
		item: { readonly doc: EntryId; readonly updates: readonly WaitingUpdate[]; readonly update: Uint8Array },
		result: BatchResult,
		lineage: string,
	): Promise<void> {
		const numbers = item.updates.map((each) => each.n);
		if (result.ok) {
			try {
				await this.#parts.store.keepState(item.doc, item.update, { lineage, seq: result.seq }, numbers);
			} catch (error) {
				if (!isRefusal(error)) throw error;
				this.#parts.onTrouble(error.code);
			}
			this.#parts.tell({ type: 'sent', doc: item.doc, numbers });
		} else if (isPassing(result.code)) throw new Refusal(result.code, result.params);
		else
			await this.#putAway(
				item.doc,
				item.updates.map((each) => each.update),
				numbers,
				result.code,
				false,
			);
	}

	async #putAway(
		doc: EntryId,
		updates: readonly Uint8Array[],
		numbers: readonly number[],
		code: string,
		isState: boolean,
	): Promise<void> {
		const card = await this.#parts.store.card(doc);
		const stored = await this.#parts.store.load(doc);
		const work = keptWorkOf({
			doc,
			title: card?.title ?? '',
			code,
			updates,
			base: isState ? undefined : stored?.state,
		});
		await this.#parts.store.keep(work, numbers);
		if (isState) await this.#parts.store.forget(doc);
		this.#parts.tell({ type: 'refused', doc, code });
	}
}

/** Refusals that say nothing about the edit: the server is troubled, or wants the person first. */
function isPassing(code: string): boolean {
	return [
		'collaboration.log-failed',
		'collaboration.failed',
		'permissions.sign-in',
		'sync.too-many',
	].includes(code);
}
