import * as Y from 'yjs';
import type { EntryId } from '#domain/base/ids.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import type { EntryDetail } from '#domain/catalogue/rows.ts';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import { bodyOf, type DocKey } from '#sync/entry-doc.ts';
import type { FieldElement } from '#sync/field-values.ts';
import type { Caret } from '#sync/presence.ts';
import { reviewDocName } from '#sync/review-doc.ts';
import type { EntrySession, PresentPerson, RowsClient, ShownValue } from './contract.ts';
import {
	EntryConnection,
	type ConnectionFacts,
	type EntryDevice,
	type TabConnection,
} from './entry-connection.ts';
import type { EntryHistory, HistorySteps } from './entry-history.svelte.ts';
import { EntryValues } from './entry-values.svelte.ts';
import { EntryRecord } from './entry-record.ts';
import { presentPeople } from './present-people.ts';
import type { ReviewSession } from './review-session.svelte.ts';

const NOT_CONNECTED: ConnectionFacts = {
	phase: 'loading',
	reason: undefined,
	isReadOnly: true,
	isFromDevice: false,
	unsent: 0,
	unwritten: 0,
};

interface Shown extends Record<string, unknown> {
	readonly field: FieldKey | null;
	readonly cursor: Caret | null;
	readonly idle: boolean;
}

/**
 * One entry open in this tab, as components see it: its values, who else is in it, and how safe the last edit is. People
 * edit `doc`; its {@link EntryConnection} brings edits onto the device and to the server.
 */
export class LiveEntrySession implements EntrySession {
	readonly id: EntryId;
	readonly doc = new Y.Doc();
	#values: EntryValues;
	#me: { readonly id: string };
	#device: EntryDevice;
	#tab: TabConnection;
	/** A reader has none: they get rows, never the live document, which cannot be filtered by field. */
	#connection: EntryConnection | undefined;
	#record: EntryRecord;
	/** Of what was said: how much was not known to be on the server. */
	#unsaid = 0;
	#review = $state.raw<ReviewSession | undefined>(undefined);
	#onEditedOffline: (parentId: EntryId | null) => void;
	#facts = $state.raw<ConnectionFacts>(NOT_CONNECTED);
	#detail = $state.raw<EntryDetail | undefined>(undefined);
	/** Why there is no record. */
	#recordRefusal = $state.raw<string | undefined>(undefined);
	#version = $state.raw<string | undefined>(undefined);
	#people = $state.raw<readonly PresentPerson[]>([]);
	#stops: (() => void)[] = [];
	#isClosed = false;
	/** What others see of this tab. */
	#shown: Shown = { field: null, cursor: null, idle: false };
	/** Called after every step towards `ready` or `settled`. */
	#steps = new Set<() => void>();

	constructor(parts: {
		id: EntryId;
		me: { readonly id: string; readonly role: string };
		rows: Pick<RowsClient, 'entry' | 'onChanged'>;
		connection: TabConnection;
		device: EntryDevice;
		/** An edit changed what lists show while the server cannot tell. */
		onEditedOffline: (parentId: EntryId | null) => void;
		/** What was done when the entry was open before. */
		steps?: HistorySteps | undefined;
	}) {
		this.id = parts.id;
		this.#me = parts.me;
		this.#tab = parts.connection;
		this.#device = parts.device;
		this.#onEditedOffline = parts.onEditedOffline;
		this.#values = new EntryValues({
			doc: this.doc,
			meId: parts.me.id,
			attributions: () => this.#detail?.attributions ?? {},
			nameOf: (personId) => this.people.find((person) => person.personId === personId)?.name ?? '',
			hasUnsent: () => this.saved.unsent > 0,
			instead: (field) => (this.#hasDoc ? undefined : this.#valuesOfRow(field)),
			steps: parts.steps,
		});
		this.#record = new EntryRecord({
			id: this.id,
			rows: parts.rows,
			keep: (detail) => this.#keepCard(detail),
			onDetail: (detail) => {
				this.#detail = detail;
				this.#recordRefusal = undefined;
				this.#step();
			},
			onRefused: (code) => {
				if (code === 'catalogue.unknown-entry' || !this.#detail) this.#recordRefusal = code;
				this.#step();
			},
		});
		this.#stops.push(
			parts.rows.onChanged((change) => {
				if (change.ids.includes(this.id)) this.#record.readSoon();
			}),
		);
		void this.#record.read();
		if (parts.me.role !== 'reader') this.#connect();
	}

	get detail(): EntryDetail | undefined {
		return this.#detail;
	}

	get phase(): EntrySession['phase'] {
		const { phase } = this.#facts;
		if (this.#recordRefusal === 'catalogue.unknown-entry') return 'gone';
		if (phase === 'live' || phase === 'offline') return this.#tab.isOnline ? 'live' : 'offline';
		if (phase !== 'loading') return phase;
		if (this.#recordRefusal === 'device.not-here') return 'absent';
		return this.#isReader && this.#detail ? 'readonly' : 'loading';
	}

	get reason(): string | undefined {
		return (
			this.#facts.reason ?? this.#recordRefusal ?? (this.phase === 'offline' ? this.#tab.reason : undefined)
		);
	}

	get canEdit(): boolean {
		return (
			(this.phase === 'live' || this.phase === 'offline') &&
			!this.#facts.isReadOnly &&
			this.#detail?.status !== 'deleted'
		);
	}

	get isFromDevice(): boolean {
		return this.#facts.isFromDevice;
	}

	get history(): EntryHistory {
		return this.#values.history;
	}

	get elements(): ReadonlyMap<FieldKey, readonly FieldElement[]> {
		return this.#values.elements;
	}

	values(field: FieldKey): readonly ShownValue[] {
		return this.#values.values(field);
	}

	get bodies(): readonly string[] {
		if (this.#isReader) return Object.keys(this.#detail?.bodies ?? {});
		return this.#values.bodies;
	}

	fragment(fieldId: string): Y.XmlFragment | undefined {
		return this.#hasDoc ? bodyOf(this.doc, fieldId) : undefined;
	}

	set(field: FieldKey, value: FieldValue): void {
		this.#values.set(field, value);
	}

	addItem(fieldId: string, text: string): FieldKey {
		return this.#values.addItem(fieldId, text);
	}

	removeItem(key: FieldKey): void {
		this.#values.removeItem(key);
	}

	moveItem(key: FieldKey, beforeKey: FieldKey | null): void {
		this.#values.moveItem(key, beforeKey);
	}

	get people(): readonly PresentPerson[] {
		return this.#people;
	}

	focus(field: FieldKey | null): void {
		this.#say({ field });
	}

	showCaret(cursor: Caret | null): void {
		this.#say({ cursor });
	}

	/** The person is away from this tab, or back. */
	showIdle(idle: boolean): void {
		this.#say({ idle });
	}

	#say(change: Partial<Shown>): void {
		this.#shown = { ...this.#shown, ...change };
		this.#connection?.say(this.#shown);
	}

	get saved(): EntrySession['saved'] {
		const { unsent } = this;
		const version = this.#version ?? this.#detail?.versions.at(-1)?.version;
		if (unsent > 0) return { unsent, state: this.unkept > 0 ? 'tab' : 'device', version };
		return { unsent, state: this.#detail?.state ?? 'server', version };
	}

	get review(): ReviewSession | undefined {
		return this.#review;
	}

	/**
	 * A reader has none. Loaded when it is asked for: most entries have nothing said about them.
	 * @throws {Refusal} 'client.unreachable' when it cannot be loaded
	 */
	async openReview(): Promise<void> {
		if (this.#isReader) return;
		const { ReviewSession } = await import('./review-session.svelte.ts').catch((cause: unknown) => {
			throw Object.assign(new Refusal('client.unreachable'), { cause });
		});
		if (this.#isClosed) return;
		this.#review ??= new ReviewSession({
			id: this.id,
			me: this.#me,
			connection: this.#tab,
			device: this.#device,
			title: () => this.#detail?.title ?? '',
			attributions: () => this.#detail?.attributions ?? {},
			onChanged: () => this.#said(),
		});
	}

	/** What was said and is on the server now waits for the archive there. */
	#said(): void {
		const { unsent } = this.#review ?? { unsent: 0 };
		if (unsent < this.#unsaid) {
			this.#record.changed();
			this.#record.readSoon();
		}
		this.#unsaid = unsent;
		this.#step();
	}

	/** Edits that are not known to be on the server. */
	get unsent(): number {
		return this.#facts.unsent + (this.#review?.unsent ?? 0);
	}

	/** Edits that are nowhere but in this tab. */
	get unwritten(): number {
		return this.#facts.unwritten + (this.#review?.unwritten ?? 0);
	}

	/** Those edits themselves by document, for the file of unsent work. */
	async unwrittenUpdates(): Promise<readonly (readonly [DocKey, readonly Uint8Array[]])[]> {
		return [
			[this.id, (await this.#connection?.unwrittenUpdates()) ?? []],
			[reviewDocName(this.id), (await this.#review?.unwrittenUpdates()) ?? []],
		];
	}

	/** Edits that go with this tab. */
	get unkept(): number {
		return this.#device.store.isDurable ? this.unwritten : this.unsent;
	}

	/** Closing now would lose something. What cannot be sent any more is still to be written, if there is where. */
	get mustStay(): boolean {
		if (this.reason === 'catalogue.purged') return false;
		const canBeSent = this.phase !== 'refused' && this.phase !== 'gone';
		return this.unkept > 0 && (canBeSent || this.#device.store.isDurable);
	}

	async kept(): Promise<void> {
		await this.#connection?.released();
		await this.#review?.released();
		await this.#when(
			() => !this.mustStay,
			() => this.#isClosed,
		);
	}

	/**
	 * Resolves when every edit made so far is safe: on the device if it keeps anything, else on the server. Rejects
	 * when the entry was refused.
	 */
	async settled(): Promise<void> {
		await this.#connection?.released();
		await this.#review?.released();
		if (this.#device.store.isDurable && this.unwritten === 0) return;
		await this.#when(() => this.unsent === 0);
	}

	/** Resolves when the document is there, from the server or from the device. */
	async ready(): Promise<void> {
		await this.#when(() => this.phase === 'live' || this.phase === 'offline');
	}

	/** A version of this entry arrived in the archival store. */
	deposited(version: string): void {
		this.#version = version;
		this.#record.readSoon();
	}

	close(): void {
		if (this.#isClosed) return;
		this.#isClosed = true;
		for (const stop of this.#stops) stop();
		this.#record.close();
		this.#connection?.close();
		this.#review?.close();
		this.doc.destroy();
		this.#step();
	}

	get #isReader(): boolean {
		return this.#connection === undefined;
	}

	get #hasDoc(): boolean {
		return this.#facts.phase !== 'loading';
	}

	#connect(): void {
		const connection = new EntryConnection({
			key: this.id,
			mayWrite: (card) => card.can.edit,
			doc: this.doc,
			connection: this.#tab,
			device: this.#device,
			title: () => this.#detail?.title ?? '',
			onLoaded: (card) => {
				if (card) this.#record.useKept(card);
				this.doc.on('update', () => this.#record.changed());
			},
			onWritten: () => {
				if (!this.#tab.isOnline) this.#record.insteadSoon(() => void this.#cardFromDoc());
			},
			onRead: () => this.#record.readSoon(),
			onChanged: (facts) => {
				if (facts.unsent < this.#facts.unsent) this.#record.changed();
				this.#facts = facts;
				this.#step();
			},
			onPeople: (states) => (this.#people = presentPeople(states, connection.clientId)),
		});
		this.#connection = connection;
		void connection.start();
	}

	/** Without the server nobody projects the entry: what lists and search show of it comes from the document. */
	async #cardFromDoc(): Promise<void> {
		const { detailOfDoc } = await import('./detail-of-doc.ts');
		const known = this.#detail;
		if (!known || known.purged || this.#isClosed) return;
		const card = detailOfDoc(known, this.doc, (element) => this.#values.position(element));
		await this.#record.use(card);
		this.#onEditedOffline(card.parentId);
	}

	async #keepCard(card: EntryDetail): Promise<void> {
		try {
			await this.#device.store.keepCard(card);
		} catch (error) {
			this.#device.troubled(isRefusal(error) ? error.code : 'device.unusable');
		}
	}

	#step(): void {
		for (const step of [...this.#steps]) step();
	}

	async #when(
		isReached: () => boolean,
		isHopeless = () => this.#isClosed || this.phase === 'refused' || this.phase === 'gone',
	): Promise<void> {
		await new Promise<void>((resolve, reject) => {
			const step = (): void => {
				if (isReached()) resolve();
				else if (isHopeless()) reject(new Error(this.reason ?? 'closed'));
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
}
