import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { richTextOf } from '#domain/catalogue/rich-text.ts';
import { bodyOf, readEntryDoc } from '#sync/entry-doc.ts';
import { fieldValuesOf } from '#sync/field-values.ts';
import { readFragment } from '#sync/rich-text-fragment.ts';
import { aMadeEntry, anImportedEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { aRestore } from '#tests/support/restore.ts';
import { startTestServer } from '#tests/support/server.ts';
import { SyncDevice } from '#tests/support/sync-client.ts';

describe('after a restore', () => {
	it('S2 S8 S9 two devices give back what the backup did not have, and nothing doubles', async () => {
		let made = '' as EntryId;
		let untouched = '' as EntryId;
		let newFonds = '' as EntryId;
		let newItem = '' as EntryId;
		let first = {} as SyncDevice;
		let second = {} as SyncDevice;
		let oldLineage = '';
		const server = await aRestore(
			async (old) => {
				made = await aMadeEntry(old.app, { title: '备份前' });
				untouched = await anImportedEntry(old.app, '导入的');
				await old.app.storage.db
					.updateTable('entry')
					.set({ bodies: JSON.stringify({ note: richTextOf('附注') }) })
					.where('id', '=', untouched)
					.execute();
				first = new SyncDevice(old, await old.token('甲', 'archivist'), '甲');
				second = new SyncDevice(old, await old.token('乙', 'archivist'), '乙');
			},
			async (old) => {
				oldLineage = (await first.load(made)).body.lineage;
				await second.load(made);
				await first.push([[made, first.set(made, 'title', '备份后')]]);
				await second.load(made);
				await second.push([[made, second.set(made, 'referenceCode', 'A1')]]);
				await first.load(made);
				// Opened for the first time, and worked on, by both.
				await first.load(untouched);
				await second.load(untouched);
				await first.push([[untouched, first.set(untouched, 'title', '校正过的')]]);
				await second.load(untouched);
				// Made after the backup.
				newFonds = await aMadeEntry(old.app, { title: '新全宗', level: 'fonds' });
				newItem = await aMadeEntry(old.app, { title: '新件', parentId: newFonds });
				await first.load(newFonds);
				await first.load(newItem);
				await first.push([[newItem, first.set(newItem, 'title', '新件，改过')]]);
				await second.load(newItem);
			},
		);
		const lost = await server.app.catalogue.entry(system, made);
		expect(lost.title).toBe('备份前');
		// Somebody opens the imported entry before any device comes: it is built again, to the same bytes.
		const early = await joinLive(server.port, untouched, {
			token: await server.token('丙', 'archivist'),
			by: '丙',
		});
		expect(early.values('title')).toEqual(['导入的']);
		// Work that was never sent stays sendable, once what it rests on is back.
		const unsent = second.set(newItem, 'referenceCode', 'B2');
		const here = first.at(server);
		const there = second.at(server);
		const { status, body } = await here.recover([
			[newItem, here.state(newItem)],
			[made, here.state(made)],
			[untouched, here.state(untouched)],
			[newFonds, here.state(newFonds)],
		]);
		expect(status).toBe(200);
		expect(body.results.map((result) => (result.ok ? 'ok' : result.code))).toEqual(['ok', 'ok', 'ok', 'ok']);
		expect(body.lineage).not.toBe(oldLineage);
		expect((await here.get('/api/me')).body).toMatchObject({ restoredAt: '2026-11-25T00:00:00.000Z' });
		const again = await there.recover([
			[made, there.state(made)],
			[untouched, there.state(untouched)],
			[newItem, there.state(newItem)],
		]);
		expect(again.body.results.every(({ ok }) => ok)).toBe(true);
		expect((await there.push([[newItem, unsent]])).body.results).toMatchObject([{ ok: true }]);

		await eventually(() => expect(early.values('title')).toEqual(['校正过的']));
		expect(readFragment(bodyOf(early.doc, 'note'))).toEqual(richTextOf('附注'));
		expect(
			new Set(
				fieldValuesOf(early.doc)
					.toArray()
					.map(({ id }) => id),
			).size,
		).toBe(fieldValuesOf(early.doc).length);
		await eventually(async () => {
			const detail = await server.app.catalogue.entry(system, made);
			expect([detail.title, detail.referenceCode, detail.conflictCount]).toEqual(['备份后', 'A1', 0]);
			expect((await server.app.catalogue.entry(system, untouched)).title).toBe('校正过的');
			const item = await server.app.catalogue.entry(system, newItem);
			expect([item.title, item.referenceCode, item.parentId]).toEqual(['新件，改过', 'B2', newFonds]);
		});
		for (const id of [made, untouched, newItem]) {
			const fresh = new SyncDevice(server, await server.token('丙', 'archivist'), '丙');
			await fresh.load(id);
			await there.load(id);
			await here.load(id);
			for (const device of [here, there])
				expect(readEntryDoc(device.doc(id))).toEqual(readEntryDoc(fresh.doc(id)));
		}
		// Who offers it is the actor; what the elements say stays a claim.
		const changes = await server.app.storage.db
			.selectFrom('entry_change')
			.select(['field', 'actor_name', 'via', 'claimed_by', 'to_value'])
			.where('doc', '=', `entry:${made}`)
			.where('via', '=', 'recovered')
			.execute();
		expect(changes).toContainEqual({
			field: 'referenceCode',
			actor_name: '甲',
			via: 'recovered',
			claimed_by: '乙',
			to_value: '"A1"',
		});
	});

	it('S8 what is recovered is judged: no removal, no foreign part, no place the person may not create in', async () => {
		let id = '' as EntryId;
		const server = await aRestore(
			async (old) => {
				id = await aMadeEntry(old.app, { title: '题' });
			},
			async () => undefined,
		);
		const device = new SyncDevice(server, await server.token('甲', 'archivist'), '甲');
		await device.load(id);
		const changed = (change: (doc: Y.Doc) => void): Uint8Array => {
			const doc = new Y.Doc();
			Y.applyUpdate(doc, device.state(id));
			change(doc);
			return Y.encodeStateAsUpdate(doc);
		};
		const evil = changed((doc) => void doc.getMap('evil').set('a', 1));
		const other = createId();
		const recovered = async (name: string, state: Uint8Array): Promise<string> => {
			const result = (await device.recover([[name, state]])).body.results[0];
			return result?.ok ? 'ok' : (result?.code ?? '');
		};
		expect(await recovered(id, evil)).toBe('collaboration.foreign-type');
		expect(
			await recovered(
				id,
				changed((doc) => void doc.getMap('meta').set('schema', 9)),
			),
		).toBe('collaboration.foreign-type');
		expect(
			await recovered(
				id,
				changed((doc) => fieldValuesOf(doc).delete(0, 1)),
			),
		).toBe('collaboration.deletion-without-value');
		// As the state of an entry nobody knows.
		expect(await recovered(other, evil)).toBe('collaboration.foreign-type');
		expect(
			await recovered(
				other,
				changed((doc) => void doc.getMap('meta').set('schema', 9)),
			),
		).toBe('collaboration.bad-beginning');
		expect(
			await recovered(
				other,
				changed((doc) => void doc.getMap('meta').set('profile', 'x')),
			),
		).toMatch(/bad-beginning|unknown-profile/);
		expect(
			await recovered(
				other,
				changed((doc) => void doc.getMap('meta').set('more', 1)),
			),
		).toBe('collaboration.bad-beginning');
		expect(
			await recovered(
				other,
				changed((doc) => fieldValuesOf(doc).delete(0, 4)),
			),
		).toBe('collaboration.bad-beginning');
		expect(await recovered(other, new Uint8Array([9, 9]))).toBe('collaboration.malformed-update');
		expect(await recovered(other, new SyncDevice(server, '', '甲').set(other, 'title', '无源'))).toBe(
			'collaboration.bad-beginning',
		);
		const orphan = new SyncDevice(server, '', '甲');
		Y.applyUpdate(orphan.doc(other), device.state(id));
		orphan.set(other, 'parent', createId());
		expect(await recovered(other, orphan.state(other))).toBe('collaboration.unknown-parent');
		expect(await server.app.storage.log.head(`entry:${other}`)).toBe(0);
		// Whoever may not create at the top begins nothing there, whoever may not edit gives nothing back.
		const people = server.app.administration.people;
		const token = await server.token('乙', 'archivist');
		const limited = (await people.list()).find(({ name }) => name === '乙');
		await people.update(
			limited?.id ?? '',
			{ role: 'archivist', fonds: [id], accessStatuses: null },
			{ id: 'test', name: 'test', via: 'cli' },
		);
		const fonds = new SyncDevice(server, token, '乙');
		expect((await fonds.recover([[other, device.state(id)]])).body.results).toMatchObject([
			{ ok: false, code: 'permissions.denied' },
		]);
		// A whole state says again where its entry is: that is no move to the top.
		await fonds.load(id);
		fonds.set(id, 'title', '限于此');
		expect((await fonds.recover([[id, fonds.state(id)]])).body.results).toMatchObject([{ ok: true }]);
		const reviewer = new SyncDevice(server, await server.token('审核', 'reviewer'), '审核');
		await reviewer.load(id);
		reviewer.set(id, 'title', '改');
		expect((await reviewer.recover([[id, reviewer.state(id)]])).body.results).toMatchObject([
			{ ok: false, code: 'permissions.denied' },
		]);
		expect(await recovered(other, device.state(id))).toBe('ok');
		expect((await server.app.catalogue.entry(system, other)).title).toBe('题');
		expect(await recovered(other, device.state(id))).toBe('ok');
		expect(await server.app.storage.log.read(`entry:${other}`)).toHaveLength(1);
	});

	it('S8 a value that comes back after the one that took its place is in the timeline, once', async () => {
		let id = '' as EntryId;
		let first = {} as SyncDevice;
		let second = {} as SyncDevice;
		const server = await aRestore(
			async (old) => {
				id = await aMadeEntry(old.app, { title: '备份前' });
				first = new SyncDevice(old, await old.token('甲', 'archivist'), '甲');
				second = new SyncDevice(old, await old.token('乙', 'archivist'), '乙');
			},
			async () => {
				await first.load(id);
				await first.push([[id, first.set(id, 'title', '先改')]]);
				await second.load(id);
				await second.push([[id, second.set(id, 'title', '后改')]]);
			},
		);
		const here = first.at(server);
		const there = second.at(server);
		expect((await there.recover([[id, there.state(id)]])).body.results).toMatchObject([{ ok: true }]);
		expect((await here.recover([[id, here.state(id)]])).body.results).toMatchObject([{ ok: true }]);
		const timeline = () =>
			server.app.storage.db
				.selectFrom('entry_change')
				.select(['to_value', 'actor_name', 'via', 'claimed_by'])
				.where('doc', '=', `entry:${id}`)
				.where('field', '=', 'title')
				.orderBy('seq')
				.execute();
		expect(await timeline()).toEqual([
			expect.objectContaining({ to_value: '"备份前"' }),
			{ to_value: '"后改"', actor_name: '乙', via: 'recovered', claimed_by: '乙' },
			{ to_value: '"先改"', actor_name: '甲', via: 'recovered', claimed_by: '甲' },
		]);
		const head = await server.app.storage.log.head(`entry:${id}`);
		await here.recover([[id, here.state(id)]]);
		await there.recover([[id, there.state(id)]]);
		expect(await server.app.storage.log.head(`entry:${id}`)).toBe(head);
		await eventually(async () =>
			expect(await server.app.catalogue.entry(system, id)).toMatchObject({ title: '后改', conflictCount: 0 }),
		);
	});

	it('S8 a server that was never restored refuses', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '题' });
		const device = new SyncDevice(server, await server.token('甲', 'archivist'), '甲');
		await device.load(id);
		expect(await device.recover([[id, device.state(id)]])).toMatchObject({
			status: 409,
			body: { refusal: { code: 'sync.not-restored' } },
		});
	});
});
