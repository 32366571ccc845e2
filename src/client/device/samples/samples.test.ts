import 'fake-indexeddb/auto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Dexie from 'dexie';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { elementsOf, fieldValuesOf } from '#sync/field-values.ts';
import { PERSON_DB_VERSION, PersonDb } from '../device-db.ts';
import { IndexedStore } from '../indexed-store.ts';
import { vaultOf } from '../vault.ts';
import { layDown, SAMPLE_KEY, type Sample } from './sample.ts';

const samples = globSync('person-v*.json', { cwd: import.meta.dirname }).map(
	(name) => JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8')) as Sample,
);
const vault = await vaultOf(SAMPLE_KEY);

function storesOf(db: Dexie): Record<string, string> {
	return Object.fromEntries(
		db.tables.map(({ name, schema }) => [
			name,
			[schema.primKey, ...schema.indexes].map(({ src }) => src).join(', '),
		]),
	);
}

describe('what earlier versions left on a device', () => {
	it('is there as a sample of every version; stores do not change without a new one', () => {
		const versions = samples.map(({ version }) => version).sort((a, b) => a - b);
		expect(versions).toEqual(Array.from({ length: PERSON_DB_VERSION }, (_, index) => index + 1));
		const current = samples.find(({ version }) => version === PERSON_DB_VERSION);
		expect(storesOf(new PersonDb('stores'))).toEqual(current?.stores);
	});

	for (const sample of samples)
		it(`version ${sample.version} opens, and all of it is read and can be worked with`, async () => {
			const person = createId<string>();
			await layDown(sample, `lantai-${person}`);
			const { holds } = sample;
			const id = holds.doc as EntryId;
			const store = await IndexedStore.open(person, vault);
			const stored = await store.load(id);
			expect(stored).toMatchObject({ seq: holds.seq, lineage: holds.lineage });
			expect(stored?.updates.filter(({ isSent }) => isSent).map(({ n }) => n)).toEqual(holds.sent);
			expect((await store.waiting()).map(({ n }) => n)).toEqual(holds.waiting);
			const doc = new Y.Doc();
			for (const update of [stored?.state, ...(stored?.updates ?? []).map((each) => each.update)])
				if (update) Y.applyUpdate(doc, update);
			expect(elementsOf(fieldValuesOf(doc), 'title').map(({ value }) => value)).toEqual(holds.titles);
			const [kept] = await store.kept();
			expect(kept).toMatchObject(holds.kept);
			expect(await store.card(id)).toEqual(holds.card);
			expect(await store.cards()).toEqual([holds.card]);
			expect(await store.fact('me')).toEqual(holds.fact);
			await store.offerAgain(kept?.n ?? 0);
			expect(await store.waiting()).toHaveLength(holds.waiting.length + holds.kept.updates.length);
			const written = await store.append(id, Y.encodeStateAsUpdate(doc));
			expect((await store.waiting()).at(-1)?.n).toBe(written);
			store.close();
		});

	it('a device that a newer version has written is refused by name, and left as it is', async () => {
		const person = createId<string>();
		const sample = samples.at(-1) as Sample;
		await layDown({ ...sample, version: PERSON_DB_VERSION + 1 }, `lantai-${person}`);
		await expect(IndexedStore.open(person, vault)).rejects.toMatchObject({ code: 'device.newer' });
		const raw = await new Dexie(`lantai-${person}`).open();
		expect(raw.verno).toBe(PERSON_DB_VERSION + 1);
		for (const [store, rows] of Object.entries(sample.rows))
			expect(await raw.table(store).count()).toBe(rows.length);
		raw.close();
	});
});
