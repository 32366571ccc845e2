import { toBase64 } from 'lib0/buffer';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import { orderKeyBetween } from '#domain/catalogue/order-key.ts';
import type { EntryRow } from '#domain/catalogue/rows.ts';
import { buildEntryDoc } from '#sync/entry-doc.ts';
import type { RowsClient } from './contract.ts';
import type { DeviceWork } from './device/device-work.svelte.ts';
import { WITHOUT_SERVER } from './device/device-rows.ts';
import type { TakenNumber } from './device/number-blocks.ts';
import type { OpenEntries } from './open-entries.svelte.ts';
import type { Ask } from './requests.ts';
import { serverClock } from './server-clock.ts';

/** Makes entries, and puts them where they belong. */
export class Arrangement {
	#me: { readonly id: string };
	#rows: RowsClient;
	#entries: OpenEntries;
	#ask: Ask;
	#device: Pick<DeviceWork, 'store' | 'push'>;
	#isReachable: () => boolean;

	constructor(parts: {
		me: { readonly id: string };
		rows: RowsClient;
		entries: OpenEntries;
		ask: Ask;
		device: Pick<DeviceWork, 'store' | 'push'>;
		/** False: the server need not even be asked. */
		isReachable: () => boolean;
	}) {
		this.#me = parts.me;
		this.#rows = parts.rows;
		this.#entries = parts.entries;
		this.#ask = parts.ask;
		this.#device = parts.device;
		this.#isReachable = parts.isReachable;
	}

	/**
	 * The device makes the first update of an entry, once; the server takes it or refuses. While it cannot be asked, the
	 * update waits on the device, if that keeps anything.
	 */
	async create({
		parentId,
		level,
		profile,
		title,
		after,
		numbered,
	}: {
		readonly parentId: EntryId | null;
		readonly level: string;
		readonly profile: string;
		readonly title: string;
		readonly after?: EntryId | undefined;
		readonly numbered?: TakenNumber | undefined;
	}): Promise<EntryId> {
		const id = numbered?.entryId ?? createId();
		const doc = new Y.Doc();
		const order = await this.#orderAfter(parentId, after, numbered?.lastOrder);
		buildEntryDoc(
			doc,
			{
				level,
				parentId,
				order,
				fields: { ...(title ? { title } : {}), ...numbered?.fields },
				bodies: {},
			},
			{ by: this.#me.id, at: serverClock.isoNow(), newElementId: () => createId<string>() },
		);
		const update = Y.encodeStateAsUpdate(doc);
		doc.destroy();
		try {
			if (!this.#isReachable()) throw new Refusal('client.unreachable');
			await this.#ask('/api/entries', {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({ id, profile, update: toBase64(update) }),
			});
		} catch (error) {
			const isAway = isRefusal(error) && WITHOUT_SERVER.includes(error.code);
			if (!isAway || !this.#device.store.isDurable) throw error;
			// The server may have taken it and not said so: the same beginning again does no harm.
			const { beginHere } = await import('./device/begin-here.ts');
			await beginHere(this.#device.store, { id, parentId, profile, level, update });
			void this.#device.push();
		}
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

	/** @param last a key behind which it stands, where all siblings may not be known here */
	async #orderAfter(parentId: EntryId | null, after: EntryId | undefined, last = ''): Promise<string> {
		const { rows, isPart } = await this.#children(parentId);
		const at = after === undefined ? rows.length - 1 : rows.findIndex((row) => row.id === after);
		const known = rows[at]?.order ?? null;
		const next = rows[at + 1]?.order ?? null;
		if (after === undefined) return orderKeyBetween(last > (known ?? '') ? last : known, null);
		if (!isPart || known === null) return orderKeyBetween(known, next);
		// Whoever follows on the server may not be known here: close behind, nearer than what is put there meanwhile.
		const end = orderKeyBetween(known, null);
		return orderKeyBetween(known, orderKeyBetween(known, next !== null && next < end ? next : end));
	}

	async #siblings(parentId: EntryId | null): Promise<readonly EntryRow[]> {
		return (await this.#children(parentId)).rows;
	}

	/** `isPart`: only those that this device has. */
	async #children(
		parentId: EntryId | null,
	): Promise<{ readonly rows: readonly EntryRow[]; readonly isPart: boolean }> {
		const rows: EntryRow[] = [];
		for (;;) {
			const page = await this.#rows.children(parentId, rows.length, 1000);
			rows.push(...page.rows);
			if (rows.length >= page.total || page.rows.length === 0)
				return { rows, isPart: page.onlyThisDevice === true };
		}
	}
}
