import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { PEOPLE_OBJECT, SETTINGS_OBJECT, undoneObject } from '#server/preservation/archive-records.ts';
import type { DepositRecord } from '#server/preservation/entry-snapshot.ts';
import type { LogLine } from '#server/preservation/log-lines.ts';
import { OcflStore } from '#server/preservation/ocfl-store.ts';
import { anArchive } from '#tests/support/archive.ts';
import { aConflict, personOf } from '#tests/support/conflicts.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { aLoggedEntry, AUTHORS } from '#tests/support/logged-entries.ts';
import { by } from '#tests/support/orders.ts';
import { aFolder, startTestServer } from '#tests/support/server.ts';

async function aServer() {
	const { app, dataDir } = await startTestServer();
	const store = new OcflStore(join(dataDir, 'archive'), join(dataDir, 'no-staging'));
	const text = (id: string, name: string): string =>
		Buffer.from(store.readFile(id, name) ?? []).toString('utf8');
	const lines = <T>(id: string, name: string): T[] =>
		text(id, name)
			.split('\n')
			.filter(Boolean)
			.map((line) => JSON.parse(line) as T);
	return { app, text, lines, store };
}

describe('a version says who wrote when', () => {
	it('of every update since the last one, long texts too, with what late devices may still name', async () => {
		const archive = await anArchive();
		const entry = await aLoggedEntry(archive.storage);
		const linesOf = (version: string): LogLine[] =>
			archive
				.text(entry.id, 'log.jsonl', version)
				.split('\n')
				.filter(Boolean)
				.map((line) => JSON.parse(line) as LogLine);
		const first = await archive.preservation.depositNow(entry.id);
		const text = await entry.write('scopeAndContent', '范围与内容', AUTHORS.乙);
		const set = await entry.set('title', '二');
		await archive.preservation.depositNow(entry.id);
		expect(linesOf('v1').map(({ seq }) => seq)).toEqual([first?.seq]);
		expect(linesOf('v2')).toEqual([
			expect.objectContaining({ doc: `entry:${entry.id}`, seq: text, actor_name: '乙', via: null }),
			expect.objectContaining({
				seq: set,
				actor_name: '甲',
				kept: {
					settings: [expect.objectContaining({ field: 'title', value: '二' })],
					replaced: {},
				},
			}),
		]);
		expect(linesOf('v1')[0]?.kept?.settings.map(({ field }) => field)).toEqual([
			'level',
			'parent',
			'order',
			'status',
			'title',
		]);
		const record = JSON.parse(archive.text(entry.id, 'deposit.json')) as DepositRecord;
		expect(record).toMatchObject({ reviewFromPosition: 0, createdAt: expect.any(String) });
	});
});

describe('the archive itself has records', () => {
	it('of people, without what they sign in with, and of settings; a version when they change', async () => {
		const { app, text, lines, store } = await aServer();
		const versions = (id: string): number => store.listVersions(id).length;
		await eventually(() => expect(text(PEOPLE_OBJECT, 'people.jsonl')).toContain('管理员'));
		const person = await personOf(app, '甲');
		await app.administration.settings.change({ 'archive.name': '改名档案馆' }, AUTHORS.甲);
		await eventually(() => {
			expect(lines<{ name: string }>(PEOPLE_OBJECT, 'people.jsonl').map(({ name }) => name)).toEqual(
				expect.arrayContaining(['管理员', '甲']),
			);
			expect(JSON.parse(text(SETTINGS_OBJECT, 'settings.json'))).toMatchObject({
				'archive.name': '改名档案馆',
				'setup.done': true,
			});
		});
		expect(text(PEOPLE_OBJECT, 'people.jsonl')).not.toMatch(/password|scrypt|token|@/);
		expect(text(SETTINGS_OBJECT, 'settings.json')).not.toContain('lineage');
		const before = versions(PEOPLE_OBJECT);
		await app.administration.people.setDisabled(person.id, true, AUTHORS.甲);
		await eventually(() => expect(versions(PEOPLE_OBJECT)).toBe(before + 1));
		app.preservation.noteArchive();
		await app.preservation.flush('demand');
		expect(versions(PEOPLE_OBJECT)).toBe(before + 1);
	});

	it('of decisions over many conflicts, with what stood before, also when they are taken back', async () => {
		const { app, text, lines } = await aServer();
		const [a, b] = [await personOf(app, '甲'), await personOf(app, '乙')];
		const id = await aMadeEntry(app, { title: '一' });
		await aConflict(app, id, 'title', [
			{ by: a, value: '甲的' },
			{ by: b, value: '乙的' },
		]);
		const { decisionId } = await app.conflicts.settle(by(a), {
			filter: {},
			choice: { kind: 'oldest' },
			why: '核对',
		});
		const object = `urn:uuid:${decisionId}`;
		await eventually(() =>
			expect(lines(object, 'items.jsonl')).toEqual([
				expect.objectContaining({ entry_id: id, field: 'title' }),
			]),
		);
		await app.conflicts.undo(by(a), decisionId);
		await eventually(() =>
			expect(JSON.parse(text(object, 'decision.json'))).toMatchObject({
				why: '核对',
				undone_by: '甲',
				undone_at: expect.any(String),
			}),
		);
	});

	it('of imports that were undone, with the entries that went', async () => {
		const { app, text, lines } = await aServer();
		const path = join(await aFolder(), 'list.csv');
		await writeFile(path, '档号,题名\nA-1,甲\nA-2,乙\n');
		const running = { onProgress: () => undefined, signal: new AbortController().signal };
		const { importId } = await app.importDesk.run(by(system), { path }, running);
		await app.importDesk.undo(by(system), importId, false);
		await eventually(() => {
			expect(JSON.parse(text(undoneObject(importId), 'events.json'))).toMatchObject({
				state: 'undone',
				events: [
					{ kind: 'undo-begun', actor_id: system.id },
					{ kind: 'undone', actor_id: system.id },
				],
			});
			expect(lines(undoneObject(importId), 'withdrawn.jsonl')).toHaveLength(3);
		});
	});

	it('of orders whose rows are being judged, before anything is decided', async () => {
		const { app, text, lines } = await aServer();
		const [a, b] = [await personOf(app, '甲'), await personOf(app, '乙')];
		const id = await aMadeEntry(app, { title: '一' });
		const order = await app.orders.create(
			by(a),
			{ kind: 'rows', rows: [{ entry: id, field: 'title', value: '二' }] },
			'漏字',
		);
		await eventually(() => expect(text(`urn:uuid:${order.id}`, 'order.json')).toContain('漏字'));
		await app.orders.sample(by(b), order.id, 1);
		await app.orders.judgeRows(by(b), order.id, [0], 'rejected', '不符');
		await eventually(() => {
			expect(lines(`urn:uuid:${order.id}`, 'rows.jsonl')).toMatchObject([
				{ state: 'rejected', why: '不符', judged_by: '乙' },
			]);
			expect(JSON.parse(text(`urn:uuid:${order.id}`, 'order.json'))).toMatchObject({
				samples: [{ actor_name: '乙' }],
			});
		});
	});
});
