import { describe, expect, it } from 'vitest';
import type { EntryId } from '#domain/base/ids.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import type { App } from '#server/app.ts';
import { personOf } from '#tests/support/conflicts.ts';
import { aFlawedFonds, badBrackets, campaignOver } from '#tests/support/checked-entries.ts';
import { registerEntries } from '#tests/support/entries.ts';
import { by, fieldsOf } from '#tests/support/orders.ts';
import { sharedApp } from '#tests/support/shared-app.ts';

let app: App;
let people = 0;
let fondsNumber = 0;

sharedApp((made) => {
	app = made;
});

/** Somebody new. */
function aPerson(role: Person['role'] = 'archivist') {
	return personOf(app, `人员${++people}`, role);
}

/** A fonds of its own for a test. */
function flawed(count: number, flaw: Parameters<typeof aFlawedFonds>[2] = badBrackets) {
	return aFlawedFonds(app, count, flaw, { number: `Z${String(++fondsNumber).padStart(3, '0')}` });
}

const numberOf = async (id: EntryId | undefined) => (await fieldsOf(app, id as EntryId))['documentNumber'];

describe('suggestions taken are taken back', () => {
	it('only by who may change every one of the entries', async () => {
		const { items } = await flawed(2);
		const other = await flawed(1);
		const campaign = await campaignOver(app, null, ['R38']);
		const archivist = await aPerson();
		const { fixId, edited } = await app.fixes.apply(by(archivist), campaign.id, {}, '');
		expect(edited).toBe(3);
		const limited = { ...(await aPerson()), fonds: [other.fonds] };
		for (const person of [await aPerson('reviewer'), limited])
			await expect(app.fixes.undo(by(person), campaign.id, fixId)).rejects.toMatchObject({
				code: 'permissions.denied',
				status: 403,
			});
		expect(await numberOf(items[0])).toBe('沧水〔2008〕1号');
		expect(await numberOf(other.items[0])).toBe('沧水〔2008〕1号');
		expect((await app.campaigns.show(archivist, campaign.id)).fixes[0]?.state).toBe('applied');
		expect(await app.fixes.undo(by(await aPerson()), campaign.id, fixId)).toMatchObject({ edited: 3 });
		expect(await numberOf(other.items[0])).toBe('沧水[2008]1号');
	});

	it('by somebody else not while the order waits that came of them', async () => {
		const { fonds, items } = await flawed(2);
		await registerEntries(app, items.slice(1));
		const campaign = await campaignOver(app, fonds, ['R38']);
		const [archivist, other] = [await aPerson(), await aPerson()];
		const { fixId, orderId } = await app.fixes.apply(by(archivist), campaign.id, {}, '六角括号');
		await expect(app.fixes.undo(by(other), campaign.id, fixId)).rejects.toMatchObject({
			code: 'catalogue.fix-order-waits',
			params: { name: archivist.name },
		});
		expect(await numberOf(items[0])).toBe('沧水〔2008〕1号');
		await app.orders.decide(by(other), orderId ?? '', 'reject', '不改');
		expect(await app.fixes.undo(by(other), campaign.id, fixId)).toMatchObject({ edited: 1 });
	});

	it('by one person at a time', async () => {
		const { fonds } = await flawed(1);
		const campaign = await campaignOver(app, fonds, ['R38']);
		const archivist = await aPerson();
		const { fixId } = await app.fixes.apply(by(archivist), campaign.id, {}, '');
		const undo = () => app.fixes.undo(by(archivist), campaign.id, fixId);
		const [first, second] = await Promise.allSettled([undo(), undo()]);
		expect(first).toMatchObject({ status: 'fulfilled', value: { edited: 1 } });
		expect(second).toMatchObject({ status: 'rejected', reason: { code: 'catalogue.fix-running' } });
	});
});
