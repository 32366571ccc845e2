import * as Y from 'yjs';
import { fromBase64 } from 'lib0/buffer';
import { isBeginning, type DocKey } from '#sync/entry-doc.ts';
import type { LoadAnswer } from '#sync/sync-messages.ts';
import type { DeviceStore } from './device/device-store.ts';
import { putRefusedAway } from './device/refused-work.ts';
import { Outbox } from './device/outbox.ts';
import type { TabMessage } from './device/tabs.ts';

/** Where a change of one of the two documents came from. */
const FROM_WIRE = Symbol('from the wire');
const FROM_DEVICE = Symbol('from the device');
const FROM_TAB = Symbol('from another tab');
const RELEASED = Symbol('released');

/** An edit on its way to the server. */
interface Outgoing {
	/** On the device; undefined when it could not be written there. */
	readonly n: number | undefined;
	readonly update: Uint8Array;
	/** Counts what went onto the wire; undefined while it waits for that. */
	step?: number;
}

/** How long after the last change the state is written to the device. */
const KEEP_DELAY_MS = 1500;

export interface EntryLineParts {
	readonly key: DocKey;
	readonly personId: string;
	/** What people edit. */
	readonly doc: Y.Doc;
	readonly store: DeviceStore;
	readonly tell: (message: TabMessage) => void;
	/** History of the server's log; undefined before the server was reached. */
	readonly lineage: () => string | undefined;
	readonly maxUpdateBytes: number;
	readonly onTrouble: (code: string | undefined) => void;
	/** An edit too large for any message is not sent; given when it is not on the device either. */
	readonly onTooLarge: (unwritten: Uint8Array | undefined) => void;
	/** An edit is on the device. */
	readonly onReleased: () => void;
	/** Something went onto the wire: a barrier will tell when it is logged. */
	readonly onStepped: () => void;
	readonly onChanged: () => void;
}

/**
 * The line between the document people edit and the one that is connected. Local edits reach `wire` only after the
 * device has written them, and only while it is joined to the server's; what arrives on `wire` reaches `doc` at once. An
 * edit counts as unsent until the server's answer proves that it is logged, and leaves the device only then.
 *
 * What is on the wire and not known to be logged stays below half the largest message: after a reconnection the handshake
 * sends all of it in one. A long time offline goes up in pieces, each waiting for the answer to those before it.
 */
export class EntryLine {
	/** The document that is connected: what the server has, and what it may be sent. */
	readonly wire = new Y.Doc();
	#parts: EntryLineParts;
	#outbox: Outbox;
	#provider: unknown;
	/** Edits of this tab and of others, not known to be logged, in order; those on the wire come first. */
	#outgoing: Outgoing[] = [];
	/** Logged, and still on the device until the state holds them. */
	#logged: number[] = [];
	/** History of the log in which they are. */
	#loggedIn: string | undefined;
	/** Edits that the server refused. */
	#putAwayCount = 0;
	#step = 0;
	#isJoined = false;
	#httpSeq: number | undefined;
	#keeping: ReturnType<typeof setTimeout> | undefined;
	#hasState = false;
	/** The edit that makes the entry, while the server has not heard of it. */
	#beginning: number | undefined;
	#isStopped = false;

	constructor(parts: EntryLineParts) {
		this.#parts = parts;
		this.#outbox = new Outbox({
			append: (update) => parts.store.append(parts.key, update),
			maxBytes: parts.maxUpdateBytes,
			release: (update, n) => this.#release(update, n),
			onTrouble: parts.onTrouble,
			onChanged: parts.onChanged,
		});
		parts.doc.on('update', this.#onDoc);
		this.wire.on('update', this.#onWire);
	}

	/** Edits not known to be logged; what was refused stays among them. */
	get unsent(): number {
		return this.#outbox.queued + this.#outgoing.length + this.#putAwayCount;
	}

	/** Edits that are nowhere but in this tab. */
	get unwritten(): number {
		return this.#outbox.pending;
	}

	/** Those edits themselves. */
	async unwrittenUpdates(): Promise<readonly Uint8Array[]> {
		await this.#outbox.released();
		return this.#outbox.unwritten;
	}

	/** What a barrier may ask about: the last step onto the wire. */
	get lastStep(): number {
		return this.#step;
	}

	/** Position of the state last read over HTTP. */
	get httpSeq(): number | undefined {
		return this.#httpSeq;
	}

	/**
	 * Reads what the device has: the state, and the edits that wait.
	 * @returns false when it has nothing of this entry that can be shown
	 */
	async loadFromDevice(): Promise<boolean> {
		const stored = await this.#parts.store.load(this.#parts.key);
		if (!stored) return false;
		const known = [...(stored.state ? [stored.state] : [])];
		for (const { n, update, isSent } of stored.updates) {
			if (isSent) {
				this.#logged.push(n);
				known.push(update);
			} else this.#outgoing.push({ n, update });
		}
		for (const update of known) {
			Y.applyUpdate(this.wire, update, FROM_DEVICE);
			Y.applyUpdate(this.#parts.doc, update, FROM_DEVICE);
		}
		for (const { update } of this.#outgoing) Y.applyUpdate(this.#parts.doc, update, FROM_DEVICE);
		this.#hasState = stored.state !== undefined;
		this.#loggedIn = stored.lineage || undefined;
		const [first] = this.#outgoing;
		if (!this.#hasState && known.length === 0 && first && isBeginning(first.update))
			this.#beginning = first.n;
		this.#parts.onChanged();
		return this.#hasState || this.isUnbegun;
	}

	/** The entry was made on this device, and the server has not heard of it: nothing of it can be sent by a line. */
	get isUnbegun(): boolean {
		return this.#beginning !== undefined;
	}

	/** The provider whose changes of the wire came from the server. */
	connectedBy(provider: unknown): void {
		this.#provider = provider;
	}

	get isJoined(): boolean {
		return this.#isJoined;
	}

	/** The wire and the server's document have told each other what they hold. */
	joined(): void {
		this.#isJoined = true;
		this.#flow();
	}

	/** The line is gone: what is on the wire is said again by the next handshake, the rest waits for it. */
	left(): void {
		this.#isJoined = false;
	}

	/** Resolves when everything typed so far is on the device, or known not to be. */
	async released(): Promise<void> {
		await this.#outbox.released();
	}

	/** Everything the server had is on the wire now. */
	stateArrived(): void {
		// The first is kept at once: what is typed on it may outlive the connection, and be judged by what it was typed on.
		const isFirst = !this.#hasState;
		this.#hasState = true;
		if (isFirst) this.#keepIfQuiet();
		else this.#keepSoon();
	}

	/** A state read over HTTP. */
	stateOverHttp(answer: LoadAnswer): void {
		this.#httpSeq = answer.seq;
		if (answer.state === null) return;
		const state = fromBase64(answer.state);
		Y.applyUpdate(this.wire, state, FROM_WIRE);
		Y.applyUpdate(this.#parts.doc, state, FROM_WIRE);
	}

	/** The server has logged everything up to a step. */
	confirmed(step: number): void {
		const done = this.#outgoing.filter((each) => each.step !== undefined && each.step <= step);
		if (done.length === 0) return this.#keepIfQuiet();
		this.#outgoing = this.#outgoing.filter((each) => !done.includes(each));
		const numbers = done.flatMap((each) => (each.n === undefined ? [] : [each.n]));
		this.#logged.push(...numbers);
		this.#loggedIn ??= this.#parts.lineage();
		if (this.#outgoing.length === 0) this.#outbox.saved();
		this.#flow();
		this.#parts.onChanged();
		if (this.#outgoing.length === 0 && this.#outbox.queued === 0) this.#keepIfQuiet();
		else void this.#parts.store.markSent(numbers).catch(this.#onStoreFailed);
		if (numbers.length > 0) this.#parts.tell({ type: 'sent', doc: this.#parts.key, numbers });
	}

	/** The device pushed these edits, or another tab did, and they left the device. */
	sent(numbers: readonly number[]): void {
		const isGone = ({ n }: Outgoing): boolean => n !== undefined && numbers.includes(n);
		if (this.#beginning !== undefined && numbers.includes(this.#beginning)) this.#beginning = undefined;
		const gone = this.#outgoing.filter(isGone);
		if (gone.length === 0) return;
		this.#outgoing = this.#outgoing.filter((each) => !isGone(each));
		for (const { step, update } of gone)
			if (step === undefined) Y.applyUpdate(this.wire, update, FROM_DEVICE);
		this.#flow();
		this.#parts.onChanged();
	}

	/**
	 * Another tab wrote an edit of this entry onto the device. Both send it, so that an edit made here on top of it never
	 * reaches the server first. One that was read from the device is known.
	 */
	editedElsewhere(n: number, update: Uint8Array): void {
		if (this.#logged.includes(n) || this.#outgoing.some((each) => each.n === n)) return;
		Y.applyUpdate(this.#parts.doc, update, FROM_TAB);
		this.#outgoing.push({ n, update });
		this.#flow();
		this.#parts.onChanged();
	}

	/** Puts what waits away, with what else the server refused. */
	async putAway(code: string, title: string, more: readonly Uint8Array[]): Promise<void> {
		await this.#outbox.released();
		const stored = await this.#parts.store.load(this.#parts.key);
		const waiting = (stored?.updates ?? []).filter((each) => !each.isSent);
		// Held by the outbox until they lie somewhere else: the device may be full.
		this.#outbox.hold(more);
		const unwritten = this.#outbox.unwritten;
		const updates = [...waiting.map((each) => each.update), ...unwritten];
		if (updates.length > 0)
			await putRefusedAway(this.#parts.store, this.#parts.personId, {
				doc: this.#parts.key,
				title,
				code,
				updates,
				base: stored?.state,
				numbers: waiting.map((each) => each.n),
			});
		this.#outbox.letGo(unwritten.length);
		this.#putAwayCount += this.#outgoing.length;
		this.#outgoing = [];
		this.#parts.onChanged();
	}

	/** Nothing goes out any more; the device's state stays as the server last had it. */
	stopped(): void {
		this.#isStopped = true;
		this.#isJoined = false;
		clearTimeout(this.#keeping);
	}

	close(): void {
		clearTimeout(this.#keeping);
		this.#keepIfQuiet();
		this.#parts.doc.off('update', this.#onDoc);
		this.wire.off('update', this.#onWire);
		this.#outbox.close();
		this.wire.destroy();
	}

	#onDoc = (update: Uint8Array, origin: unknown): void => {
		if (origin === FROM_WIRE || origin === FROM_DEVICE || origin === FROM_TAB) return;
		this.#outbox.put(update);
	};

	#onWire = (update: Uint8Array, origin: unknown): void => {
		if (origin !== this.#provider || this.#provider === undefined) return;
		Y.applyUpdate(this.#parts.doc, update, FROM_WIRE);
		this.#keepSoon();
	};

	#release(update: Uint8Array, n: number | undefined): void {
		if (update.byteLength > this.#parts.maxUpdateBytes) {
			// On the socket it would poison every other document.
			this.#putAwayCount++;
			this.#parts.onTooLarge(n === undefined ? update : undefined);
			return;
		}
		this.#outgoing.push({ n, update });
		if (this.#isStopped) return;
		if (n !== undefined) this.#parts.tell({ type: 'edited', doc: this.#parts.key, n, update });
		this.#flow();
		this.#parts.onReleased();
	}

	/** Brings onto the wire what it may take. */
	#flow(): void {
		if (!this.#isJoined) return;
		const most = this.#parts.maxUpdateBytes / 2;
		let bytes = 0;
		let isNew = false;
		for (const each of this.#outgoing) {
			bytes += each.update.byteLength;
			if (each.step !== undefined) continue;
			if (bytes > most && bytes > each.update.byteLength) break;
			each.step = ++this.#step;
			isNew = true;
			Y.applyUpdate(this.wire, each.update, RELEASED);
		}
		if (isNew) this.#parts.onStepped();
	}

	#keepSoon(): void {
		clearTimeout(this.#keeping);
		this.#keeping = setTimeout(() => this.#keepIfQuiet(), KEEP_DELAY_MS);
	}

	/** Writes the state, but only while it is exactly what the server has. */
	#keepIfQuiet(): void {
		const lineage = this.#parts.lineage();
		if (this.#isStopped || !this.#hasState || lineage === undefined) return;
		if (this.#outgoing.length > 0 || this.#outbox.queued > 0) return;
		clearTimeout(this.#keeping);
		// After a restore they wait again on the device, until the server says that it has them.
		if (this.#loggedIn !== undefined && this.#loggedIn !== lineage) this.#logged = [];
		this.#loggedIn = lineage;
		const holds = this.#logged;
		this.#logged = [];
		this.#parts.store
			.keepState(
				this.#parts.key,
				Y.encodeStateAsUpdate(this.wire),
				{ lineage, ...(this.#httpSeq === undefined ? {} : { seq: this.#httpSeq }) },
				holds,
			)
			.catch((error: unknown) => {
				this.#logged.unshift(...holds);
				this.#onStoreFailed(error);
			});
	}

	#onStoreFailed = (error: unknown): void => {
		this.#parts.onTrouble((error as { code?: string }).code ?? 'device.unusable');
	};
}
