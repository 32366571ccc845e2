import { createSubscriber } from 'svelte/reactivity';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { itemsOf, type FieldKey, type FieldValue, type ItemValue } from '#domain/catalogue/entry.ts';
import { orderKeyBetween } from '#domain/catalogue/order-key.ts';
import type { EntryDetail } from '#domain/catalogue/rows.ts';
import { isRefusal } from '#domain/base/refusal.ts';
import { isEmptyRichText } from '#domain/catalogue/rich-text.ts';
import { bodyFieldOf, bodyOf, entryDocName, MAX_UPDATE_BYTES } from '#sync/entry-doc.ts';
import {
	distinctValues,
	fieldValuesOf,
	setField,
	survivingElements,
	type FieldElement,
} from '#sync/field-values.ts';
import { readFragment } from '#sync/rich-text-fragment.ts';
import type { PresenceState } from '#sync/presence.ts';
import type { Connection } from './connection.svelte.ts';
import type { EntrySession, PresentPerson, RowsClient, ShownValue } from './contract.ts';
import type { DeviceWork } from './device/device-work.svelte.ts';
import { detailOfDoc } from './detail-of-doc.ts';
import { EntryLine } from './entry-line.ts';
import { EntryProvider } from './entry-provider.ts';
import { Live } from './live.svelte.ts';
import { serverClock } from './server-clock.ts';

/** Keystrokes of this long become one update, one log row and one broadcast. */
const FLUSH_DELAY_MS = 80;

/**
 * One entry open in this tab: its live document, who else is in it, and how safe the last edit is. People edit `doc`;
 * an {@link EntryLine} brings edits onto the device first and then to the document that is connected.
 */
export class LiveEntrySession implements EntrySession {
	readonly id: EntryId;
	readonly doc = new Y.Doc();
	#me: { readonly id: string };
	#rows: RowsClient;
	#device: DeviceWork;
	#provider: EntryProvider | undefined;
	#connection: Connection;
	#line: EntryLine;
	#onEditedOffline: (parentId: EntryId | null) => void;
	#isReader: boolean;
	#phase = $state.raw<EntrySession['phase']>('loading');
	#reason = $state.raw<string | undefined>(undefined);
	#detail = $state.raw<EntryDetail | undefined>(undefined);
	#isReadOnly = $state.raw(false);
	#isFromDevice = $state.raw(false);
	#unsent = $state.raw(0);
	#unwritten = $state.raw(0);
	#version = $state.raw<{ readonly version: string; readonly seq: number } | undefined>(undefined);
	#fields: Live<ReadonlyMap<FieldKey, readonly FieldElement[]>>;
	#watchPeople: () => void;
	#watchBodies: () => void;
	#refresh: ReturnType<typeof setTimeout> | undefined;
	#stops: (() => void)[] = [];
	#isClosed = false;
	/** Called after every step towards `ready` or `settled`. */
	#steps = new Set<() => void>();

	constructor(parts: {
		id: EntryId;
		me: { readonly id: string; readonly role: string };
		rows: RowsClient;
		connection: Connection;
		device: DeviceWork;
		/** An edit changed what lists show while the server cannot tell. */
		onEditedOffline: (parentId: EntryId | null) => void;
	}) {
		this.id = parts.id;
		this.#me = parts.me;
		this.#rows = parts.rows;
		this.#connection = parts.connection;
		this.#device = parts.device;
		this.#onEditedOffline = parts.onEditedOffline;
		this.#isReader = parts.me.role === 'reader';
		this.#fields = new Live(fieldValuesOf(this.doc) as Y.AbstractType<unknown>, () =>
			survivingElements(fieldValuesOf(this.doc)),
		);
		this.#watchPeople = createSubscriber((update) => {
			const awareness = this.#provider?.awareness;
			awareness?.on('change', update);
			return () => awareness?.off('change', update);
		});
		this.#watchBodies = createSubscriber((update) => {
			this.doc.on('update', update);
			return () => this.doc.off('update', update);
		});
		this.#line = new EntryLine({
			id: this.id,
			doc: this.doc,
			store: parts.device.store,
			tell: (message) => parts.device.tabs.say(message),
			lineage: () => parts.device.lineage,
			maxUpdateBytes: MAX_UPDATE_BYTES,
			onTrouble: (code) => parts.device.troubled(code),
			onTooLarge: (unwritten) =>
				void this.#putAway('collaboration.update-too-large', unwritten ? [unwritten] : []),
			onReleased: () => {
				this.#sendBarrierSoon();
				if (!this.#connection.isOnline) this.#cardFromDocSoon();
			},
			onChanged: () => {
				this.#unsent = this.#line.unsent;
				this.#unwritten = this.#line.unwritten;
				this.#step();
			},
		});
		this.#stops.push(
			parts.rows.onChanged((change) => {
				if (change.ids.includes(this.id)) this.#readDetailSoon();
			}),
			parts.device.tabs.hear((message) => {
				if (!('doc' in message) || message.doc !== this.id) return;
				if (message.type === 'edited') this.#line.editedElsewhere(message.n, message.update);
				else if (message.type === 'sent') this.#line.sent(message.numbers);
				else if (message.type === 'refused') this.#refused(message.code);
			}),
		);
		void this.#start();
	}

	get detail(): EntryDetail | undefined {
		return this.#detail;
	}

	get phase(): EntrySession['phase'] {
		if (this.#phase === 'live' || this.#phase === 'offline')
			return this.#connection.isOnline ? 'live' : 'offline';
		return this.#phase;
	}

	get reason(): string | undefined {
		return this.#reason ?? (this.phase === 'offline' ? this.#connection.reason : undefined);
	}

	get canEdit(): boolean {
		return (
			(this.phase === 'live' || this.phase === 'offline') &&
			!this.#isReadOnly &&
			this.#detail?.status !== 'deleted'
		);
	}

	get isFromDevice(): boolean {
		return this.#isFromDevice;
	}

	get elements(): ReadonlyMap<FieldKey, readonly FieldElement[]> {
		return this.#fields.current;
	}

	values(field: FieldKey): readonly ShownValue[] {
		if (this.#isReader || this.#phase === 'loading') return this.#valuesOfRow(field);
		const attributions = this.#detail?.attributions ?? {};
		const elements = [...(this.elements.get(field) ?? [])].sort(
			(a, b) => this.#position(b) - this.#position(a) || (a.at < b.at ? 1 : -1),
		);
		return distinctValues(elements).map((element) => {
			const known = attributions[element.id];
			return {
				elementId: element.id,
				value: element.value,
				actorName: known?.actorName ?? (element.by === this.#me.id ? '' : this.#nameOf(element.by)),
				at: known?.receivedAt ?? element.at,
				claimDiffers: known !== undefined && known.actorId !== element.by && known.actorName !== element.by,
				unsent: known === undefined && element.by === this.#me.id && this.saved.unsent > 0,
			};
		});
	}

	get bodies(): readonly string[] {
		if (this.#isReader) return Object.keys(this.#detail?.bodies ?? {});
		this.#watchBodies();
		const found: string[] = [];
		for (const name of this.doc.share.keys()) {
			const fieldId = bodyFieldOf(name);
			if (fieldId !== undefined && !isEmptyRichText(readFragment(bodyOf(this.doc, fieldId))))
				found.push(fieldId);
		}
		return found;
	}

	fragment(fieldId: string): Y.XmlFragment | undefined {
		return !this.#isReader && this.#phase !== 'loading' ? bodyOf(this.doc, fieldId) : undefined;
	}

	set(field: FieldKey, value: FieldValue): void {
		setField(
			fieldValuesOf(this.doc),
			field,
			value,
			{ id: createId<string>(), by: this.#me.id, at: serverClock.isoNow() },
			this,
		);
	}

	addItem(fieldId: string, text: string): FieldKey {
		const last = this.#items(fieldId).at(-1);
		const key = `${fieldId}#${createId<string>()}`;
		this.set(key, { order: orderKeyBetween(last?.value.order ?? null, null), text });
		return key;
	}

	removeItem(key: FieldKey): void {
		this.set(key, null);
	}

	moveItem(key: FieldKey, beforeKey: FieldKey | null): void {
		const items = this.#items(key.split('#', 1)[0] as string).filter((item) => item.key !== key);
		const moved = this.#items(key.split('#', 1)[0] as string).find((item) => item.key === key);
		if (!moved) return;
		const at = beforeKey === null ? items.length : items.findIndex((item) => item.key === beforeKey);
		if (at < 0) return;
		this.set(key, {
			...moved.value,
			order: orderKeyBetween(items[at - 1]?.value.order ?? null, items[at]?.value.order ?? null),
		});
	}

	get people(): readonly PresentPerson[] {
		this.#watchPeople();
		return presentPeople(this.#provider?.awareness?.getStates(), this.#line.wire.clientID);
	}

	focus(field: FieldKey | null): void {
		this.#provider?.awareness?.setLocalState({ entryId: this.id, field, idle: false });
	}

	get saved(): EntrySession['saved'] {
		const detail = this.#detail;
		const version = this.#version?.version ?? detail?.versions.at(-1)?.version;
		if (this.#unsent > 0) return { unsent: this.#unsent, state: 'device', version };
		return { unsent: 0, state: detail?.state ?? 'server', version };
	}

	/** Edits that are nowhere but in this tab. */
	get unwritten(): number {
		return this.#unwritten;
	}

	/** Those edits themselves, for the file of unsent work. */
	unwrittenUpdates(): Promise<readonly Uint8Array[]> {
		return this.#line.unwrittenUpdates();
	}

	/** Closing now would lose something. */
	get mustStay(): boolean {
		if (this.phase === 'refused' || this.phase === 'gone') return false;
		return this.#device.store.isDurable ? this.#line.unwritten > 0 : this.#unsent > 0;
	}

	/**
	 * Resolves when every edit made so far is safe: on the device if it keeps anything, else on the server. Rejects
	 * when the entry was refused.
	 */
	async settled(): Promise<void> {
		await this.#line.released();
		this.#provider?.flushPendingUpdates();
		if (this.#device.store.isDurable && this.#line.unwritten === 0) return;
		await this.#when(() => this.#unsent === 0);
	}

	/** Resolves when the document is there, from the server or from the device. */
	async ready(): Promise<void> {
		await this.#when(() => this.phase === 'live' || this.phase === 'offline');
	}

	/** A version of this entry arrived in the archival store. */
	deposited(version: string, seq: number): void {
		this.#version = { version, seq };
		this.#readDetailSoon();
	}

	close(): void {
		if (this.#isClosed) return;
		this.#isClosed = true;
		clearTimeout(this.#refresh);
		for (const stop of this.#stops) stop();
		this.#provider?.destroy();
		this.#line.close();
		this.doc.destroy();
		this.#step();
	}

	async #start(): Promise<void> {
		if (this.#isReader) {
			// A reader gets rows, never the live document: a document cannot be filtered by field.
			this.#isReadOnly = true;
			await this.#readDetail();
			return;
		}
		const detail = this.#readDetail();
		try {
			const isKnown = await this.#line.loadFromDevice();
			const card = isKnown ? await this.#device.store.card(this.id) : undefined;
			if (this.#isClosed) return;
			if (card) {
				this.#detail ??= card;
				this.#isReadOnly = !card.can.edit;
				this.#isFromDevice = true;
				this.#phase = 'offline';
				this.#step();
			}
		} catch (error) {
			// What cannot be opened here is read from the server; the device says what is wrong with it.
			if (!isRefusal(error)) throw error;
			this.#device.troubled(error.code);
		}
		if (!this.#isClosed && this.#phase !== 'refused') {
			this.#stops.push(this.#device.hold(this.id));
			this.#attach();
			this.#stops.push(this.#connection.onHttpTurn(() => this.#pullOverHttp()));
		}
		await detail;
	}

	#attach(): void {
		const { wire } = this.#line;
		const provider = new EntryProvider({
			name: entryDocName(this.id),
			document: wire,
			websocketProvider: this.#connection.socket,
			flushDelay: FLUSH_DELAY_MS,
			token: null,
			onAuthenticated: ({ scope }) => {
				this.#isReadOnly = scope === 'readonly';
			},
			onAuthenticationFailed: ({ reason }) => this.#refused(reason),
			onSynced: () => {
				this.#arrived();
				this.#sendBarrier();
			},
			onStateless: ({ payload }) => this.#hear(JSON.parse(payload) as Heard),
		});
		this.#provider = provider;
		this.#line.connectedBy(provider);
		provider.attach();
		provider.awareness?.setLocalState({ entryId: this.id, field: null, idle: false });
	}

	/** What the server has of this document is here now. */
	#arrived(): void {
		this.#isFromDevice = false;
		this.#reason = undefined;
		this.#phase = this.#isReadOnly ? 'readonly' : 'live';
		this.#line.stateArrived();
		this.#step();
	}

	/** While no WebSocket gets through, the document is read over HTTP; what waits is pushed by the device. */
	async #pullOverHttp(): Promise<void> {
		try {
			const state = await this.#device.loadOverHttp(this.id, this.#line.httpSeq);
			if (this.#isClosed || !state) return;
			this.#isReadOnly = !state.canEdit;
			this.#line.stateOverHttp(state);
			this.#arrived();
			this.#readDetailSoon();
		} catch (error) {
			if (!isRefusal(error)) throw error;
			if (error.code === 'collaboration.unknown-document') this.#refused(error.code);
		}
	}

	#barrierDue = false;

	#sendBarrierSoon(): void {
		if (this.#barrierDue) return;
		this.#barrierDue = true;
		setTimeout(() => {
			this.#barrierDue = false;
			this.#sendBarrier();
		}, FLUSH_DELAY_MS);
	}

	/** Asks the server to say when all before this is logged. A stateless message would overtake buffered updates. */
	#sendBarrier(): void {
		if (this.#isClosed || !this.#provider?.synced) return;
		this.#provider.flushPendingUpdates();
		this.#provider.sendStateless(JSON.stringify({ type: 'barrier', n: this.#line.lastReleased }));
	}

	#hear(message: Heard): void {
		if (message.type === 'barrier') this.#line.confirmed(message.n);
		else if (message.type === 'refused') void this.#putAway(message.code);
	}

	/** The server will not take what waits: it is put away on the device, readable, and can be offered again. */
	async #putAway(code: string, more: readonly Uint8Array[] = []): Promise<void> {
		this.#refused(code);
		try {
			await this.#line.putAway(code, this.#detail?.title ?? '', more);
		} catch (error) {
			// It stays in this tab, counted as unsent.
			if (!isRefusal(error)) throw error;
			this.#device.troubled(error.code);
		}
		this.#device.tabs.say({ type: 'refused', doc: this.id, code });
	}

	#refused(code: string): void {
		this.#reason = code;
		this.#phase = code === 'collaboration.unknown-document' ? 'gone' : 'refused';
		// What was typed stays on screen and can be copied; sending it again would only be refused again.
		this.#provider?.detach();
		this.#line.stopped();
		if (this.#phase === 'gone') void this.#entryGone(code);
		this.#step();
	}

	/** Deleted for good, or not for this person any more: unsent work of it is put away, the rest leaves the device. */
	async #entryGone(code: string): Promise<void> {
		if (this.#line.unsent > 0) await this.#line.putAway(code, this.#detail?.title ?? '', []);
		await this.#device.store.forget(this.id);
	}

	/** Without the server nobody projects the entry: what lists and search show of it comes from the document. */
	#cardFromDocSoon(): void {
		clearTimeout(this.#refresh);
		this.#refresh = setTimeout(() => {
			const known = this.#detail;
			if (!known || this.#isClosed) return;
			const card = detailOfDoc(known, this.doc, (element) => this.#position(element));
			this.#detail = card;
			this.#device.store.keepCard(card).then(
				() => this.#onEditedOffline(card.parentId),
				(error: unknown) => this.#device.troubled(isRefusal(error) ? error.code : 'device.unusable'),
			);
		}, 60);
	}

	/** Newest by log position; what the log does not know yet is newer than all it knows. */
	#position(element: FieldElement): number {
		return (
			this.#detail?.attributions[element.id]?.seq ?? (element.via === 'import' ? 0 : Number.MAX_SAFE_INTEGER)
		);
	}

	#readDetailSoon(): void {
		clearTimeout(this.#refresh);
		this.#refresh = setTimeout(() => void this.#readDetail(), 60);
	}

	async #readDetail(): Promise<void> {
		try {
			this.#detail = await this.#rows.entry(this.id);
			if (this.#isReader) this.#phase = 'readonly';
		} catch (error) {
			if (!isRefusal(error)) throw error;
			if (error.code === 'catalogue.unknown-entry') {
				this.#reason = error.code;
				this.#phase = 'gone';
			} else if (!this.#detail) {
				this.#reason = error.code;
				if (error.code === 'device.not-here') this.#phase = 'absent';
			}
		}
		this.#step();
	}

	#step(): void {
		for (const step of [...this.#steps]) step();
	}

	async #when(isReached: () => boolean): Promise<void> {
		await new Promise<void>((resolve, reject) => {
			const step = (): void => {
				if (isReached()) resolve();
				else if (this.#isClosed || this.#phase === 'refused' || this.#phase === 'gone')
					reject(new Error(this.#reason ?? 'closed'));
				else return;
				this.#steps.delete(step);
			};
			this.#steps.add(step);
			step();
		});
	}

	#valuesOfRow(field: FieldKey): readonly ShownValue[] {
		const detail = this.#detail;
		if (!detail) return [];
		const conflict = detail.conflicts[field];
		if (conflict)
			return conflict.map((each) => ({
				elementId: each.elementId,
				value: each.value,
				actorName: each.attribution.actorName,
				at: each.attribution.receivedAt,
				claimDiffers: false,
				unsent: false,
			}));
		const value =
			field === 'level' ? detail.level : field === 'status' ? detail.status : detail.fields[field];
		return value === undefined
			? []
			: [{ elementId: field, value, actorName: '', at: '', claimDiffers: false, unsent: false }];
	}

	#items(fieldId: string): { readonly key: FieldKey; readonly value: ItemValue }[] {
		const newest: Record<FieldKey, FieldValue> = {};
		for (const key of this.elements.keys()) {
			const value = key.startsWith(`${fieldId}#`) ? this.values(key)[0]?.value : undefined;
			if (value !== undefined) newest[key] = value;
		}
		return itemsOf(newest, fieldId);
	}

	#nameOf(personId: string): string {
		return this.people.find((person) => person.personId === personId)?.name ?? '';
	}
}

type Heard =
	{ readonly type: 'barrier'; readonly n: number } | { readonly type: 'refused'; readonly code: string };

/** The people of an awareness, each client once. */
export function presentPeople(
	states: ReadonlyMap<number, unknown> | undefined,
	myClientId: number,
): PresentPerson[] {
	const people: PresentPerson[] = [];
	for (const [clientId, given] of states ?? []) {
		const state = given as Partial<PresenceState>;
		// My own state carries no stamp until the server repeats it.
		if (!state.user) continue;
		people.push({
			clientId,
			personId: state.user.id,
			name: state.user.name,
			colour: state.user.colour,
			entryId: (state.entryId ?? null) as EntryId | null,
			field: state.field ?? null,
			isMe: clientId === myClientId,
			idle: state.idle ?? false,
		});
	}
	return people.sort((a, b) => (a.name < b.name ? -1 : 1));
}
