import { describe, expect, it } from 'vitest';
import type { EntryId, PersonId } from '#domain/base/ids.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import type { App } from '#server/app.ts';
import { aFondsEntry, anItem, registerFonds } from '#tests/support/codes.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { TESTER } from '#tests/support/people.ts';
import { startTestServer } from '#tests/support/server.ts';

const reviewer: Person = { ...system, id: 'system:reviewer' as PersonId, name: 'reviewer' };
const judging = { person: reviewer, via: null };

/** What the rules ask of an item of 2011 that nothing can be said against. */
const SOUND: Readonly<Record<FieldKey, FieldValue>> = {
	documentDate: '20110305',
	pageCount: 3,
	'creators#1': { order: 'a0', text: '沧浦区档案局(馆)' },
};

/** An archive with a fonds that has rules of codes, and a way to bring its items before who registers. */
async function anArchive() {
	const { app } = await startTestServer({ errorsBlock: true });
	await registerFonds(app);
	const fonds = await aFondsEntry(app);
	let made = 0;
	const item = (fields: Readonly<Record<FieldKey, FieldValue>> = {}): Promise<EntryId> =>
		anItem(app, fonds, `沧浦区档案局关于整理第${++made}批档案的通知`, { ...SOUND, ...fields });
	return { app, fonds, item };
}

async function verified(app: App, ids: readonly EntryId[]): Promise<void> {
	const entries = ids.map((id) => ({ id }));
	await app.review.take({ person: system, via: null }, 'submit', { entries }, '');
	await app.review.take(judging, 'verify', { entries }, '');
}

async function register(app: App, id: EntryId): Promise<string> {
	const { review } = await app.catalogue.entry(reviewer, id);
	try {
		await app.review.take(judging, 'register', { entries: [{ id, seen: review.seq }] }, '');
		return 'registered';
	} catch (error) {
		const { code, params } = error as { code: string; params: Record<string, unknown> };
		return `${code} ${JSON.stringify(params)}`;
	}
}

const R14 = 'catalogue.errors-open {"count":1,"rules":"R14"}';

describe('an error of description', () => {
	it('keeps an entry from being registered until it is corrected, and costs it no number', async () => {
		const { app, item } = await anArchive();
		const [bad, good] = [await item({ documentDate: '20110230' }), await item()];
		await verified(app, [bad, good]);
		expect(await register(app, bad)).toBe(R14);
		expect((await app.catalogue.entry(reviewer, bad)).review.refused).toContainEqual({
			step: 'register',
			why: 'catalogue.errors-open',
			params: { count: 1, rules: 'R14' },
		});
		// The number that it did not get is the next one's.
		expect(await register(app, good)).toBe('registered');
		expect((await app.catalogue.entry(system, good)).referenceCode).toMatch(/-0001$/);

		await app.collaboration.setField(bad, 'documentDate', '20110228', TESTER);
		await app.review.take(judging, 'verify', { entries: [{ id: bad }] }, '');
		expect(await register(app, bad)).toBe('registered');
		expect((await app.catalogue.entry(system, bad)).referenceCode).toMatch(/-0002$/);
	});

	it('does so no longer once it is accepted as an exception, with this value', async () => {
		const { app, item } = await anArchive();
		const id = await item({ documentDate: '20110230' });
		await verified(app, [id]);
		await app.exceptions.accept(
			judging,
			{ entryId: id, rule: 'R14', field: 'documentDate', value: '20110230' },
			'原件如此',
		);
		expect(await register(app, id)).toBe('registered');

		const other = await item({ documentDate: '20110230' });
		await verified(app, [other]);
		await app.exceptions.accept(
			judging,
			{ entryId: other, rule: 'R14', field: 'documentDate', value: '20110230' },
			'原件如此',
		);
		await app.collaboration.setField(other, 'documentDate', '20110431', TESTER);
		await app.review.take(judging, 'verify', { entries: [{ id: other }] }, '');
		expect(await register(app, other)).toBe(R14);
	});

	it('stops only the entries that have one, when many are registered', async () => {
		const { app, fonds, item } = await anArchive();
		const ids: EntryId[] = [];
		for (let n = 0; n < 12; n++) ids.push(await item(n % 4 === 1 ? { pageCount: '三页' } : {}));
		await verified(app, ids);
		const outcome = await app.review.take(judging, 'register', { under: [fonds] }, '');
		expect(outcome).toMatchObject({ done: 9, refusedCount: 3 });
		expect(outcome.refused).toEqual(
			[1, 5, 9].map((n) => ({
				entryId: ids[n],
				code: 'catalogue.errors-open',
				params: { count: 1, rules: 'R42' },
			})),
		);
	});

	it('is a missing code where no rules give one', async () => {
		const { app } = await anArchive();
		const fonds = await aMadeEntry(app, {
			title: '不在册的全宗',
			level: 'fonds',
			fields: { referenceCode: 'B009' },
		});
		const fields = { year: 2011, retentionPeriod: 'Y', orgOrMatter: '办公室', ...SOUND };
		const title = '沧浦区档案局关于整理档案的通知';
		const id = await aMadeEntry(app, { title, parentId: fonds, fields });
		await verified(app, [id]);
		expect(await register(app, id)).toBe('catalogue.errors-open {"count":1,"rules":"R01"}');
	});

	it('is only shown where the archive wants it so', async () => {
		const { app, item } = await anArchive();
		const id = await item({ documentDate: '20110230' });
		await verified(app, [id]);
		expect(await register(app, id)).toBe(R14);
		await app.administration.settings.change({ 'registration.errorsBlock': false }, TESTER);
		expect((await app.catalogue.entry(reviewer, id)).review.steps).toContain('register');
		expect(await register(app, id)).toBe('registered');
	});
});
