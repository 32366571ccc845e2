/**
 * Writes the sample of the current version: `node src/client/device/samples/write-sample.ts`. Once for each version,
 * before it is given to anybody; never again afterwards.
 */
import 'fake-indexeddb/auto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as Y from 'yjs';
import { createId } from '#domain/base/ids.ts';
import { buildEntryDoc, writeMeta } from '#sync/entry-doc.ts';
import { fieldValuesOf, setField } from '#sync/field-values.ts';
import { PERSON_DB_VERSION, PersonDb } from '../device-db.ts';
import { aCard } from '../device-store.contract.ts';
import { IndexedStore } from '../indexed-store.ts';
import { keptWorkOf } from '../kept-work.ts';
import { vaultOf } from '../vault.ts';
import { rowsOf, SAMPLE_KEY, type Sample } from './sample.ts';

const path = join(import.meta.dirname, `person-v${PERSON_DB_VERSION}.json`);
if (existsSync(path)) throw new Error(`${path} is there: a sample is what a version left, and stays`);

const person = createId<string>();
const [doc, lineage] = [createId(), createId<string>()];
const at = '2026-11-25T08:00:00.000Z';
const entry = new Y.Doc();
writeMeta(entry, { schema: 1, profile: 'dat18' });
buildEntryDoc(
	entry,
	{ level: 'item', parentId: null, order: 'a0', fields: { title: '合成题名' }, bodies: {} },
	{ by: person, at, newElementId: () => createId<string>() },
);
const updates: Uint8Array[] = [];
const state = Y.encodeStateAsUpdate(entry);
entry.on('update', (update: Uint8Array) => updates.push(update));
for (const title of ['合成题名，已送出', '合成题名，待传', '合成题名，未被接受'])
	setField(fieldValuesOf(entry), 'title', title, { id: createId<string>(), by: person, at });

const store = await IndexedStore.open(person, await vaultOf(SAMPLE_KEY));
await store.keepState(doc, state, { lineage, seq: 7 }, []);
const sent = await store.append(doc, updates[0] as Uint8Array);
await store.markSent([sent]);
const waits = await store.append(doc, updates[1] as Uint8Array);
const kept = keptWorkOf({
	doc,
	title: '合成题名',
	code: 'permissions.denied',
	updates: updates.slice(2),
	base: Y.mergeUpdates([state, ...updates.slice(0, 2)]),
});
await store.keep(kept, []);
const card = aCard(doc);
await store.keepCard(card);
const fact = { name: '甲（合成）' };
await store.keepFact('me', fact);
store.close();

const sample: Sample = {
	version: PERSON_DB_VERSION,
	stores: Object.fromEntries(
		new PersonDb(person).tables.map((table) => [
			table.name,
			[table.schema.primKey, ...table.schema.indexes].map(({ src }) => src).join(', '),
		]),
	),
	rows: await rowsOf(`lantai-${person}`),
	holds: {
		doc,
		seq: 7,
		lineage,
		titles: ['合成题名，待传'],
		waiting: [waits],
		sent: [sent],
		kept,
		card,
		fact,
	},
};
writeFileSync(path, `${JSON.stringify(sample, undefined, '\t')}\n`);
