import { describe, expect, it } from 'vitest';
import type { EntryId, PersonId } from '#domain/base/ids.ts';
import { aList, code, codesOf } from '#tests/support/code-list.ts';
import { anItem } from '#tests/support/codes.ts';
import { registerEntries, system } from '#tests/support/entries.ts';
import { TESTER } from '#tests/support/people.ts';

const groupKey = 'B002-WS·2011-Y-BGS-';
const jump = { group: groupKey, from: 39, to: 9998, missing: 9960, after: 9999 };
const refusal = { code: 'catalogue.code-jump', params: jump };

describe('a number far above its group', () => {
	it('is not registered, and no number is given above it, until somebody says why', async () => {
		const { app, fonds, items, found } = await aList(false);
		const far = await anItem(app, fonds, '笔误', { referenceCode: code(9999) });
		await expect(registerEntries(app, [far])).rejects.toMatchObject(refusal);
		// A draft keeps its number: the next one would be above it.
		await expect(registerEntries(app, found.slice(1))).rejects.toMatchObject(refusal);
		expect(await codesOf(app, found)).toEqual(['', '']);
		const report = await app.codes.report(system, { limit: 100 });
		expect(report.groups).toMatchObject([{ next: `${groupKey}10000`, jumps: [{ from: 39, to: 9998 }] }]);
		// What lies below it is not held up.
		await registerEntries(app, items);

		const by = { person: system, via: null };
		await app.codes.note(by, { groupKey, from: 39, to: 9998, why: '另册编号' });
		expect((await app.codes.report(system, { limit: 100 })).groups).toMatchObject([{ jumps: [] }]);
		// Both are verified; only the last step was refused.
		const both = [far, found[1] as EntryId];
		const reviewer = { person: { ...system, id: 'system:reviewer' as PersonId }, via: null };
		const step = await app.review.take(reviewer, 'register', { entries: both.map((id) => ({ id })) }, '');
		expect(step.done).toBe(2);
		expect(await codesOf(app, both)).toEqual([code(9999), `${groupKey}10000`]);
	});

	it('corrected before it is registered, leaves nothing', async () => {
		const { app, fonds, found } = await aList(false);
		const far = await anItem(app, fonds, '笔误', { referenceCode: code(9999) });
		await app.collaboration.setField(far, 'referenceCode', code(39), TESTER);
		await registerEntries(app, [far, ...found]);
		expect(await codesOf(app, [far, ...found])).toEqual([39, 40, 41].map(code));
		expect((await app.codes.report(system, { limit: 100 })).groups).toMatchObject([{ jumps: [] }]);
	});

	it('is named beside the next number as long as that goes on from it, though its entry is deleted', async () => {
		const { app, fonds, found } = await aList(false);
		const far = await anItem(app, fonds, '笔误', { referenceCode: code(9999) });
		await app.codes.report(system, { limit: 100 });
		await app.collaboration.setField(far, 'status', 'deleted', TESTER);
		expect((await app.codes.report(system, { limit: 100 })).groups).toMatchObject([
			{ highest: 38, next: `${groupKey}10000`, jumps: [{ from: 39, to: 9999 }] },
		]);
		await registerEntries(app, found.slice(0, 1));
		expect(await codesOf(app, found.slice(0, 1))).toEqual([`${groupKey}10000`]);
	});
});
