import 'fake-indexeddb/auto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import Dexie from 'dexie';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { MAX_UPDATE_BYTES } from '#sync/entry-doc.ts';
import { fieldValuesOf, setField } from '#sync/field-values.ts';
import { unsentText, type UnsentFile } from '#sync/unsent-file.ts';
import { unsentFileOf } from '#client/device/unsent-export.ts';
import { runCli } from '#server/cli.ts';
import { serveAppCommands } from '#server/cli/command-socket.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { startTestServer, type TestServer } from '#tests/support/server.ts';
import { aTabDevice, openTab } from '#tests/support/tab.ts';

async function lantai(args: readonly string[]): Promise<{ code: number; json: never }> {
	let text = '';
	const write = (more: string): unknown => (text += more);
	const code = await runCli([...args, '--json'], {
		stdin: Readable.from(['']),
		stdout: { write },
		stderr: { write },
		language: 'en',
		signal: new AbortController().signal,
	});
	return { code, json: JSON.parse(text) as never };
}

type Content = Omit<UnsentFile, 'sha256'>;

/** A device that edits while it cannot send. */
async function anOfflineEdit(
	server: TestServer,
	id: EntryId,
	person: { id: string; name: string },
	title: string,
) {
	const client = await joinLive(server.port, id, { token: await server.token('读档人', 'archivist') });
	const doc = new Y.Doc();
	Y.applyUpdate(doc, Y.encodeStateAsUpdate(client.doc));
	client.close();
	const before = Y.encodeStateVector(doc);
	const at = new Date().toISOString();
	setField(fieldValuesOf(doc), 'title', title, { id: createId<string>(), by: person.id, at });
	const update = Buffer.from(Y.encodeStateAsUpdate(doc, before)).toString('base64');
	return { doc: `entry:${id}`, title, updates: [update], edits: [{ field: 'title', value: title, at }] };
}

async function personOf(server: TestServer, name: string): Promise<{ id: string; name: string }> {
	await server.token(name, 'archivist');
	const person = await server.app.permissions.personByName(name);
	return { id: person?.id ?? '', name };
}

function contentOf(person: { id: string; name: string }, items: Content['items']): Content {
	return {
		format: 'lantai-unsent',
		version: 1,
		lineage: '',
		archive: { name: '合成测试档案馆', code: '000000' },
		device: createId<string>(),
		person,
		exportedAt: new Date().toISOString(),
		items,
	};
}

describe('S11 a file of unsent work', () => {
	it('is taken once, item by item, and what is refused is told in words', async () => {
		const server = await startTestServer();
		const commands = await serveAppCommands(server.app);
		onTestFinished(() => commands.close());
		const person = await personOf(server, '张三');
		const [good, twice] = [
			await aMadeEntry(server.app, { title: '旧' }),
			await aMadeEntry(server.app, { title: '旧' }),
		];
		const items = [
			await anOfflineEdit(server, good, person, '离线改的'),
			{ ...(await anOfflineEdit(server, twice, person, '丢失的')), doc: `entry:${createId()}` },
			await anOfflineEdit(server, twice, { id: 'somebody', name: 'x' }, '别人的'),
		];
		const path = join(server.dataDir, 'unsent.json');
		const drafts = [{ key: `comment:${good}:new`, value: { text: '写到一半' } }];
		await writeFile(path, unsentText({ ...contentOf(person, items), drafts }));
		const args = ['unsent', 'import', path, '--data', server.dataDir];
		const first = await lantai(args);
		expect(first).toMatchObject({
			code: 1,
			json: {
				items: 3,
				taken: 1,
				nothingNew: 0,
				drafts: 1,
				refused: [
					{ code: 'catalogue.unknown-entry', edits: [{ field: 'title', value: '丢失的' }] },
					{ code: 'collaboration.foreign-author', edits: [{ field: 'title', value: '别人的' }] },
				],
			},
		});
		expect((await server.app.catalogue.entry(system, good)).title).toBe('离线改的');
		expect((await server.app.catalogue.entry(system, twice)).title).toBe('旧');
		const change = await server.app.storage.db
			.selectFrom('entry_change')
			.select(['actor_id', 'via', 'claimed_by'])
			.where('doc', '=', `entry:${good}`)
			.orderBy('id', 'desc')
			.executeTakeFirst();
		expect(change).toMatchObject({
			actor_id: expect.stringMatching(/^system:/),
			via: 'unsent-file',
			claimed_by: person.id,
		});
		await writeFile(path, unsentText(contentOf(person, items.slice(0, 1))));
		expect(await lantai([...args, '--as', '张三'])).toEqual({
			code: 0,
			json: { items: 1, taken: 0, nothingNew: 1, drafts: 0, refused: [] },
		});
	});

	it('takes what can be read, and names what the device could not open itself', async () => {
		const server = await startTestServer();
		const commands = await serveAppCommands(server.app);
		onTestFinished(() => commands.close());
		const id = await aMadeEntry(server.app, { title: '旧' });
		const device = await aTabDevice(server, '张三', 'archivist');
		const tab = await openTab(server, device, { pushes: false });
		const { updates } = await anOfflineEdit(server, id, device.me.me, '离线改的');
		await tab.store.append(id, new Uint8Array(Buffer.from(updates[0] ?? '', 'base64')));
		const damaged = createId();
		const n = await tab.store.append(damaged, new Uint8Array([1, 2, 3]));
		const names = await Dexie.getDatabaseNames();
		const db = await new Dexie(names.find((name) => name.includes(device.me.me.id)) ?? '').open();
		await db.table('updates').update(n, { update: new Uint8Array([1, 2, 3]) });
		db.close();
		const file = await unsentFileOf(tab.device, {
			me: device.me.me,
			archive: device.me.archive,
			unwritten: new Map(),
		});
		const path = join(server.dataDir, 'sealed.json');
		await writeFile(path, await file.text());
		expect(await lantai(['unsent', 'import', path, '--data', server.dataDir])).toMatchObject({
			code: 1,
			json: { items: 1, taken: 1, refused: [{ doc: `entry:${damaged}`, code: 'unsent.sealed' }] },
		});
		expect((await server.app.catalogue.entry(system, id)).title).toBe('离线改的');
	});

	it('takes an edit that was too large for any message', async () => {
		const server = await startTestServer();
		const commands = await serveAppCommands(server.app);
		onTestFinished(() => commands.close());
		const person = await personOf(server, '张三');
		const id = await aMadeEntry(server.app, { title: '旧' });
		const doc = new Y.Doc();
		doc.getXmlFragment('body:note').push([new Y.XmlText('长'.repeat(MAX_UPDATE_BYTES / 2))]);
		const update = Buffer.from(Y.encodeStateAsUpdate(doc)).toString('base64');
		const path = join(server.dataDir, 'unsent.json');
		const item = { doc: `entry:${id}`, title: '旧', updates: [update], edits: [] };
		await writeFile(path, unsentText(contentOf(person, [item])));
		expect(await lantai(['unsent', 'import', path, '--data', server.dataDir])).toMatchObject({
			code: 0,
			json: { items: 1, taken: 1, refused: [] },
		});
		expect(JSON.stringify((await server.app.catalogue.entry(system, id)).bodies).length).toBeGreaterThan(
			MAX_UPDATE_BYTES / 2,
		);
	});

	it('is refused whole when it is changed, foreign, newer, or somebody else’s', async () => {
		const server = await startTestServer();
		const commands = await serveAppCommands(server.app);
		onTestFinished(() => commands.close());
		const person = await personOf(server, '张三');
		await personOf(server, '李四');
		const content = contentOf(person, []);
		const path = join(server.dataDir, 'unsent.json');
		const refused = async (text: string, code: string, more: readonly string[] = []): Promise<void> => {
			await writeFile(path, text);
			expect(await lantai(['unsent', 'import', path, '--data', server.dataDir, ...more])).toMatchObject({
				code: 1,
				json: { error: { code } },
			});
		};
		await refused(unsentText(content).replace('合成测试档案馆', '别的档案馆'), 'unsent.damaged');
		await refused(
			unsentText({ ...content, archive: { name: '别馆', code: '111111' } }),
			'unsent.other-archive',
		);
		await refused(unsentText({ ...content, version: 2 as 1 }), 'unsent.newer');
		await refused('{}', 'unsent.bad-file');
		await refused('no JSON', 'unsent.bad-file');
		await refused(unsentText(content), 'unsent.other-person', ['--as', '李四']);
		expect(await lantai(['unsent', 'import', join(path, 'x'), '--data', server.dataDir])).toMatchObject({
			json: { error: { code: 'import.no-file' } },
		});
	});
});
