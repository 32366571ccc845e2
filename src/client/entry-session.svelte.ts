import { HocuspocusProvider } from '@hocuspocus/provider';
import { createSubscriber } from 'svelte/reactivity';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { itemsOf, type FieldKey, type FieldValue, type ItemValue } from '#domain/catalogue/entry.ts';
import { orderKeyBetween } from '#domain/catalogue/order-key.ts';
import type { EntryDetail } from '#domain/catalogue/rows.ts';
import { isRefusal } from '#domain/base/refusal.ts';
import { bodyFieldOf, bodyOf, entryDocName } from '#sync/entry-doc.ts';
import {
	distinctValues,
	fieldValuesOf,
	setField,
	survivingElements,
	type FieldElement,
} from '#sync/field-values.ts';
import { readFragment } from '#sync/rich-text-fragment.ts';
import { isEmptyRichText } from '#domain/catalogue/rich-text.ts';
import type { PresenceState } from '#sync/presence.ts';
import type { Connection } from './connection.svelte.ts';
import type { EntrySession, PresentPerson, RowsClient, ShownValue } from './contract.ts';
import { Live } from './live.svelte.ts';

/** Keystrokes of this long become one update, one log row and one broadcast. */
const FLUSH_DELAY_MS = 80;

/** One entry open in this tab: its live document, who else is in it, and how safe the last edit is. */
export class LiveEntrySession implements EntrySession {
	readonly id: EntryId;
	readonly doc = new Y.Doc();
	#me: { readonly id: string };
	#rows: RowsClient;
	#provider: HocuspocusProvider | undefined;
	#connection: Connection;
	#phase = $state.raw<EntrySession['phase']>('loading');
	#reason = $state.raw<string | undefined>(undefined);
	#detail = $state.raw<EntryDetail | undefined>(undefined);
	#isReadOnly = $state.raw(false);
	#edits = $state.raw(0);
	#confirmed = $state.raw(0);
	#version = $state.raw<{ readonly version: string; readonly seq: number } | undefined>(undefined);
	#fields: Live<ReadonlyMap<FieldKey, readonly FieldElement[]>>;
	#watchPeople: () => void;
	#watchBodies: () => void;
	#refresh: ReturnType<typeof setTimeout> | undefined;
	#stops: (() => void)[] = [];
	#onClosed: () => void;
	#isClosed = false;

	constructor(parts: {
		id: EntryId;
		me: { readonly id: string; readonly role: string };
		rows: RowsClient;
		connection: Connection;
		onClosed: () => void;
	}) {
		this.id = parts.id;
		this.#me = parts.me;
		this.#rows = parts.rows;
		this.#connection = parts.connection;
		this.#onClosed = parts.onClosed;
		this.#fields = new Live(fieldValuesOf(this.doc) as Y.AbstractType<unknown>, () =>
			survivingElements(fieldValuesOf(this.doc)),
		);
		this.#watchPeople = createSubscriber((update) => {
			this.#provider?.awareness?.on('change', update);
			return () => this.#provider?.awareness?.off('change', update);
		});
		this.#watchBodies = createSubscriber((update) => {
			this.doc.on('update', update);
			return () => this.doc.off('update', update);
		});
		this.#stops.push(
			parts.rows.onChanged((change) => {
				if (change.ids.includes(this.id)) this.#readDetailSoon();
			}),
		);
		void this.#readDetail();
		// A reader gets rows, never the live document: a document cannot be filtered by field.
		if (parts.me.role === 'reader') this.#isReadOnly = true;
		else this.#attach();
	}

	get detail(): EntryDetail | undefined {
		return this.#detail;
	}

	get phase(): EntrySession['phase'] {
		if (this.#phase === 'live' && this.#connection.status !== 'connected') return 'offline';
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

	get elements(): ReadonlyMap<FieldKey, readonly FieldElement[]> {
		return this.#fields.current;
	}

	values(field: FieldKey): readonly ShownValue[] {
		if (!this.#provider || this.#phase === 'loading') return this.#valuesOfRow(field);
		const attributions = this.#detail?.attributions ?? {};
		// Newest by log position; what the log does not know yet is newer than all it knows.
		const position = (element: FieldElement): number =>
			attributions[element.id]?.seq ?? (element.via === 'import' ? 0 : Number.MAX_SAFE_INTEGER);
		const elements = [...(this.elements.get(field) ?? [])].sort(
			(a, b) => position(b) - position(a) || (a.at < b.at ? 1 : -1),
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
		if (!this.#provider) return Object.keys(this.#detail?.bodies ?? {});
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
		return this.#provider && this.#phase !== 'loading' ? bodyOf(this.doc, fieldId) : undefined;
	}

	set(field: FieldKey, value: FieldValue): void {
		setField(
			fieldValuesOf(this.doc),
			field,
			value,
			{ id: createId<string>(), by: this.#me.id, at: new Date().toISOString() },
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
		return presentPeople(this.#provider?.awareness?.getStates(), this.doc.clientID);
	}

	focus(field: FieldKey | null): void {
		this.#provider?.awareness?.setLocalState({ entryId: this.id, field, idle: false });
	}

	get saved(): EntrySession['saved'] {
		const unsent = this.#edits - this.#confirmed;
		const detail = this.#detail;
		const version = this.#version?.version ?? detail?.versions.at(-1)?.version;
		if (unsent > 0) return { unsent, state: 'device', version };
		return { unsent: 0, state: detail?.state ?? 'server', version };
	}

	/** Resolves when every edit made so far is durable on the server; rejects when the entry was refused. */
	async settled(): Promise<void> {
		this.#provider?.flushPendingUpdates();
		const wanted = this.#edits;
		await new Promise<void>((resolve, reject) => {
			const check = setInterval(() => {
				if (this.#confirmed >= wanted) resolve();
				else if (this.#phase === 'refused' || this.#phase === 'gone')
					reject(new Error(this.#reason ?? 'refused'));
				else return;
				clearInterval(check);
			}, 20);
		});
	}

	/** Resolves when the document has been read from the server. */
	async ready(): Promise<void> {
		await new Promise<void>((resolve, reject) => {
			const check = setInterval(() => {
				if (this.#phase === 'live') resolve();
				else if (this.#phase !== 'loading') reject(new Error(this.#reason ?? this.#phase));
				else return;
				clearInterval(check);
			}, 20);
		});
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
		this.doc.destroy();
		this.#onClosed();
	}

	#attach(): void {
		const provider = new HocuspocusProvider({
			name: entryDocName(this.id),
			document: this.doc,
			websocketProvider: this.#connection.socket,
			flushDelay: FLUSH_DELAY_MS,
			token: null,
			onAuthenticated: ({ scope }) => {
				this.#isReadOnly = scope === 'readonly';
			},
			onAuthenticationFailed: ({ reason }) => this.#refused(reason),
			onSynced: () => {
				this.#phase = this.#isReadOnly ? 'readonly' : 'live';
				this.#sendBarrier();
			},
			onStateless: ({ payload }) => this.#hear(JSON.parse(payload) as Heard),
		});
		this.#provider = provider;
		provider.attach();
		provider.awareness?.setLocalState({ entryId: this.id, field: null, idle: false });
		let scheduled = false;
		const onUpdate = (_: Uint8Array, origin: unknown): void => {
			if (origin === provider) return;
			this.#edits++;
			if (scheduled) return;
			scheduled = true;
			setTimeout(() => {
				scheduled = false;
				this.#sendBarrier();
			}, FLUSH_DELAY_MS);
		};
		this.doc.on('update', onUpdate);
		this.#stops.push(() => this.doc.off('update', onUpdate));
	}

	/** Asks the server to say when all before this is logged. A stateless message would overtake buffered updates. */
	#sendBarrier(): void {
		if (this.#isClosed || !this.#provider?.synced) return;
		this.#provider.flushPendingUpdates();
		this.#provider.sendStateless(JSON.stringify({ type: 'barrier', n: this.#edits }));
	}

	#hear(message: Heard): void {
		if (message.type === 'barrier') this.#confirmed = Math.max(this.#confirmed, message.n);
		else if (message.type === 'refused') this.#refused(message.code);
	}

	#refused(code: string): void {
		this.#reason = code;
		this.#phase = code === 'collaboration.unknown-document' ? 'gone' : 'refused';
		// What was typed stays on screen and can be copied; sending it again would only be refused again.
		this.#provider?.detach();
	}

	#readDetailSoon(): void {
		clearTimeout(this.#refresh);
		this.#refresh = setTimeout(() => void this.#readDetail(), 60);
	}

	async #readDetail(): Promise<void> {
		try {
			this.#detail = await this.#rows.entry(this.id);
			if (!this.#provider) this.#phase = 'readonly';
		} catch (error) {
			if (!isRefusal(error)) throw error;
			if (error.code === 'catalogue.unknown-entry') {
				this.#reason = error.code;
				this.#phase = 'gone';
			} else if (!this.#detail) this.#reason = error.code;
		}
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
