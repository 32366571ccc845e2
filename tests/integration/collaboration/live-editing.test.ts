import { describe, expect, it } from 'vitest';
import type { EntryId } from '#domain/base/ids.ts';
import { bodyOf } from '#sync/entry-doc.ts';
import { fillFragment } from '#sync/rich-text-fragment.ts';
import { richTextOf } from '#domain/catalogue/rich-text.ts';
import { aMadeEntry, anImportedEntry, system } from '#tests/support/entries.ts';
import { startCutProxy } from '#tests/support/cut-proxy.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { startTestServer } from '#tests/support/server.ts';

describe('two people in one entry', () => {
	it('an imported entry gets its document once, however many open it at the same time', async () => {
		const server = await startTestServer();
		const id = await anImportedEntry(server.app, '合成题名');
		const token = await server.token('甲', 'archivist');
		const clients = await Promise.all(Array.from({ length: 8 }, () => joinLive(server.port, id, { token })));
		for (const client of clients) expect(client.values('title')).toEqual(['合成题名']);
		expect(await server.app.storage.log.read(`entry:${id}`)).toHaveLength(1);
	});

	it('an edit reaches the other, the log before the acknowledgement, and the row', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '旧' });
		const a = await joinLive(server.port, id, { token: await server.token('甲', 'archivist'), by: '甲' });
		const b = await joinLive(server.port, id, { token: await server.token('乙', 'archivist'), by: '乙' });
		a.set('title', '新');
		await eventually(() => expect(b.values('title')).toEqual(['新']));
		await a.durable();
		const changes = await server.app.storage.db
			.selectFrom('entry_change')
			.selectAll()
			.where('doc', '=', `entry:${id}`)
			.where('field', '=', 'title')
			.orderBy('id')
			.execute();
		expect(changes.at(-1)).toMatchObject({
			from_values: '["旧"]',
			to_value: '"新"',
			actor_name: '甲',
			claimed_by: '甲',
		});
		await eventually(async () => expect((await server.app.catalogue.entry(system, id)).title).toBe('新'));
	});

	it('both change the title while one is away: both values stay, with who and when, and one click settles', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '旧' });
		const proxy = await startCutProxy(server.port);
		const away = await joinLive(proxy.port, id, { token: await server.token('甲', 'archivist'), by: '甲' });
		const here = await joinLive(server.port, id, { token: await server.token('乙', 'archivist'), by: '乙' });
		proxy.cut();
		away.set('title', '关于印发《沧浦区河道整治实施意见》的通知');
		here.set('title', '关于印发沧浦区河道整治实施意见的通知');
		await here.durable();
		proxy.mend();
		await eventually(() => {
			expect([...away.values('title')].sort()).toEqual([...here.values('title')].sort());
			expect(here.values('title')).toHaveLength(2);
		});
		await away.durable();
		const detail = await eventually(async () => {
			const read = await server.app.catalogue.entry(system, id);
			expect(read.conflictCount).toBe(1);
			return read;
		});
		expect(detail.conflicts['title']?.map((each) => [each.value, each.attribution.actorName])).toEqual([
			['关于印发《沧浦区河道整治实施意见》的通知', '甲'],
			['关于印发沧浦区河道整治实施意见的通知', '乙'],
		]);
		expect(detail.title).toBe('关于印发《沧浦区河道整治实施意见》的通知');
		here.set('title', '关于印发《沧浦区河道整治实施意见》的通知');
		await eventually(() =>
			expect(away.values('title')).toEqual(['关于印发《沧浦区河道整治实施意见》的通知']),
		);
		await eventually(async () =>
			expect((await server.app.catalogue.entry(system, id)).conflictCount).toBe(0),
		);
		await proxy.close();
	});

	it('long texts merge as text', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '题' });
		const a = await joinLive(server.port, id, { token: await server.token('甲', 'archivist'), by: '甲' });
		fillFragment(bodyOf(a.doc, 'note'), richTextOf('第一段'));
		await a.durable();
		const b = await joinLive(server.port, id, { token: await server.token('乙', 'archivist'), by: '乙' });
		expect(bodyOf(b.doc, 'note').toString()).toContain('第一段');
		await eventually(async () =>
			expect((await server.app.catalogue.entry(system, id)).bodies['note']).toEqual(richTextOf('第一段')),
		);
	});

	it('a setting from the command line reaches open editors and the row', async () => {
		const server = await startTestServer();
		const id = await anImportedEntry(server.app, '旧');
		const a = await joinLive(server.port, id, { token: await server.token('甲', 'archivist'), by: '甲' });
		await server.app.collaboration.setField(id, 'title', '由命令行', {
			id: 'system:ops',
			name: 'ops',
			via: 'cli',
		});
		await eventually(() => expect(a.values('title')).toEqual(['由命令行']));
		const detail = await server.app.catalogue.entry(system, id);
		expect(detail.title).toBe('由命令行');
		expect(Object.values(detail.attributions)).toContainEqual(
			expect.objectContaining({ actorName: 'ops', via: 'cli' }),
		);
	});

	it('moves take the subtree along, and a loop is refused in the projection and shown', async () => {
		const server = await startTestServer();
		const parent = await aMadeEntry(server.app, { title: '甲', level: 'fonds' });
		const child = await aMadeEntry(server.app, { title: '乙', level: 'series', parentId: parent });
		const grandchild = await aMadeEntry(server.app, { title: '丙', level: 'file', parentId: child });
		const actor = { id: 'system:ops', name: 'ops', via: 'cli' };
		await server.app.collaboration.setField(child, 'parent', null, actor);
		expect(
			(
				await server.app.storage.db
					.selectFrom('entry')
					.select('fonds_id')
					.where('id', '=', grandchild)
					.executeTakeFirstOrThrow()
			).fonds_id,
		).toBe(child);
		await server.app.collaboration.setField(child, 'parent', grandchild, actor);
		const detail = await server.app.catalogue.entry(system, child as EntryId);
		expect(detail.parentId).toBeNull();
		expect(detail.problems).toEqual(['catalogue.parent-loop']);
	});

	it('a deleted entry takes what is below it out of lists and search, and comes back whole', async () => {
		const server = await startTestServer();
		const parent = await aMadeEntry(server.app, { title: '全宗', level: 'fonds' });
		const child = await aMadeEntry(server.app, { title: '河道疏浚', level: 'item', parentId: parent });
		const actor = { id: 'system:ops', name: 'ops', via: 'cli' };
		expect((await server.app.catalogue.search(system, '疏浚', 0, 10)).total).toBe(1);
		await server.app.collaboration.setField(parent, 'status', 'deleted', actor);
		expect((await server.app.catalogue.search(system, '疏浚', 0, 10)).total).toBe(0);
		expect((await server.app.catalogue.children(system, null, 0, 10)).total).toBe(0);
		await server.app.collaboration.setField(parent, 'status', 'active', actor);
		expect((await server.app.catalogue.search(system, '疏浚', 0, 10)).rows.map((row) => row.id)).toEqual([
			child,
		]);
	});
});
