import { describe, expect, it } from 'vitest';
import { headersOf, openPeople, PASSWORD, TESTER } from '#tests/support/people.ts';

const HOUR_MS = 3_600_000;

describe('signing in', () => {
	it('gives a cookie that scripts of a page cannot read, and the person behind it', async () => {
		const { administration, permissions } = await openPeople();
		await administration.people.add({ name: '王芳', role: 'archivist', password: PASSWORD }, TESTER);
		const { setCookie } = await permissions.signIn({
			name: '王芳',
			password: PASSWORD,
			headers: new Headers({ host: 'localhost' }),
		});
		expect(setCookie.join()).toMatch(/^lantai\.session_token=.+; HttpOnly; SameSite=Lax$/);
		const identity = await permissions.personOf(headersOf(setCookie));
		expect(identity).toMatchObject({ person: { name: '王芳', role: 'archivist', fonds: null }, via: null });
		expect(await permissions.isAlive(identity as NonNullable<typeof identity>)).toBe(true);
	});

	it('marks the cookie secure behind https', async () => {
		const { administration, permissions } = await openPeople({ origin: 'https://archive.example' });
		await administration.people.add({ name: '王芳', role: 'reader', password: PASSWORD }, TESTER);
		const { setCookie } = await permissions.signIn({
			name: '王芳',
			password: PASSWORD,
			headers: new Headers(),
		});
		expect(setCookie.join()).toContain('Secure');
		expect((await permissions.personOf(headersOf(setCookie)))?.person.name).toBe('王芳');
	});

	it.each([
		['full width as half width', 'Ａｎｎｅ', 'anne'],
		['any case', 'anne', 'ANNE'],
		['blanks around', 'Anne', '  Anne '],
		['composed and decomposed', 'Zoë', 'Zoe\u0308'],
		['compatibility ideographs', '\uF9B4', '\u9818'],
	])('takes the same name: %s', async (_what, kept, written) => {
		const { administration, signIn, permissions } = await openPeople();
		await administration.people.add({ name: kept, role: 'archivist', password: PASSWORD }, TESTER);
		expect(await permissions.personOf(await signIn(written))).toBeDefined();
	});

	it('takes the password from any keyboard', async () => {
		const { administration, signIn } = await openPeople();
		await administration.people.add(
			{ name: '甲', role: 'archivist', password: '密码ｐａｓｓｗｏｒｄ1' },
			TESTER,
		);
		await signIn('甲', '密码password1');
	});

	it('answers the same for a wrong password and an unknown name', async () => {
		const { administration, signIn } = await openPeople();
		await administration.people.add({ name: '甲', role: 'archivist', password: PASSWORD }, TESTER);
		for (const [name, password] of [
			['甲', 'wrong-password'],
			['乙', PASSWORD],
			['', ''],
			['甲'.repeat(100), PASSWORD],
			['甲', 'x'.repeat(1000)],
		] as const)
			await expect(signIn(name, password)).rejects.toMatchObject({
				code: 'permissions.wrong-password',
				status: 401,
			});
	});

	it('stops guessing, for that name from that address, until time has passed', async () => {
		const { administration, signIn, clock } = await openPeople();
		await administration.people.add({ name: '甲', role: 'archivist', password: PASSWORD }, TESTER);
		// All at once: each counts from its beginning.
		const answers = await Promise.allSettled(
			Array.from({ length: 12 }, () => signIn('甲', 'wrong-password', '10.0.0.1')),
		);
		const codes = answers.map((answer) => (answer as PromiseRejectedResult).reason.code as string);
		expect(codes.filter((code) => code === 'permissions.too-many-attempts')).toHaveLength(2);
		await expect(signIn('甲', PASSWORD, '10.0.0.1')).rejects.toMatchObject({
			code: 'permissions.too-many-attempts',
			params: { minutes: 5 },
			status: 429,
		});
		await signIn('甲', PASSWORD, '10.0.0.2');
		clock.pass(5 * 60_000 + 1000);
		await signIn('甲', PASSWORD, '10.0.0.1');
	});

	it('refuses a disabled account, and only tells who knows the password', async () => {
		const { administration, signIn, storage } = await openPeople();
		const { id } = await administration.people.add(
			{ name: '甲', role: 'reader', password: PASSWORD },
			TESTER,
		);
		await administration.people.add({ name: '乙', role: 'administrator', password: PASSWORD }, TESTER);
		await administration.people.setDisabled(id, true, TESTER);
		await expect(signIn('甲')).rejects.toMatchObject({ code: 'permissions.disabled', status: 403 });
		await expect(signIn('甲', 'wrong-password')).rejects.toMatchObject({
			code: 'permissions.wrong-password',
		});
		expect(await storage.db.selectFrom('session').selectAll().execute()).toEqual([]);
		await administration.people.setDisabled(id, false, TESTER);
		await signIn('甲');
	});
});

describe('a session', () => {
	it('ends by signing out, and its sockets are told', async () => {
		const { administration, permissions, signIn } = await openPeople();
		await administration.people.add({ name: '甲', role: 'archivist', password: PASSWORD }, TESTER);
		const headers = await signIn('甲');
		const other = await permissions.personOf(await signIn('甲'));
		const identity = await permissions.personOf(headers);
		const revoked: boolean[] = [];
		permissions.onRevoked((isRevoked) =>
			revoked.push(...[identity, other].map((each) => isRevoked(each as NonNullable<typeof each>))),
		);
		const { setCookie } = await permissions.signOut(headers);
		expect(setCookie.join()).toContain('Max-Age=0');
		expect(revoked).toEqual([true, false]);
		expect(await permissions.personOf(headers)).toBeUndefined();
		expect(await permissions.isAlive(identity as NonNullable<typeof identity>)).toBe(false);
		expect(await permissions.isAlive(other as NonNullable<typeof other>)).toBe(true);
	});

	it('everywhere ends by one action; tokens stay', async () => {
		const { administration, permissions, signIn } = await openPeople();
		const { id } = await administration.people.add(
			{ name: '甲', role: 'archivist', password: PASSWORD },
			TESTER,
		);
		const sessions = [await signIn('甲'), await signIn('甲')];
		const { token } = await permissions.createToken(id, { name: 't', scopes: ['read'], days: 1 });
		await administration.people.signOutEverywhere(id, TESTER);
		for (const headers of sessions) expect(await permissions.personOf(headers)).toBeUndefined();
		expect(await permissions.personOfToken(token)).toBeDefined();
	});

	it('is extended by use, for answers that carry the new cookie, and ends when nobody uses it', async () => {
		const { administration, permissions, storage, signIn } = await openPeople();
		await administration.people.add({ name: '甲', role: 'archivist', password: PASSWORD }, TESTER);
		const headers = await signIn('甲');
		const end = async (): Promise<string> =>
			(await storage.db.selectFrom('session').select('expiresAt').executeTakeFirstOrThrow()).expiresAt;
		const first = await end();
		expect((await permissions.identify(headers)).setCookie).toEqual([]);
		const ago = (hours: number): string => new Date(Date.now() + (12 - hours) * HOUR_MS).toISOString();
		await storage.db
			.updateTable('session')
			.set({ expiresAt: ago(2) })
			.execute();
		expect(await permissions.personOf(headers)).toBeDefined();
		expect((await end()) < first).toBe(true);
		const { identity, setCookie } = await permissions.identify(headers);
		expect(identity).toBeDefined();
		expect(setCookie.join()).toContain('Max-Age=43200');
		expect((await end()) >= first).toBe(true);
		await storage.db
			.updateTable('session')
			.set({ expiresAt: ago(13) })
			.execute();
		expect(await permissions.personOf(headers)).toBeUndefined();
	});

	it('ends after a week, however often it is used', async () => {
		const { administration, permissions, storage, signIn } = await openPeople();
		await administration.people.add({ name: '甲', role: 'archivist', password: PASSWORD }, TESTER);
		const headers = await signIn('甲');
		const identity = await permissions.personOf(headers);
		await storage.db
			.updateTable('session')
			.set({ createdAt: new Date(Date.now() - 7 * 24 * HOUR_MS).toISOString() })
			.execute();
		expect(await permissions.personOf(headers)).toBeUndefined();
		expect(await permissions.isAlive(identity as NonNullable<typeof identity>)).toBe(false);
	});

	it('of a stranger is nobody: no cookie, a forged one, one signed with another secret', async () => {
		const { administration, permissions } = await openPeople();
		await administration.people.add({ name: '甲', role: 'archivist', password: PASSWORD }, TESTER);
		const elsewhere = await openPeople();
		await elsewhere.administration.people.add({ name: '甲', role: 'archivist', password: PASSWORD }, TESTER);
		for (const headers of [
			new Headers(),
			new Headers({ cookie: 'lantai.session_token=made.up' }),
			await elsewhere.signIn('甲'),
		])
			expect(await permissions.personOf(headers)).toBeUndefined();
	});

	it('shows the role and limits as they are now', async () => {
		const { administration, permissions, storage, signIn } = await openPeople();
		const { id } = await administration.people.add(
			{ name: '甲', role: 'archivist', password: PASSWORD },
			TESTER,
		);
		const headers = await signIn('甲');
		await storage.db.updateTable('user').set({ role: 'reader' }).where('id', '=', id).execute();
		expect((await permissions.personOf(headers))?.person.role).toBe('reader');
	});
});

describe('the own account', () => {
	it('lists its devices and ends one of them', async () => {
		const { administration, permissions, signIn } = await openPeople();
		const { id } = await administration.people.add(
			{ name: '甲', role: 'archivist', password: PASSWORD },
			TESTER,
		);
		const here = await permissions.personOf(await signIn('甲', PASSWORD, '10.0.0.1'));
		const there = await signIn('甲', PASSWORD, '10.0.0.2');
		const sessions = await permissions.sessions(id);
		expect(sessions.map((session) => [session.address, session.userAgent]).toSorted()).toEqual([
			['10.0.0.1', 'test'],
			['10.0.0.2', 'test'],
		]);
		const other = sessions.find((session) => session.id !== here?.sessionId);
		await permissions.endSession(id, other?.id ?? '');
		expect(await permissions.personOf(there)).toBeUndefined();
		expect(await permissions.sessions(id)).toHaveLength(1);
	});

	it('changes its password, which ends the sessions elsewhere', async () => {
		const { administration, permissions, signIn } = await openPeople();
		const { id } = await administration.people.add(
			{ name: '甲', role: 'archivist', password: PASSWORD },
			TESTER,
		);
		const here = await signIn('甲');
		const there = await signIn('甲');
		const sessionId = (await permissions.personOf(here))?.sessionId;
		const next = 'synthetic-password-2';
		await expect(
			permissions.changePassword(id, { current: 'wrong-password', next, sessionId }),
		).rejects.toMatchObject({ code: 'permissions.wrong-password' });
		await expect(
			permissions.changePassword(id, { current: PASSWORD, next: 'short', sessionId }),
		).rejects.toMatchObject({ code: 'permissions.weak-password', params: { min: 10 } });
		await permissions.changePassword(id, { current: PASSWORD, next, sessionId });
		expect(await permissions.personOf(here)).toBeDefined();
		expect(await permissions.personOf(there)).toBeUndefined();
		await expect(signIn('甲')).rejects.toMatchObject({ code: 'permissions.wrong-password' });
		await signIn('甲', next);
	});

	it('keeps no password that could be read', async () => {
		const { administration, storage } = await openPeople({ hasFullHashes: true });
		await administration.people.add({ name: '甲', role: 'archivist', password: PASSWORD }, TESTER);
		const { password } = await storage.db.selectFrom('account').select('password').executeTakeFirstOrThrow();
		expect(password).toMatch(/^scrypt\$32768\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
	});
});
