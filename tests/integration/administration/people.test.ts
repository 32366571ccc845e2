import { describe, expect, it } from 'vitest';
import type { Storage } from '#server/storage/storage.ts';
import { openPeople, PASSWORD, TESTER } from '#tests/support/people.ts';

const FONDS = '0190a0b0-0000-7000-8000-00000000000a';

async function auditOf(storage: Storage): Promise<string[]> {
	const rows = await storage.db.selectFrom('audit').select('action').orderBy('seq').execute();
	return rows.map((row) => row.action);
}

describe('accounts', () => {
	it('are made with a role and limits, and listed by name', async () => {
		const { administration, storage, signIn } = await openPeople();
		await administration.people.add(
			{
				name: ' 李　静 ',
				role: 'reader',
				password: PASSWORD,
				fonds: [FONDS],
				accessStatuses: ['open', 'deferred'],
			},
			TESTER,
		);
		await signIn('李 静');
		expect(await administration.people.list()).toMatchObject([
			{
				name: '李 静',
				role: 'reader',
				fonds: [FONDS],
				accessStatuses: ['open', 'deferred'],
				isDisabled: false,
				sessions: 1,
			},
		]);
		expect(await auditOf(storage)).toEqual(['people.add']);
		const { email } = await storage.db.selectFrom('user').select('email').executeTakeFirstOrThrow();
		expect(email).toMatch(/^[0-9a-f-]{36}@people\.invalid$/);
	});

	it('have names of their own, in any case and width, even when made at once', async () => {
		const { administration, storage } = await openPeople();
		const answers = await Promise.allSettled(
			['Anne', 'anne', 'ＡＮＮＥ', ' anne '].map((name) =>
				administration.people.add({ name, role: 'reader', password: PASSWORD }, TESTER),
			),
		);
		expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1);
		for (const answer of answers)
			if (answer.status === 'rejected')
				expect(answer.reason).toMatchObject({ code: 'administration.name-taken', status: 409 });
		expect(await auditOf(storage)).toEqual(['people.add']);
	});

	it.each([
		['role', { role: 'root' as never }, 'administration.unknown-role'],
		['access status', { accessStatuses: ['secret'] }, 'administration.unknown-status'],
		['fonds', { fonds: ['not an id'] }, 'catalogue.unknown-entry'],
		['name', { name: 'x'.repeat(41) }, 'permissions.bad-name'],
		['password', { password: '123456789' }, 'permissions.weak-password'],
	])('are not made with a wrong %s', async (_what, wrong, code) => {
		const { administration, storage } = await openPeople();
		await expect(
			administration.people.add({ name: '甲', role: 'reader', password: PASSWORD, ...wrong }, TESTER),
		).rejects.toMatchObject({ code });
		expect(await storage.db.selectFrom('user').selectAll().execute()).toEqual([]);
	});

	it('change their rights, and the person signs in again to have them', async () => {
		const { administration, permissions, storage, signIn } = await openPeople();
		await administration.people.add({ name: '甲', role: 'administrator', password: PASSWORD }, TESTER);
		const { id } = await administration.people.add(
			{ name: '乙', role: 'archivist', password: PASSWORD },
			TESTER,
		);
		const headers = await signIn('乙');
		let ended = false;
		const identity = await permissions.personOf(headers);
		permissions.onRevoked((isRevoked) => (ended ||= isRevoked(identity as NonNullable<typeof identity>)));
		await administration.people.update(id, { role: 'reader', fonds: [FONDS], accessStatuses: null }, TESTER);
		expect(ended).toBe(true);
		expect(await permissions.personOf(headers)).toBeUndefined();
		expect((await permissions.personOf(await signIn('乙')))?.person).toMatchObject({
			role: 'reader',
			fonds: [FONDS],
		});
		expect(await auditOf(storage)).toEqual(['people.add', 'people.add', 'people.update']);
	});

	it('have their password reset, which ends their sessions', async () => {
		const { administration, permissions, storage, signIn } = await openPeople();
		const { id } = await administration.people.add(
			{ name: '甲', role: 'administrator', password: PASSWORD },
			TESTER,
		);
		const headers = await signIn('甲');
		await administration.people.resetPassword(id, 'synthetic-password-2', TESTER);
		expect(await permissions.personOf(headers)).toBeUndefined();
		await signIn('甲', 'synthetic-password-2');
		expect(await auditOf(storage)).toEqual(['people.add', 'people.reset-password']);
		await expect(administration.people.resetPassword(id, 'short', TESTER)).rejects.toMatchObject({
			code: 'permissions.weak-password',
		});
		expect(await auditOf(storage)).toHaveLength(2);
	});

	it('that are not there are refused', async () => {
		const { administration } = await openPeople();
		await administration.people.add({ name: '甲', role: 'administrator', password: PASSWORD }, TESTER);
		const unknown = { code: 'administration.unknown-person', status: 404 };
		const { people } = administration;
		await expect(people.setDisabled('x', true, TESTER)).rejects.toMatchObject(unknown);
		await expect(people.resetPassword('x', PASSWORD, TESTER)).rejects.toMatchObject(unknown);
		await expect(people.signOutEverywhere('x', TESTER)).rejects.toMatchObject(unknown);
		await expect(
			people.update('x', { role: 'administrator', fonds: null, accessStatuses: null }, TESTER),
		).rejects.toMatchObject(unknown);
	});
});

describe('the last enabled administrator', () => {
	it('can be neither disabled nor given another role', async () => {
		const { administration } = await openPeople();
		const { people } = administration;
		const { id: first } = await people.add({ name: '甲', role: 'administrator', password: PASSWORD }, TESTER);
		const { id: second } = await people.add(
			{ name: '乙', role: 'administrator', password: PASSWORD },
			TESTER,
		);
		await people.setDisabled(second, true, TESTER);
		const refusal = { code: 'administration.last-administrator', status: 409 };
		await expect(people.setDisabled(first, true, TESTER)).rejects.toMatchObject(refusal);
		await expect(
			people.update(first, { role: 'archivist', fonds: null, accessStatuses: null }, TESTER),
		).rejects.toMatchObject(refusal);
		await people.setDisabled(second, false, TESTER);
		await people.setDisabled(first, true, TESTER);
	});

	it('stays when two administrators disable each other at once', async () => {
		const { administration } = await openPeople();
		const { people } = administration;
		const ids = await Promise.all(
			['甲', '乙'].map(
				async (name) => (await people.add({ name, role: 'administrator', password: PASSWORD }, TESTER)).id,
			),
		);
		const answers = await Promise.allSettled(ids.map((id) => people.setDisabled(id, true, TESTER)));
		expect(answers.map((answer) => answer.status).toSorted()).toEqual(['fulfilled', 'rejected']);
		expect((await people.list()).filter((account) => !account.isDisabled)).toHaveLength(1);
	});
});
