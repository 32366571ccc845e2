import { DatabaseSync } from 'node:sqlite';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as Y from 'yjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createId, type EntryId, type PersonId } from '#domain/base/ids.ts';
import { systemClock } from '#domain/base/clock.ts';
import type { Person, Role } from '#domain/permissions/permissions.ts';
import { rebuildArchive } from '#server/administration/rebuild/rebuild.ts';
import { createApp, type App } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import { buildEntryDoc } from '#sync/entry-doc.ts';
import { aMadeEntry, registerEntries, system } from '#tests/support/entries.ts';
import { aConflict } from '#tests/support/conflicts.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { by } from '#tests/support/orders.ts';
import { letErrorsBe } from '#tests/support/people.ts';
import { aFolder, PASSWORD, startTestServer, type TestServer } from '#tests/support/server.ts';

const OPS = { id: 'system:ops', name: 'ops', via: null };
const running = { onProgress: () => undefined, signal: new AbortController().signal };

let app: App;
let folder: string;
let people = 0;
let fondsNumber = 100;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'lantai-complex-'));
	app = await createApp(readConfig({ data: folder, port: '0' }, { LANTAI_LOG_LEVEL: 'silent' }));
	await letErrorsBe(app);
});
afterAll(async () => {
	await app.close();
	await rm(folder, { recursive: true, force: true });
});

/** A group of two fonds, a fonds beside it, and a series with an item in each. */
async function aScene(where: App = app) {
	const complex = await aMadeEntry(where, { title: '沧浦水系全宗群', level: 'fondsComplex' });
	const made = async (parentId: EntryId | null) => {
		const number = `Z${++fondsNumber}`;
		const fields = { referenceCode: number };
		const fonds = await aMadeEntry(where, { title: `沧浦全宗${number}`, level: 'fonds', parentId, fields });
		const series = await aMadeEntry(where, { title: `沧浦类${number}`, level: 'series', parentId: fonds });
		const item = await aMadeEntry(where, { title: `沧浦件${number}`, parentId: series });
		return { fonds, series, item };
	};
	const first = await made(complex);
	const second = await made(complex);
	const beside = await made(null);
	return { complex, first, second, beside };
}

function limitedTo(fonds: readonly EntryId[], role: Role = 'archivist'): Person {
	return { ...system, id: `person-${++people}` as PersonId, name: `人员${people}`, role, fonds };
}

/** Somebody with an account, and what a script of theirs signs in with. */
async function signedIn(server: TestServer, fonds: readonly EntryId[]) {
	const name = `人员${++people}`;
	const { id } = await server.app.administration.people.add(
		{ name, role: 'archivist', fonds, password: PASSWORD },
		OPS,
	);
	const { token } = await server.app.permissions.createToken(id, {
		name: 'test',
		scopes: ['read', 'write'],
		days: 1,
	});
	return { person: (await server.app.permissions.personByName(name)) as Person, token };
}

const idsOf = async (pages: Promise<{ readonly rows: readonly { readonly id: EntryId }[] }>) =>
	(await pages).rows.map(({ id }) => id);

async function exportedIds(app: App, person: Person, id: EntryId): Promise<EntryId[]> {
	const ids: EntryId[] = [];
	for await (const entry of app.catalogue.subtree(person, id)) ids.push(entry.id);
	return ids;
}

const set = async (app: App, id: EntryId, field: string, value: string | null) =>
	app.collaboration.projected(id, await app.collaboration.setField(id, field, value, OPS));

/** A list of a group with a fonds and an item in it. */
async function aGroupFile(): Promise<string> {
	const path = join(await aFolder(), 'group.csv');
	await writeFile(
		path,
		'legacyId,parentId,层级,档号,题名\n1,,全宗群,,沧浦旧全宗群\n2,1,全宗,Z201,沧浦旧局\n3,2,件,Z201-1,沧浦旧件\n',
	);
	return path;
}

/** An entry as the device of somebody makes it. */
function create(app: App, person: Person, level: string, parentId: EntryId | null) {
	const doc = new Y.Doc();
	buildEntryDoc(
		doc,
		{ level, parentId, order: 'a0', fields: { title: '新' }, bodies: {} },
		{ by: person.id, at: new Date().toISOString(), newElementId: () => createId<string>() },
	);
	const update = Y.encodeStateAsUpdate(doc);
	return app.createEntry(by(person), { id: createId(), profile: 'dat18', update });
}

describe('somebody who works with one fonds of a group', () => {
	it('has it at the top, and nothing else anywhere', async () => {
		const { complex, first, second, beside } = await aScene();
		const { catalogue } = app;
		const person = limitedTo([first.fonds]);
		expect((await catalogue.children(person, null, 0, 10)).rows).toMatchObject([
			{ id: first.fonds, parentId: null, childCount: 1 },
		]);
		expect(await catalogue.tree(person, null, 3)).toMatchObject([
			{ id: first.fonds, children: [{ id: first.series, children: [{ id: first.item }] }] },
		]);
		expect((await idsOf(catalogue.search(person, '沧浦', 0, 20))).toSorted()).toEqual(
			Object.values(first).toSorted(),
		);
		const { path, parentId } = await catalogue.entry(person, first.item);
		expect(path.map(({ id }) => id)).toEqual([first.fonds, first.series]);
		expect(parentId).toBe(first.series);
		for (const id of [complex, second.fonds, second.item, beside.item])
			await expect(catalogue.entry(person, id)).rejects.toMatchObject({ code: 'catalogue.unknown-entry' });
		expect(await idsOf(catalogue.fonds(person, 0, 10))).toEqual([first.fonds]);
		expect(await exportedIds(app, person, first.fonds)).toEqual(Object.values(first));
		await expect(exportedIds(app, person, complex)).rejects.toMatchObject({
			code: 'catalogue.unknown-entry',
		});
	});

	it('reaches it through the group when they work with that too; the group alone holds nothing', async () => {
		const { complex, first, second, beside } = await aScene();
		const { catalogue } = app;
		const both = limitedTo([complex, first.fonds]);
		expect((await catalogue.children(both, null, 0, 10)).rows).toMatchObject([
			{ id: complex, childCount: 1 },
		]);
		expect((await catalogue.children(both, complex, 0, 10)).rows).toMatchObject([
			{ id: first.fonds, parentId: complex },
		]);
		expect(await exportedIds(app, both, complex)).toEqual([complex, ...Object.values(first)]);
		const group = limitedTo([complex]);
		expect((await catalogue.children(group, null, 0, 10)).rows).toMatchObject([
			{ id: complex, childCount: 0 },
		]);
		expect(await exportedIds(app, group, complex)).toEqual([complex]);
		const known = [complex, first.fonds, second.fonds, beside.fonds];
		const among = (ids: readonly EntryId[]) => ids.filter((id) => known.includes(id));
		expect(among(await idsOf(catalogue.children(system, null, 0, 100)))).toEqual([complex, beside.fonds]);
		expect(among(await idsOf(catalogue.fonds(system, 0, 100)))).toEqual(known);
	});

	it('as a reader finds a registered fonds at the top while the group is a draft', async () => {
		const { complex, first } = await aScene();
		await registerEntries(app, [first.fonds]);
		const reader: Person = { ...system, role: 'reader' };
		const atTop = async (person: Person) =>
			(await app.catalogue.children(person, null, 0, 100)).rows.find(({ id }) => id === first.fonds);
		expect(await atTop(reader)).toMatchObject({ parentId: null });
		expect(await atTop(limitedTo([first.fonds], 'reader'))).toMatchObject({ parentId: null });
		await registerEntries(app, [complex]);
		expect(await atTop(reader)).toBeUndefined();
		expect((await app.catalogue.children(reader, complex, 0, 10)).rows).toMatchObject([
			{ id: first.fonds, parentId: complex },
		]);
	});
});

describe('the rights of a fonds', () => {
	it('are its own: live documents stay open while it moves out of a group and back', async () => {
		const server = await startTestServer();
		const { app } = server;
		const { complex, first, second } = await aScene(app);
		const { person, token } = await signedIn(server, [first.fonds]);
		const client = await joinLive(server.port, first.item, { token, by: person.id });
		for (const id of [complex, second.fonds, second.item]) {
			const other = await joinLive(server.port, id, { token, wait: false });
			await eventually(() => expect(other.refusals).toEqual(['collaboration.unknown-document']));
			other.close();
		}
		for (const parent of [null, complex]) {
			await set(app, first.fonds, 'parent', parent);
			client.set('title', `移动后${String(parent)}`, person.id);
			await client.durable();
			expect(await idsOf(app.catalogue.children(person, null, 0, 10))).toEqual([first.fonds]);
			expect((await app.catalogue.thingOf(first.item))?.fondsId).toBe(first.fonds);
		}
		expect(client.refusals).toEqual([]);
		// What goes to another fonds is theirs no longer.
		await set(app, first.series, 'parent', second.series);
		await eventually(() => expect(client.refusals).toContain('collaboration.unknown-document'));
		expect((await app.catalogue.thingOf(first.item))?.fondsId).toBe(second.fonds);
	});

	it('are not taken by levels: only who works with all makes a fonds, or something else of one', async () => {
		const server = await startTestServer();
		const { app } = server;
		const { complex, first, second } = await aScene(app);
		const denied = { code: 'permissions.denied', params: { thing: 'archive' } };
		const { person, token } = await signedIn(server, [first.fonds]);
		await expect(create(app, person, 'fonds', first.fonds)).rejects.toMatchObject(denied);
		await create(app, person, 'series', first.fonds);
		await expect(create(app, person, 'series', complex)).rejects.toMatchObject({
			code: 'permissions.denied',
		});
		const client = await joinLive(server.port, first.series, { token, by: person.id });
		client.set('level', 'file', person.id);
		await client.durable();
		client.set('level', 'fonds', person.id);
		await eventually(() => expect(client.refusals).toContain('permissions.denied'));
		const own = await joinLive(server.port, first.fonds, { token, by: person.id });
		own.set('level', 'series', person.id);
		await eventually(() => expect(own.refusals).toContain('permissions.denied'));
		expect((await app.catalogue.thingOf(first.item))?.fondsId).toBe(first.fonds);
		// Whatever a group becomes, what it held together keeps its own rights.
		await set(app, complex, 'level', 'fonds');
		const group = limitedTo([complex]);
		expect(await exportedIds(app, group, complex)).toEqual([complex]);
		expect((await app.catalogue.thingOf(second.item))?.fondsId).toBe(second.fonds);
		await set(app, second.fonds, 'level', 'series');
		expect((await app.catalogue.thingOf(second.item))?.fondsId).toBe(complex);
	});

	it('hold for imports: into the fonds, with no further fonds in them, and listed to who works with all of it', async () => {
		const { complex, first } = await aScene();
		const list = join(await aFolder(), 'list.csv');
		await writeFile(list, '档号,题名\nZ101-1,沧浦导入一\nZ101-2,沧浦导入二\n');
		const person = limitedTo([first.fonds]);
		const { rootIds } = await app.importDesk.run(by(person), { path: list, under: first.series }, running);
		expect(await app.catalogue.fondsOf(rootIds)).toEqual([first.fonds]);
		expect(await app.importDesk.list(person)).toHaveLength(1);
		await expect(
			app.importDesk.run(by(person), { path: list, under: complex }, running),
		).rejects.toMatchObject({
			code: 'permissions.denied',
		});
		const group = await aGroupFile();
		await expect(
			app.importDesk.run(by(person), { path: group, under: first.series }, running),
		).rejects.toMatchObject({ code: 'import.makes-fonds', params: { file: 'group.csv', line: 2 } });
		const whole = await app.importDesk.run(by(system), { path: group, under: complex }, running);
		const [root] = whole.rootIds as [EntryId];
		expect(await app.catalogue.fondsOf([root])).toHaveLength(2);
		const rootOnly = limitedTo([root]);
		expect(await app.importDesk.list(rootOnly)).toEqual([]);
		await expect(app.importDesk.undo(by(rootOnly), whole.importId, false)).rejects.toMatchObject({
			code: 'permissions.denied',
		});
		expect(await app.importDesk.list(limitedTo(await app.catalogue.fondsOf([root])))).toHaveLength(1);
	});
});

describe('what speaks of fonds', () => {
	it('speaks of each by itself: checks over a group, findings, counts', async () => {
		const { complex, first, second } = await aScene();
		for (const { item } of [first, second]) await set(app, item, 'documentNumber', '沧政〔83〕1号');
		const made = await app.campaigns.create(by(system), { name: '检查', under: complex, rules: null });
		const done = await app.campaigns.ended(by(system), made.id, running);
		expect(done).toMatchObject({ state: 'done', done: 7, total: 7 });
		const perFonds = (person: Person) =>
			app.findings
				.counts(person, { under: complex })
				.then((counts) => new Set(counts.map((each) => each.fondsId)));
		expect(await perFonds(system)).toEqual(new Set([complex, first.fonds, second.fonds]));
		const person = limitedTo([first.fonds]);
		expect(await perFonds(person)).toEqual(new Set([first.fonds]));
		const ofItem = (who: Person) => app.findings.list(who, { entryId: first.item }, 0, 100);
		expect((await ofItem(person)).length).toBeGreaterThan(0);
		expect(new Set((await ofItem(person)).map(({ fondsId }) => fondsId))).toEqual(new Set([first.fonds]));
		// A finding repeats what the entry says: it goes with the entry at once.
		await set(app, first.item, 'parent', second.series);
		expect(await ofItem(person)).toEqual([]);
		expect(new Set((await ofItem(system)).map(({ fondsId }) => fondsId))).toEqual(new Set([second.fonds]));
	});

	it('is what lists are filtered by; of a group they show all its fonds', async () => {
		const { complex, first, second, beside } = await aScene();
		const said = (value: string) => ({ by: { ...limitedTo([]), fonds: null }, value });
		for (const { item } of [first, second, beside])
			await aConflict(app, item, 'title', [said('沧浦一'), said('沧浦二')]);
		const inConflict = async (person: Person, fonds: EntryId) =>
			(await app.conflicts.list(person, { fonds }, 0, 100)).rows.map(({ entryId }) => entryId).toSorted();
		await eventually(async () =>
			expect(await inConflict(system, complex)).toEqual([first.item, second.item].toSorted()),
		);
		expect(await inConflict(system, first.fonds)).toEqual([first.item]);
		expect(await inConflict(limitedTo([second.fonds]), complex)).toEqual([second.item]);
	});

	it('comes back from the archival store', async () => {
		const server = await startTestServer();
		const { app } = server;
		const { complex, first, second } = await aScene(app);
		const file = await aGroupFile();
		await app.importDesk.run(by(system), { path: file }, running);
		await set(app, second.fonds, 'parent', null);
		await set(app, first.series, 'parent', second.fonds);
		await app.preservation.flush('demand');
		await server.stop();
		const into = await aFolder();
		const compare = join(server.dataDir, 'lantai.sqlite');
		const { notDeposited } = await rebuildArchive(
			{ into, from: join(server.dataDir, 'archive'), compare },
			OPS,
			systemClock,
			{ signal: running.signal, progress: () => undefined },
		);
		expect(notDeposited?.differences).toEqual([]);
		const fondsIn = (dataDir: string) => {
			const database = new DatabaseSync(join(dataDir, 'lantai.sqlite'), { readOnly: true });
			try {
				return database.prepare('select id, parent_id, fonds_id from entry order by id').all();
			} finally {
				database.close();
			}
		};
		expect(fondsIn(into)).toEqual(fondsIn(server.dataDir));
		expect(fondsIn(into)).toContainEqual(expect.objectContaining({ id: first.item, fonds_id: second.fonds }));
		expect(fondsIn(into)).toContainEqual(expect.objectContaining({ id: complex, fonds_id: complex }));
	});
});
