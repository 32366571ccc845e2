import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { personOf } from '#tests/support/conflicts.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { aFolder } from '#tests/support/folder.ts';
import { by } from '#tests/support/orders.ts';
import { findWords } from '#tests/support/raw-bytes.ts';
import { startTestServer } from '#tests/support/server.ts';

describe('an order to purge', () => {
	it('is proposed by one and approved by another, who gives its number', async () => {
		const { app } = await startTestServer();
		const [archivist, other] = [await personOf(app, '甲'), await personOf(app, '乙')];
		const administrator = await personOf(app, '主任', 'administrator');
		const reviewer = await personOf(app, '审核员', 'reviewer');
		const entry = await aMadeEntry(app, { title: '题名', level: 'fonds' });
		const proposal = {
			entries: [entry],
			ground: 'destruction',
			why: '期满',
			below: false,
			keepsCode: false,
		} as const;
		for (const person of [reviewer, { ...archivist, fonds: [entry] }])
			await expect(app.purges.propose(by(person), proposal)).rejects.toMatchObject({
				code: 'permissions.denied',
			});
		await expect(app.purges.propose(by(archivist), { ...proposal, why: ' ' })).rejects.toMatchObject({
			code: 'purge.without-reason',
		});
		const { number, id } = await app.purges.propose(by(administrator), proposal);
		expect(number).toMatch(/^P\d{4}-0001$/);
		await expect(app.purges.propose(by(archivist), proposal)).rejects.toMatchObject({ code: 'purge.waits' });
		await expect(app.purges.approve(by(administrator), number, number, '')).rejects.toMatchObject({
			code: 'purge.own-order',
		});
		await expect(app.purges.approve(by(other), number, number, '')).rejects.toMatchObject({
			code: 'permissions.denied',
		});
		await expect(app.purges.approve(by(system), number, number, '')).rejects.toMatchObject({
			code: 'purge.named-person',
		});
		const second = await personOf(app, '副主任', 'administrator');
		await expect(app.purges.approve(by(second), number, id, '')).rejects.toMatchObject({
			code: 'purge.other-number',
		});
		await expect(app.purges.withdraw(by(archivist), number)).rejects.toMatchObject({
			code: 'purge.others-order',
		});
		await app.purges.reject(by(second), number, '再核');
		await expect(app.purges.approve(by(second), number, number, '')).rejects.toMatchObject({
			code: 'purge.closed',
		});
		expect((await app.catalogue.entry(system, entry)).title).toBe('题名');
	});

	it('takes what is below along only when it says so, and says what it would do', async () => {
		const { app, dataDir } = await startTestServer();
		const a = await personOf(app, '甲');
		const fonds = await aMadeEntry(app, { title: '合成全宗', level: 'fonds' });
		const file = await aMadeEntry(app, {
			title: '绝密卷',
			level: 'file',
			parentId: fonds,
			fields: { referenceCode: 'S-1' },
		});
		const item = await aMadeEntry(app, { title: '件', parentId: file });
		const sibling = await aMadeEntry(app, { title: '另一卷', level: 'file', parentId: fonds });
		const proposal = { entries: [file], ground: 'classified', why: '误入', keepsCode: true } as const;
		await expect(app.purges.propose(by(a), { ...proposal, below: false })).rejects.toMatchObject({
			code: 'purge.children',
			params: { id: file, children: 1 },
		});
		await app.preservation.flush('demand');
		const signal = new AbortController().signal;
		const backup = join(await aFolder(), 'backup.tar');
		await app.administration.backups.make(
			{ file: backup, isForced: false, signal, onProgress: () => undefined },
			{ id: 'test', name: 'test', via: null },
		);
		const { number } = await app.purges.propose(by(a), { ...proposal, below: true });
		const preview = await app.purges.preview(a, number);
		expect(preview).toMatchObject({
			total: 2,
			entries: [
				{ id: file, title: '绝密卷', referenceCode: 'S-1' },
				{ id: item, title: '件' },
			],
			counts: { entry: 2, log_update: 2, deposit: 2, store_object: 2 },
			originals: [],
			backups: [{ file: backup, destroyedAt: null }],
		});
		expect(preview.objects.map(({ action }) => action)).toEqual(['remove', 'remove']);
		const approver = await personOf(app, '主任', 'administrator');
		// Somebody puts another one below meanwhile: whoever approves has not seen it.
		const late = await aMadeEntry(app, { title: '后来的', parentId: file });
		await expect(app.purges.approve(by(approver), number, number, '')).rejects.toMatchObject({
			code: 'purge.changed',
			params: { count: 1 },
		});
		await app.purges.withdraw(by(a), number);
		const again = await app.purges.propose(by(a), { ...proposal, below: true });
		await app.purges.approve(by(approver), again.number, again.number, '');
		await app.purges.ended(again.id);
		const done = await app.purges.show(a, again.id);
		expect(done).toMatchObject({ state: 'done', entries: 3, backups: [{ file: backup, destroyedAt: null }] });
		expect(await app.purges.tickBackup(by(approver), again.id, backup)).toMatchObject({
			backups: [{ file: backup, destroyedBy: '主任' }],
		});
		expect(findWords(dataDir, ['后来的', '绝密卷'])).toEqual([]);

		// Where they stood is left, to be seen by staff, and nothing can be done there.
		const { rows } = await app.catalogue.children(system, fonds, 0, 10);
		expect(rows.map(({ id, status, title, referenceCode }) => [id, status, title, referenceCode])).toEqual(
			[
				[file, 'purged', '', 'S-1'],
				[sibling, 'active', '另一卷', ''],
			].toSorted(([one = ''], [two = '']) => (one < two ? -1 : 1)),
		);
		expect((await app.catalogue.children(system, file, 0, 10)).rows.map(({ id }) => id).toSorted()).toEqual(
			[item, late].toSorted(),
		);
		const reader = await personOf(app, '读者', 'reader');
		expect((await app.catalogue.children(reader, fonds, 0, 10)).rows.map(({ id }) => id)).not.toContain(file);
		const detail = await app.catalogue.entry(system, file);
		expect(detail.can).toMatchObject({ edit: false, comment: false, create: false, delete: false });
		await expect(aMadeEntry(app, { title: '新件', parentId: file })).rejects.toMatchObject({
			code: 'catalogue.purged',
		});
		const exported: string[] = [];
		for await (const { id } of app.catalogue.subtree(system, fonds)) exported.push(id);
		expect(exported).toEqual([fonds, sibling]);
		expect((await app.catalogue.entry(system, item)).purged).toMatchObject({ number: again.number });
	});
});
