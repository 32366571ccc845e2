import { HocuspocusProvider, type HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import type * as Y from 'yjs';
import { isRefusal } from '#domain/base/refusal.ts';
import type { EntryDetail } from '#domain/catalogue/rows.ts';
import { docNameOf, entryOf, MAX_UPDATE_BYTES, type DocKey } from '#sync/entry-doc.ts';
import type { DeviceWork } from './device/device-work.svelte.ts';
import type { TabMessage } from './device/tabs.ts';
import { EntryLine } from './entry-line.ts';

/** Refusals by which there is nothing to come back to. */
const GONE = ['collaboration.unknown-document', 'catalogue.purged'];

/** Keystrokes of this long become one update, one log row and one broadcast. */
const FLUSH_DELAY_MS = 80;

/** The connection of the tab, as an open entry needs it. */
export interface TabConnection {
	readonly socket: HocuspocusProviderWebsocket;
	/** The server takes edits, one way or the other. */
	readonly isOnline: boolean;
	/** Refusal code of what keeps it from being connected. */
	readonly reason: string | undefined;
	onHttpTurn(turn: () => Promise<void>): () => void;
}

/** The work of the person on this device, as an open entry needs it. */
export type EntryDevice = Pick<
	DeviceWork,
	'store' | 'tabs' | 'lineage' | 'personId' | 'troubled' | 'hold' | 'loadOverHttp' | 'purged'
>;

/** How far an entry is connected, and how safe what was typed is. */
export interface ConnectionFacts {
	/** `offline`: shown from this device, and the server has not been heard since. */
	readonly phase: 'loading' | 'offline' | 'live' | 'readonly' | 'refused' | 'gone';
	/** Refusal code that explains the phase. */
	readonly reason: string | undefined;
	readonly isReadOnly: boolean;
	readonly isFromDevice: boolean;
	/** Edits not known to be logged. */
	readonly unsent: number;
	/** Edits that are nowhere but in this tab. */
	readonly unwritten: number;
}

export interface EntryConnectionParts {
	readonly key: DocKey;
	/** What people edit. */
	readonly doc: Y.Doc;
	readonly connection: TabConnection;
	readonly device: EntryDevice;
	/** Whether the person may write in the document, by the card the device has. */
	readonly mayWrite: (card: EntryDetail) => boolean;
	/** It may be written in before anything of it is known: what is added rests on nothing. */
	readonly startsEmpty?: boolean;
	/** What the entry is called where refused work is put away. */
	readonly title: () => string;
	/** What the device has is here, with its card if it knew the entry; the server comes after that. */
	readonly onLoaded: (card: EntryDetail | undefined) => void;
	/** An edit is on the device. */
	readonly onWritten: () => void;
	/** A state came over HTTP. */
	readonly onRead: () => void;
	readonly onChanged: (facts: ConnectionFacts) => void;
	/** Somebody came, went, or is elsewhere in it. */
	readonly onPeople?: (states: ReadonlyMap<number, unknown>) => void;
}

/**
 * One entry's way to the device and to the server: its provider on the socket of the tab, the barrier that tells what is
 * logged, HTTP while no socket gets through, and what happens when the server refuses.
 */
export class EntryConnection {
	#parts: EntryConnectionParts;
	#line: EntryLine;
	#provider: HocuspocusProvider | undefined;
	/** What was sent, and edited in other tabs, while the device was being read. */
	#early: { readonly sent: number[]; readonly edited: Edited[] } | undefined = { sent: [], edited: [] };
	/** What was said before there was a provider counts, too. */
	#shown: Record<string, unknown> = { field: null, cursor: null, idle: false };
	#phase: ConnectionFacts['phase'] = 'loading';
	#reason: string | undefined;
	#isReadOnly = false;
	#isFromDevice = false;
	#barrier: ReturnType<typeof setTimeout> | undefined;
	#stops: (() => void)[] = [];
	#isClosed = false;

	constructor(parts: EntryConnectionParts) {
		this.#parts = parts;
		const { device } = parts;
		this.#line = new EntryLine({
			key: parts.key,
			personId: device.personId,
			doc: parts.doc,
			store: device.store,
			tell: (message) => device.tabs.say(message),
			lineage: () => device.lineage,
			maxUpdateBytes: MAX_UPDATE_BYTES,
			onTrouble: (code) => device.troubled(code),
			onTooLarge: (unwritten) =>
				void this.#putAway('collaboration.update-too-large', unwritten ? [unwritten] : []),
			onReleased: parts.onWritten,
			onStepped: () => this.#sendBarrierSoon(),
			onChanged: () => this.#changed(),
		});
		this.#stops.push(
			device.tabs.hear((message) => {
				if (!('doc' in message) || message.doc !== parts.key) return;
				if (message.type === 'edited') this.#editedElsewhere(message);
				else if (message.type === 'sent') this.#sent(message.numbers);
				else if (message.type === 'refused') void this.#refusedElsewhere(message.code);
			}),
		);
	}

	get facts(): ConnectionFacts {
		return {
			phase: this.#phase,
			reason: this.#reason,
			isReadOnly: this.#isReadOnly,
			isFromDevice: this.#isFromDevice,
			unsent: this.#line.unsent,
			unwritten: this.#line.unwritten,
		};
	}

	/** Under which the awareness knows this tab. */
	get clientId(): number {
		return this.#line.wire.clientID;
	}

	/** Reads what the device has, then joins the server. */
	async start(): Promise<void> {
		const { device, key } = this.#parts;
		const card = await this.#loadFromDevice();
		if (this.#isClosed) return;
		if (card) {
			this.#isReadOnly = !this.#parts.mayWrite(card);
			this.#isFromDevice = true;
			this.#phase = 'offline';
		}
		this.#parts.onLoaded(card);
		this.#changed();
		if (this.#phase === 'refused') return;
		this.#stops.push(device.hold(key));
		const early = this.#early;
		this.#early = undefined;
		for (const edited of early?.edited ?? []) this.#editedElsewhere(edited);
		if (early) this.#line.sent(early.sent);
		// What was made here has no line before the server has heard of it.
		if (!this.#line.isUnbegun) this.#join();
	}

	#join(): void {
		this.#attach();
		this.#stops.push(this.#parts.connection.onHttpTurn(() => this.#pullOverHttp()));
	}

	#editedElsewhere(edited: Edited): void {
		// What the device has comes first: it may be what begins the entry.
		if (this.#early) this.#early.edited.push(edited);
		else this.#line.editedElsewhere(edited.n, edited.update);
	}

	#sent(numbers: readonly number[]): void {
		this.#early?.sent.push(...numbers);
		const wasUnbegun = this.#line.isUnbegun;
		this.#line.sent(numbers);
		if (!wasUnbegun || this.#line.isUnbegun || this.#isClosed) return;
		this.#join();
		this.#parts.onRead();
	}

	/** Says where the cursor is. */
	say(presence: Record<string, unknown>): void {
		this.#shown = presence;
		this.#provider?.awareness?.setLocalState(presence);
	}

	/** The edits that are nowhere but in this tab. */
	unwrittenUpdates(): Promise<readonly Uint8Array[]> {
		return this.#line.unwrittenUpdates();
	}

	/** Resolves when everything typed so far is on the device, or known not to be, and sent if it can be. */
	async released(): Promise<void> {
		await this.#line.released();
		this.#provider?.flushPendingUpdates();
	}

	close(): void {
		this.#isClosed = true;
		clearTimeout(this.#barrier);
		for (const stop of this.#stops) stop();
		this.#provider?.destroy();
		this.#line.close();
	}

	async #loadFromDevice(): Promise<EntryDetail | undefined> {
		const { device, key, startsEmpty } = this.#parts;
		try {
			const hasState = await this.#line.loadFromDevice();
			return hasState || startsEmpty ? await device.store.card(entryOf(key)) : undefined;
		} catch (error) {
			// What cannot be opened here is read from the server; the device says what is wrong with it.
			if (!isRefusal(error)) throw error;
			device.troubled(error.code);
			return undefined;
		}
	}

	#attach(): void {
		const provider = new HocuspocusProvider({
			name: docNameOf(this.#parts.key),
			document: this.#line.wire,
			websocketProvider: this.#parts.connection.socket,
			flushDelay: FLUSH_DELAY_MS,
			token: null,
			onOpen: () => {
				// A socket that was given up without a close leaves the provider believing that it is in step.
				provider.synced = false;
				this.#line.left();
			},
			onClose: () => this.#line.left(),
			onAuthenticated: ({ scope }) => {
				this.#isReadOnly = scope === 'readonly';
				this.#changed();
			},
			onAuthenticationFailed: ({ reason }) => this.#refused(reason),
			onSynced: () => {
				this.#arrived();
				this.#line.joined();
				this.#sendBarrier();
			},
			onStateless: ({ payload }) => this.#hear(JSON.parse(payload) as Heard),
		});
		this.#provider = provider;
		this.#line.connectedBy(provider);
		const { awareness } = provider;
		awareness?.on('change', () => this.#parts.onPeople?.(awareness.getStates()));
		provider.attach();
		awareness?.setLocalState(this.#shown);
	}

	/** What the server has of this document is here now. */
	#arrived(): void {
		this.#isFromDevice = false;
		this.#reason = undefined;
		this.#phase = this.#isReadOnly ? 'readonly' : 'live';
		this.#line.stateArrived();
		this.#changed();
	}

	/** While no WebSocket gets through, the document is read over HTTP; what waits is pushed by the device. */
	async #pullOverHttp(): Promise<void> {
		try {
			const state = await this.#parts.device.loadOverHttp(this.#parts.key, this.#line.httpSeq);
			if (this.#isClosed || !state) return;
			this.#isReadOnly = !state.canEdit;
			this.#line.stateOverHttp(state);
			this.#arrived();
			this.#parts.onRead();
		} catch (error) {
			if (!isRefusal(error)) throw error;
			if (GONE.includes(error.code)) this.#refused(error.code);
		}
	}

	#sendBarrierSoon(): void {
		this.#barrier ??= setTimeout(() => this.#sendBarrier(), FLUSH_DELAY_MS);
	}

	/** Asks the server to say when all before this is logged. A stateless message would overtake buffered updates. */
	#sendBarrier(): void {
		clearTimeout(this.#barrier);
		this.#barrier = undefined;
		if (this.#isClosed || !this.#line.isJoined) return;
		this.#provider?.flushPendingUpdates();
		this.#provider?.sendStateless(JSON.stringify({ type: 'barrier', n: this.#line.lastStep }));
	}

	#hear(message: Heard): void {
		if (message.type === 'barrier') this.#line.confirmed(message.n);
		else if (message.type === 'refused') void this.#putAway(message.code);
		else this.#rightsChanged(message.canWrite);
	}

	/** The entry was registered while it is open here. */
	#rightsChanged(canWrite: boolean): void {
		this.#isReadOnly = !canWrite;
		if (this.#phase === 'live' || this.#phase === 'readonly') this.#phase = canWrite ? 'live' : 'readonly';
		this.#changed();
	}

	/** The server will not take what waits: it is put away on the device, readable, and can be offered again. */
	async #putAway(code: string, more: readonly Uint8Array[] = []): Promise<void> {
		const { key, device, title } = this.#parts;
		this.#refused(code);
		if (code === 'catalogue.purged') return;
		if (await this.#orTrouble(() => this.#line.putAway(code, title(), more)))
			device.tabs.say({ type: 'refused', doc: key, code });
	}

	/** What waited on the device is put away by who heard it first; what only this tab has is not. */
	async #refusedElsewhere(code: string): Promise<void> {
		this.#refused(code);
		if (this.#phase === 'gone' || this.#line.unwritten === 0) return;
		await this.#orTrouble(() => this.#line.putAway(code, this.#parts.title(), []));
	}

	/** @returns false when the device does not take it: then it is in trouble, and what was typed stays here */
	async #orTrouble(work: () => Promise<void>): Promise<boolean> {
		try {
			await work();
			return true;
		} catch (error) {
			if (!isRefusal(error)) throw error;
			this.#parts.device.troubled(error.code);
			return false;
		}
	}

	#refused(code: string): void {
		this.#reason = code;
		this.#phase = GONE.includes(code) ? 'gone' : 'refused';
		// What was typed stays on screen and can be copied; sending it again would only be refused again.
		this.#provider?.detach();
		this.#line.stopped();
		if (this.#phase === 'gone') void this.#entryGone(code);
		this.#changed();
	}

	/** Deleted for good, or not for this person any more: unsent work of it is put away, the rest leaves the device. */
	async #entryGone(code: string): Promise<void> {
		if (code === 'catalogue.purged') {
			// What is being written to the device goes with the rest.
			await this.#line.released();
			return this.#parts.device.purged([entryOf(this.#parts.key)]);
		}
		await this.#orTrouble(async () => {
			if (this.#line.unsent > 0) await this.#line.putAway(code, this.#parts.title(), []);
			await this.#parts.device.store.forget(this.#parts.key);
		});
	}

	#changed(): void {
		if (!this.#isClosed) this.#parts.onChanged(this.facts);
	}
}

type Edited = Extract<TabMessage, { readonly type: 'edited' }>;

type Heard =
	| { readonly type: 'barrier'; readonly n: number }
	| { readonly type: 'refused'; readonly code: string }
	| { readonly type: 'rights'; readonly canWrite: boolean };
