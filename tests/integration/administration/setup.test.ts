import { describe, expect, it } from 'vitest';
import { openPeople, PASSWORD, TESTER } from '#tests/support/people.ts';

const SETUP = {
	archiveName: '沧浦区档案馆',
	archiveCode: '310199',
	adminName: '管理员',
	password: PASSWORD,
	holdings: 'empty',
} as const;

describe('setting up the archive', () => {
	it('makes the first administrator and the settings, once', async () => {
		const { administration, permissions, storage, signIn } = await openPeople();
		expect(await administration.isSetUp()).toBe(false);
		const { administratorId } = await administration.setUp(SETUP);
		expect(await administration.isSetUp()).toBe(true);
		expect(await administration.settings.all()).toEqual({
			'archive.name': '沧浦区档案馆',
			'archive.code': '310199',
			'registration.errorsBlock': true,
			'deposit.idleSeconds': 60,
			'fixity.everyDays': 90,
			'fixity.megabytesPerSecond': 20,
		});
		expect((await permissions.personOf(await signIn('管理员')))?.person).toMatchObject({
			id: administratorId,
			role: 'administrator',
			fonds: null,
		});
		await expect(administration.setUp(SETUP)).rejects.toMatchObject({
			code: 'administration.already-set-up',
			status: 409,
		});
		const audit = await storage.db.selectFrom('audit').selectAll().execute();
		expect(audit).toMatchObject([{ action: 'setup', actor_id: administratorId, actor_name: '管理员' }]);
		expect(JSON.stringify(audit)).not.toContain(PASSWORD);
	});

	it('lets one of two visitors win', async () => {
		const { administration, storage } = await openPeople();
		const answers = await Promise.allSettled([
			administration.setUp(SETUP),
			administration.setUp({ ...SETUP, adminName: '另一位', archiveCode: '000001' }),
		]);
		expect(answers.map((answer) => answer.status).toSorted()).toEqual(['fulfilled', 'rejected']);
		expect(answers.find((answer) => answer.status === 'rejected')?.reason).toMatchObject({
			code: 'administration.already-set-up',
		});
		expect(await storage.db.selectFrom('user').select('name').execute()).toHaveLength(1);
		expect(await storage.db.selectFrom('account').select('id').execute()).toHaveLength(1);
	});

	it.each([
		['a short password', { password: 'short' }, 'permissions.weak-password'],
		['no name', { adminName: ' ' }, 'permissions.bad-name'],
		['a name with control characters', { adminName: 'a\u0007b' }, 'permissions.bad-name'],
		['no archive name', { archiveName: '' }, 'administration.bad-setting'],
		['a code that is none', { archiveCode: '沧浦' }, 'administration.bad-setting'],
	])('leaves nothing behind when refused: %s', async (_what, wrong, code) => {
		const { administration, storage } = await openPeople();
		await expect(administration.setUp({ ...SETUP, ...wrong })).rejects.toMatchObject({ code });
		expect(await administration.isSetUp()).toBe(false);
		for (const table of ['user', 'audit'] as const)
			expect(await storage.db.selectFrom(table).selectAll().execute()).toEqual([]);
		const settings = await storage.db.selectFrom('setting').select('key').execute();
		expect(settings).toEqual([{ key: 'log.lineage' }]);
	});

	it('loads the demonstration holdings only when asked', async () => {
		let loaded = 0;
		const loadDemo = (): Promise<void> => Promise.resolve(void loaded++);
		await (await openPeople({ loadDemo })).administration.setUp(SETUP);
		expect(loaded).toBe(0);
		await (await openPeople({ loadDemo })).administration.setUp({ ...SETUP, holdings: 'tiny' });
		expect(loaded).toBe(1);
	});
});

describe('settings', () => {
	it('change together or not at all, with an audit line, and tell who listens', async () => {
		const { administration, storage } = await openPeople();
		await administration.setUp(SETUP);
		const heard: number[] = [];
		administration.settings.onChanged((settings) => heard.push(settings['deposit.idleSeconds']));
		await expect(
			administration.settings.change({ 'archive.name': '新名', 'deposit.idleSeconds': 0 }, TESTER),
		).rejects.toMatchObject({
			code: 'administration.bad-setting',
			params: { setting: 'deposit.idleSeconds' },
		});
		expect((await administration.settings.all())['archive.name']).toBe('沧浦区档案馆');
		await administration.settings.change({ 'archive.name': ' 新名 ', 'deposit.idleSeconds': 5 }, TESTER);
		expect(await administration.settings.all()).toMatchObject({
			'archive.name': '新名',
			'deposit.idleSeconds': 5,
			'fixity.everyDays': 90,
			'fixity.megabytesPerSecond': 20,
		});
		expect(heard).toEqual([5]);
		const audit = await storage.db
			.selectFrom('audit')
			.select('action')
			.where('action', '=', 'settings.change')
			.execute();
		expect(audit).toHaveLength(1);
	});
});
