import { toBase64 } from 'lib0/buffer';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { orderKeyBetween } from '#domain/catalogue/order-key.ts';
import type { EntryRow } from '#domain/catalogue/rows.ts';
import { buildEntryDoc } from '#sync/entry-doc.ts';
import type { RowsClient } from './contract.ts';
import type { OpenEntries } from './open-entries.svelte.ts';
import type { Ask } from './requests.ts';
import { serverClock } from './server-clock.ts';

/** Makes entries, and puts them where they belong. */
export class Arrangement {
	#me: { readonly id: string };
	#rows: RowsClient;
	#entries: OpenEntries;
	#ask: Ask;

	constructor(parts: { me: { readonly id: string }; rows: RowsClient; entries: OpenEntries; ask: Ask }) {
		this.#me = parts.me;
		this.#rows = parts.rows;
		this.#entries = parts.entries;
		this.#ask = parts.ask;
	}

	/** The device makes the first update of an entry, once; the server takes it or refuses. */
	async create(
		parentId: EntryId | null,
		level: string,
		profile: string,
		title: string,
		after?: EntryId,
	): Promise<EntryId> {
		const id = createId();
		const doc = new Y.Doc();
		const order = await this.#orderAfter(parentId, after);
		buildEntryDoc(
			doc,
			{ level, parentId, order, fields: title ? { title } : {}, bodies: {} },
			{ by: this.#me.id, at: serverClock.isoNow(), newElementId: () => createId<string>() },
		);
		const update = toBase64(Y.encodeStateAsUpdate(doc));
		doc.destroy();
		await this.#ask('/api/entries', {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ id, profile, update }),
		});
		return id;
	}

	/** Before `beforeId`, or last. */
	async move(id: EntryId, parentId: EntryId | null, beforeId: EntryId | null): Promise<void> {
		const there = await this.#siblings(parentId);
		const siblings = there.filter((row) => row.id !== id);
		const isThere = siblings.length < there.length;
		const at = beforeId === null ? siblings.length : siblings.findIndex((row) => row.id === beforeId);
		const order = orderKeyBetween(siblings[at - 1]?.order ?? null, siblings[at]?.order ?? null);
		await this.#entries.edit(id, (session) => {
			const current = session.values('parent')[0]?.value ?? null;
			session.doc.transact(() => {
				// A fonds stands at the top for who may not see what it lies in: moved among the others it stays where it is.
				const staysIn = isThere && session.detail?.problems.length === 0;
				if (current !== parentId && !staysIn) session.set('parent', parentId);
				session.set('order', order);
			});
		});
	}

	async setStatus(id: EntryId, status: 'active' | 'deleted'): Promise<void> {
		await this.#entries.edit(id, (session) => session.set('status', status));
	}

	async #orderAfter(parentId: EntryId | null, after: EntryId | undefined): Promise<string> {
		const siblings = await this.#siblings(parentId);
		const at = after === undefined ? siblings.length - 1 : siblings.findIndex((row) => row.id === after);
		return orderKeyBetween(siblings[at]?.order ?? null, siblings[at + 1]?.order ?? null);
	}

	async #siblings(parentId: EntryId | null): Promise<EntryRow[]> {
		const rows: EntryRow[] = [];
		for (;;) {
			const page = await this.#rows.children(parentId, rows.length, 1000);
			rows.push(...page.rows);
			if (rows.length >= page.total || page.rows.length === 0) return rows;
		}
	}
}
