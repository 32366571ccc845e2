import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { Authority } from '#domain/catalogue/authorities/authority.ts';
import type { RegisterContent } from '#domain/catalogue/registers/register.ts';
import type { MergeOutcome, UndoneMerge } from '#server/catalogue/authorities/authority-desk.ts';
import type { App } from '#server/app.ts';
import { system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { TESTER } from '#tests/support/people.ts';
import { aFondsRecord, anAuthority, withToken } from '#tests/support/registers.ts';
import { startServerProcess } from '#tests/support/server-process.ts';
import { aFolder, startTestServer } from '#tests/support/server.ts';

const isLong = process.env['LANTAI_TEST_LONG'] !== undefined;

const change = (content: object, id: string, based = 0) => ({
	id,
	based,
	content: content as RegisterContent,
});

/** Two bodies that are one, another that came from the one to be dropped, and a fonds it made. */
async function twoOfOne(ask: ReturnType<typeof withToken>): Promise<void> {
	await ask('/api/registers/authority', {
		changes: [
			change(anAuthority({ names: [{ text: '沧浦县水利局', to: '2000' }], note: '旧档' }), 'old'),
			change(anAuthority({ names: [{ text: '沧浦区水务局', from: '2001' }] }), 'new'),
			change(anAuthority({ names: [{ text: '沧浦区河长办' }], predecessors: ['old'] }), 'other'),
		],
	});
	await ask('/api/registers/fonds', {
		changes: [change(aFondsRecord({ fondsNumber: 'B004', creatorId: 'old' }), 'f')],
	});
}

/** How the four records stand. */
function standing({ registers }: App) {
	const authority = (id: string) => registers.get<Authority>('authority', id);
	return {
		old: authority('old')?.isWithdrawn,
		names: authority('new')?.content.names.length,
		note: authority('new')?.content.note,
		predecessors: authority('other')?.content.predecessors,
		creator: registers.get('fonds', 'f')?.content['creatorId'],
	};
}
const BEFORE = { old: false, names: 1, note: '', predecessors: ['old'], creator: 'old' };
const AFTER = { old: true, names: 2, note: '旧档', predecessors: ['new'], creator: 'new' };

async function anArchive() {
	const server = await startTestServer();
	const ask = withToken(server, await server.token('编', 'archivist'));
	await twoOfOne(ask);
	const merge = () =>
		ask<MergeOutcome>('/api/registers/authority/merge', { keep: 'new', drop: 'old', why: '同一机构' });
	const undo = (mergeId: string | undefined) =>
		ask<UndoneMerge>('/api/registers/authority/merge/undo', { mergeId, why: '合错了' });
	return { server, ask, merge, undo };
}

describe('a merge of two authorities', () => {
	it('takes with it what was saved in the moment before it', async () => {
		const { server } = await anArchive();
		const { registers, authorities } = server.app;
		const old = registers.get<Authority>('authority', 'old');
		// All of them are on their way when the merge is asked for.
		const saving = [
			registers.save(
				'authority',
				[
					change({ ...old?.content, shortNames: [{ text: '县水利' }] }, 'old', old?.version),
					change(anAuthority({ names: [{ text: '沧浦区水务站' }], predecessors: ['old'] }), 'late'),
				],
				'',
				TESTER,
			),
			registers.save(
				'fonds',
				[change(aFondsRecord({ fondsNumber: 'B005', creatorId: 'old' }), 'g')],
				'',
				TESTER,
			),
		];
		const merging = authorities.merge(
			{ person: system, via: null },
			{ keep: 'new', drop: 'old', why: '同一机构', isTrial: false },
		);
		expect((await Promise.all(saving)).flatMap(({ problems }) => problems)).toEqual([]);
		const { isSaved, references } = await merging;
		expect([isSaved, references.map(({ id }) => id)]).toEqual([true, ['other', 'late', 'f', 'g']]);
		expect(standing(server.app)).toEqual(AFTER);
		expect(registers.get<Authority>('authority', 'new')?.content.shortNames).toEqual([{ text: '县水利' }]);
		expect(registers.get('authority', 'late')?.content['predecessors']).toEqual(['new']);
		expect(registers.get('fonds', 'g')?.content['creatorId']).toBe('new');
	});

	it('is one save with one reason, and is undone as one', async () => {
		const { server, ask, merge, undo } = await anArchive();
		const { app } = server;
		const { body } = await merge();
		expect(body.isSaved).toBe(true);
		expect(standing(app)).toEqual(AFTER);
		const versions = await app.storage.db
			.selectFrom('register_version')
			.select(['record_id', 'why', 'via'])
			.where('via', '=', `merge:${body.mergeId}`)
			.execute();
		expect(versions.map(({ record_id: id, why }) => [id, why]).toSorted()).toEqual(
			['f', 'new', 'old', 'other'].map((id) => [id, '同一机构']),
		);
		expect((await app.registers.history('authority', 'new'))[0]?.mergeId).toBe(body.mergeId);

		const reader = withToken(server, await server.token('审', 'reviewer'));
		const refused = await reader('/api/registers/authority/merge/undo', { mergeId: body.mergeId });
		expect(refused.status).toBe(403);
		expect((await undo('0190a000-0000-7000-8000-000000000000')).status).toBe(404);
		const undone = await undo(body.mergeId);
		expect(undone.body).toMatchObject({ isSaved: true, problems: [] });
		expect(undone.body.records).toHaveLength(4);
		expect(standing(app)).toEqual(BEFORE);
		const history = await app.registers.history('authority', 'new');
		expect(history.map(({ why, mergeId }) => [why, mergeId])).toEqual([
			['合错了', undefined],
			['同一机构', undefined],
			['', undefined],
		]);
		expect((await undo(body.mergeId)).status).toBe(409);
		expect((await ask('/api/registers/authority/merge', { keep: 'new', drop: 'old' })).status).toBe(200);
	});

	it('is undone around what others wrote since, and not at all where they wrote the same field', async () => {
		const { server, ask, merge, undo } = await anArchive();
		const { registers } = server.app;
		const { mergeId } = (await merge()).body;
		const edit = async (id: string, own: Partial<Authority>) => {
			const record = registers.get('authority', id);
			await ask('/api/registers/authority', {
				changes: [change({ ...record?.content, ...own }, id, record?.version)],
			});
		};
		await edit('other', { predecessors: [] });
		await edit('new', { offices: [{ text: '局长' }] });
		const disputed = await undo(mergeId);
		expect(disputed.body).toMatchObject({
			isSaved: false,
			problems: [{ code: 'changed_meanwhile', field: 'predecessors', params: { name: '编' } }],
		});
		expect(standing(server.app)).toEqual({ ...AFTER, predecessors: [] });
		await edit('other', { predecessors: ['new'] });
		expect((await undo(mergeId)).body.isSaved).toBe(true);
		expect(standing(server.app)).toEqual(BEFORE);
		expect(registers.get<Authority>('authority', 'new')?.content.offices).toEqual([{ text: '局长' }]);
	});

	it('that fails on the way has written nothing', async () => {
		const { server, merge } = await anArchive();
		const { db } = server.app.storage;
		await sql`create trigger stop before insert on register_version when new.register = 'fonds'
			begin select raise(abort, 'stopped'); end`.execute(db);
		expect((await merge()).status).toBe(500);
		expect(standing(server.app)).toEqual(BEFORE);
		const { count } = await db
			.selectFrom('register_version')
			.select((select) => select.fn.countAll<number>().as('count'))
			.where('via', 'like', 'merge:%')
			.executeTakeFirstOrThrow();
		expect(count).toBe(0);
		await sql`drop trigger stop`.execute(db);
		expect((await merge()).body.isSaved).toBe(true);
		expect(standing(server.app)).toEqual(AFTER);
	});

	// What was just shown without another process, and in less time.
	it.runIf(isLong)(
		'whose server is killed on the way has written nothing',
		{ timeout: 120_000 },
		async () => {
			const dataDir = await aFolder();
			const first = await startTestServer({ dataDir });
			const token = await first.token('编', 'archivist');
			await twoOfOne(withToken(first, token));
			// The last of its rows takes so long that it is met in the middle.
			await sql`create trigger slow after insert on register_version when new.register = 'fonds' begin
			select count(*) from (with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000000)
				select i from n); end`.execute(first.app.storage.db);
			await first.stop();
			const killed = await startServerProcess(dataDir, { env: { LANTAI_TLS: 'off' } });
			const asked = fetch(`http://localhost:${killed.port}/api/registers/authority/merge`, {
				method: 'POST',
				headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
				body: JSON.stringify({ keep: 'new', drop: 'old', why: '同一机构' }),
			}).catch(() => undefined);
			const database = new DatabaseSync(join(dataDir, 'lantai.sqlite'), { timeout: 300 });
			// Nothing else holds the database so long.
			await eventually(() => expect(isLocked(database)).toBe(true), 20_000);
			await killed.kill('SIGKILL');
			await asked;
			const written = database.prepare(
				`select count(*) as count from register_version where via like 'merge:%'`,
			);
			expect(written.get()?.['count']).toBe(0);
			database.exec('drop trigger slow');
			database.close();
			const again = await startTestServer({ dataDir });
			expect(standing(again.app)).toEqual(BEFORE);
		},
	);
});

/** Somebody writes, and goes on for longer than the patience of this connection. */
function isLocked(database: DatabaseSync): boolean {
	try {
		database.exec('begin immediate');
	} catch (error) {
		expect(String(error)).toContain('locked');
		return true;
	}
	database.exec('rollback');
	return false;
}
