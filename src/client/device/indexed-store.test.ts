import 'fake-indexeddb/auto';
import Dexie from 'dexie';
import { describe, expect, it } from 'vitest';
import { createId } from '#domain/base/ids.ts';
import { PersonDb } from './device-db.ts';
import { aCard, deviceStoreContract } from './device-store.contract.ts';
import { IndexedStore, wipePerson } from './indexed-store.ts';
import { createDataKey, vaultOf } from './vault.ts';

const vault = await vaultOf(createDataKey());
let person = '';

deviceStoreContract(
	() => IndexedStore.open((person = createId<string>()), vault),
	() => IndexedStore.open(person, vault),
);

describe('what lies on the disk', () => {
	it('holds nothing readable but ids, positions and times', async () => {
		const id = createId<string>();
		const store = await IndexedStore.open(id, vault);
		const doc = createId();
		await store.append(doc, new TextEncoder().encode('秘密的题名'));
		await store.keepCard(aCard(doc));
		await store.keepFact('me', { name: '某甲' });
		store.close();
		const raw = await new Dexie(`lantai-${id}`).open();
		const text: string[] = [];
		for (const table of raw.tables)
			await table.each((row: Record<string, unknown>) => {
				for (const value of Object.values(row))
					text.push(value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value));
			});
		raw.close();
		expect(text.length).toBeGreaterThan(5);
		for (const secret of ['秘密的题名', '合成条目', 'B002-1-001-001', '某甲'])
			expect(text.join('\n')).not.toContain(secret);
	});

	it('does not open with another key, and a box does not open under another name', async () => {
		const id = createId<string>();
		const store = await IndexedStore.open(id, vault);
		const doc = createId();
		await store.append(doc, new Uint8Array([1, 2, 3]));
		store.close();
		const stranger = await IndexedStore.open(id, await vaultOf(createDataKey()));
		await expect(stranger.load(doc)).rejects.toMatchObject({ code: 'device.damaged' });
		stranger.close();
		const db = new PersonDb(id);
		await db.updates.toCollection().modify({ doc: createId<string>() });
		const moved = (await db.updates.toArray())[0]?.doc ?? '';
		db.close();
		const own = await IndexedStore.open(id, vault);
		await expect(own.load(moved as typeof doc)).rejects.toMatchObject({ code: 'device.damaged' });
		own.close();
	});

	it('a piece that does not open keeps nobody from the others, and is named', async () => {
		const id = createId<string>();
		const [lost, well] = [createId(), createId()];
		const stranger = await IndexedStore.open(id, await vaultOf(createDataKey()));
		const own = await IndexedStore.open(id, vault);
		for (const [store, doc] of [
			[stranger, lost],
			[own, well],
		] as const) {
			await store.append(doc, new Uint8Array([1, 2, 3]));
			await store.keepCard(aCard(doc));
			await store.keep({ doc, title: '', code: 'x', at: '', updates: [], edits: [] }, []);
		}
		expect((await own.waiting()).map(({ doc }) => doc)).toEqual([well]);
		expect((await own.kept()).map(({ doc }) => doc)).toEqual([well]);
		expect((await own.cards()).map((card) => card.id)).toEqual([well]);
		expect((await own.damaged()).map(({ doc }) => doc)).toEqual([lost, lost]);
		expect((await own.damaged())[0]?.sealed.byteLength).toBeGreaterThan(3);
		expect(await own.purge([lost])).toBe(1);
		expect(await own.damaged()).toEqual([]);
		stranger.close();
		own.close();
	});

	it('lets edits go that the server has when the state they belong to does not open', async () => {
		const id = createId<string>();
		const doc = createId();
		const stranger = await IndexedStore.open(id, await vaultOf(createDataKey()));
		await stranger.keepState(doc, new Uint8Array([0, 0]), { lineage: createId<string>() }, []);
		stranger.close();
		const own = await IndexedStore.open(id, vault);
		const n = await own.append(doc, new Uint8Array([0, 0]));
		await expect(
			own.keepState(doc, new Uint8Array([0, 0]), { lineage: createId<string>() }, [n]),
		).rejects.toMatchObject({ code: 'device.damaged' });
		expect(await own.waiting()).toEqual([]);
		own.close();
	});

	it('is gone after wiping', async () => {
		const id = createId<string>();
		const store = await IndexedStore.open(id, vault);
		await store.append(createId(), new Uint8Array([1]));
		store.close();
		await wipePerson(id);
		expect(await Dexie.exists(`lantai-${id}`)).toBe(false);
	});

	it('steps aside for a newer version of the page, and a newer database is refused by name', async () => {
		const id = createId<string>();
		let isReplaced = false;
		await IndexedStore.open(id, vault, () => (isReplaced = true));
		const newer = new Dexie(`lantai-${id}`);
		newer.version(99).stores({ docs: 'id', more: 'id' });
		await newer.open();
		expect(isReplaced).toBe(true);
		newer.close();
		await expect(IndexedStore.open(id, vault)).rejects.toMatchObject({ code: 'device.newer' });
	});
});
