import { describe, expect, it } from 'vitest';
import { can } from '#domain/permissions/permissions.ts';
import { openPeople, PASSWORD, TESTER, type PeopleTest } from '#tests/support/people.ts';

const DAY_MS = 86_400_000;

async function withToken(
	scopes: readonly string[] = ['read', 'write'],
): Promise<PeopleTest & { readonly personId: string; readonly token: string; readonly tokenId: string }> {
	const opened = await openPeople();
	const { id: personId } = await opened.administration.people.add(
		{ name: '甲', role: 'archivist', password: PASSWORD },
		TESTER,
	);
	const { token, id: tokenId } = await opened.administration.people.createToken(
		personId,
		{ name: '统计脚本', scopes, days: 30 },
		TESTER,
	);
	return { ...opened, personId, token, tokenId };
}

describe('an API token', () => {
	it('stands for its person, and only its hash is kept', async () => {
		const { permissions, storage, personId, token } = await withToken();
		expect(token).toMatch(/^lt_[A-Za-z0-9_-]{43}$/);
		expect(await permissions.personOfToken(token)).toMatchObject({
			person: { id: personId, role: 'archivist', scopes: ['read', 'write'] },
			via: 'token',
		});
		const row = await storage.db.selectFrom('api_token').selectAll().executeTakeFirstOrThrow();
		expect(row.hash).toMatch(/^[0-9a-f]{64}$/);
		expect(JSON.stringify(row)).not.toContain(token.slice(3));
	});

	it('is read from the Authorization header', async () => {
		const { permissions, token } = await withToken();
		const identified = await permissions.identify(new Headers({ authorization: `Bearer ${token}` }));
		expect(identified.identity?.person.name).toBe('甲');
		for (const wrong of [`Bearer ${token}x`, 'Bearer lt_', `Basic ${token}`])
			expect((await permissions.identify(new Headers({ authorization: wrong }))).identity).toBeUndefined();
	});

	it('does no more than its scopes', async () => {
		const { permissions, token } = await withToken(['read']);
		const person = (await permissions.personOfToken(token))?.person;
		const entry = {
			kind: 'entry',
			fondsId: 'x' as never,
			accessStatus: 'open',
			isRegistered: false,
			isShown: true,
			isPurged: false,
		} as const;
		expect(can(person, 'see', entry)).toBe(true);
		expect(can(person, 'edit', entry)).toBe(false);
	});

	it('runs out', async () => {
		const { permissions, token, clock } = await withToken();
		const identity = await permissions.personOfToken(token);
		clock.pass(30 * DAY_MS - 60_000);
		expect(await permissions.personOfToken(token)).toBeDefined();
		clock.pass(120_000);
		expect(await permissions.personOfToken(token)).toBeUndefined();
		expect(await permissions.isAlive(identity as NonNullable<typeof identity>)).toBe(false);
	});

	it('is revoked by its owner alone', async () => {
		const { permissions, administration, personId, token, tokenId } = await withToken();
		const { id: other } = await administration.people.add(
			{ name: '乙', role: 'archivist', password: PASSWORD },
			TESTER,
		);
		await administration.people.revokeToken(other, tokenId, TESTER);
		const identity = await permissions.personOfToken(token);
		expect(identity).toBeDefined();
		await administration.people.revokeToken(personId, tokenId, TESTER);
		expect(await permissions.personOfToken(token)).toBeUndefined();
		expect(await permissions.isAlive(identity as NonNullable<typeof identity>)).toBe(false);
		expect(await permissions.tokens.list(personId)).toMatchObject([{ name: '统计脚本', isRevoked: true }]);
	});

	it('is worth nothing while its person is disabled', async () => {
		const { permissions, administration, personId, token } = await withToken();
		await administration.people.add({ name: '乙', role: 'administrator', password: PASSWORD }, TESTER);
		await administration.people.setDisabled(personId, true, TESTER);
		expect(await permissions.personOfToken(token)).toBeUndefined();
		await administration.people.setDisabled(personId, false, TESTER);
		expect(await permissions.personOfToken(token)).toBeDefined();
	});

	it('notes its use at most once a minute', async () => {
		const { permissions, personId, token, clock } = await withToken();
		const usedAt = async (): Promise<string | null | undefined> =>
			(await permissions.tokens.list(personId))[0]?.lastUsedAt;
		expect(await usedAt()).toBeNull();
		await permissions.personOfToken(token);
		const first = await usedAt();
		expect(first).not.toBeNull();
		clock.pass(30_000);
		await permissions.personOfToken(token);
		expect(await usedAt()).toBe(first);
		clock.pass(31_000);
		await permissions.personOfToken(token);
		expect(await usedAt()).not.toBe(first);
	});

	it.each([
		['no scope', { scopes: [], days: 1 }],
		['an unknown scope', { scopes: ['root'], days: 1 }],
		['no time', { scopes: ['read'], days: 0 }],
		['more than a year', { scopes: ['read'], days: 367 }],
		['no number', { scopes: ['read'], days: Number.NaN }],
	])('is not made with %s', async (_what, given) => {
		const { permissions } = await openPeople();
		await expect(permissions.createToken('x', { name: 't', ...given })).rejects.toMatchObject({
			code: 'permissions.bad-token-request',
		});
	});
});
