import { expect, it } from 'vitest';
import type { PersonId } from '#domain/base/ids.ts';
import { code, codesOf } from '#tests/support/code-list.ts';
import { aFondsEntry, anItem, registerFonds } from '#tests/support/codes.ts';
import { registerEntries, system } from '#tests/support/entries.ts';
import { aPurge } from '#tests/support/purges.ts';
import { startTestServer } from '#tests/support/server.ts';

it('a number that an entry had before, or that went with a purged one, is given to nobody else', async () => {
	const { app } = await startTestServer();
	await registerFonds(app);
	const fonds = await aFondsEntry(app);
	const nextCode = async (): Promise<string> => {
		const id = await anItem(app, fonds, '新');
		await registerEntries(app, [id]);
		return (await codesOf(app, [id]))[0] as string;
	};
	// Its code came with it: no number was ever allotted to it.
	const moved = await anItem(app, fonds, '改号', { referenceCode: code(57) });
	await registerEntries(app, [moved]);
	const order = await app.orders.create(
		{ person: system, via: null },
		{ kind: 'rows', rows: [{ entry: moved, field: 'referenceCode', value: code(56) }] },
		'编错',
	);
	const checker = { person: { ...system, id: 'system:other' as PersonId }, via: null };
	await app.orders.decide(checker, order.id, 'approve', '');
	expect([await nextCode(), await nextCode()]).toEqual([code(58), code(59)]);

	for (const [number, keepsCode] of [
		[70, false],
		[80, true],
	] as const) {
		const gone = await anItem(app, fonds, '清除', { referenceCode: code(number) });
		await registerEntries(app, [gone]);
		expect(await aPurge(app, [gone], { keepsCode })).toMatchObject({ state: 'done', failure: null });
		expect(await nextCode()).toBe(code(number + 1));
	}
	const { gaps } = await app.codes.report(system, { limit: 100 });
	expect(gaps.map(({ from, to, reasons }) => [from, to, reasons.map(({ kind }) => kind)])).toEqual([
		[1, 55, []],
		[57, 57, ['alias']],
		[60, 70, ['voided']],
		[72, 80, ['voided']],
	]);
});
