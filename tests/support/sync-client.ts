import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import { entryDocName } from '#sync/entry-doc.ts';
import { elementsOf, fieldValuesOf, setField } from '#sync/field-values.ts';
import { SYNC_PROTOCOL, type BatchAnswer, type LoadAnswer } from '#sync/sync-messages.ts';

/** What a request over HTTP came to. */
export interface Answered<T> {
	readonly status: number;
	readonly body: T & { readonly refusal?: { readonly code: string } };
}

/** A device that speaks HTTP only, with a token, and the documents it holds. */
export class SyncDevice {
	readonly id = createId<string>();
	readonly docs = new Map<string, Y.Doc>();
	readonly #origin: string;
	readonly #token: string;
	readonly #by: string;

	constructor(server: { readonly port: number }, token: string, by: string) {
		this.#origin = `http://127.0.0.1:${server.port}`;
		this.#token = token;
		this.#by = by;
	}

	/** The same device after the server moved to another port. */
	at(server: { readonly port: number }, token = this.#token): SyncDevice {
		const moved = new SyncDevice(server, token, this.#by);
		for (const [name, doc] of this.docs) moved.docs.set(name, doc);
		return moved;
	}

	async get<T>(path: string): Promise<Answered<T>> {
		const response = await fetch(this.#origin + path, { headers: this.#headers() });
		return { status: response.status, body: (await response.json()) as Answered<T>['body'] };
	}

	async post<T>(path: string, body: unknown): Promise<Answered<T>> {
		const response = await fetch(this.#origin + path, {
			method: 'POST',
			headers: { ...this.#headers(), 'content-type': 'application/json' },
			body: JSON.stringify(body),
		});
		return { status: response.status, body: (await response.json()) as Answered<T>['body'] };
	}

	/** Asks for a document and takes its state up. */
	async load(id: string, since?: number): Promise<Answered<LoadAnswer>> {
		const name = entryDocName(id as EntryId);
		const answered = await this.get<LoadAnswer>(
			`/api/sync/docs/${encodeURIComponent(name)}${since === undefined ? '' : `?since=${since}`}`,
		);
		if (answered.body.state) Y.applyUpdate(this.doc(id), Buffer.from(answered.body.state, 'base64'));
		return answered;
	}

	doc(id: string): Y.Doc {
		const name = entryDocName(id as EntryId);
		let doc = this.docs.get(name);
		if (!doc) this.docs.set(name, (doc = new Y.Doc()));
		return doc;
	}

	values(id: string, field: FieldKey): FieldValue[] {
		return elementsOf(fieldValuesOf(this.doc(id)), field).map((element) => element.value);
	}

	/** Sets a field on the device; gives the update it made. */
	set(id: string, field: FieldKey, value: FieldValue, by = this.#by): Uint8Array {
		const doc = this.doc(id);
		const updates: Uint8Array[] = [];
		const collect = (update: Uint8Array): void => void updates.push(update);
		doc.on('update', collect);
		setField(fieldValuesOf(doc), field, value, {
			id: createId<string>(),
			by,
			at: new Date().toISOString(),
		});
		doc.off('update', collect);
		return Y.mergeUpdates(updates);
	}

	/** The whole state the device holds. */
	state(id: string): Uint8Array {
		return Y.encodeStateAsUpdate(this.doc(id));
	}

	push(items: readonly Item[], batchId = createId<string>()): Promise<Answered<BatchAnswer>> {
		return this.post('/api/sync/push', this.batch(items, batchId));
	}

	recover(items: readonly Item[], batchId = createId<string>()): Promise<Answered<BatchAnswer>> {
		return this.post('/api/sync/recover', this.batch(items, batchId));
	}

	batch(items: readonly Item[], batchId: string): unknown {
		return {
			protocol: SYNC_PROTOCOL,
			device: this.id,
			batchId,
			items: items.map(([id, update]) => ({
				doc: id.includes(':') ? id : entryDocName(id as EntryId),
				update: Buffer.from(update).toString('base64'),
			})),
		};
	}

	#headers(): Record<string, string> {
		return { authorization: `Bearer ${this.#token}` };
	}
}

/** An entry id or document name, and an update of it. */
export type Item = readonly [string, Uint8Array];
