import { describe, expect, it } from 'vitest';
import type { EntryId } from '#domain/base/ids.ts';
import { isRefusal } from '#domain/base/refusal.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import type { RuleId } from '#domain/catalogue/rules/rule.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import type { App } from '#server/app.ts';
import { actorOf } from '#server/permissions/identity.ts';
import { personOf } from '#tests/support/conflicts.ts';
import { aFlawedFonds, badBrackets, campaignOver } from '#tests/support/checked-entries.ts';
import { registerEntries, system } from '#tests/support/entries.ts';
import { by, fieldsOf } from '#tests/support/orders.ts';
import { anAuthority } from '#tests/support/registers.ts';
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

describe('suggestions are taken as they hold now:', () => {
	/** A row says something else, and nobody has looked at it yet. */
	async function turn(id: EntryId | undefined, fields: Readonly<Record<FieldKey, FieldValue>>) {
		await app.storage.db
			.updateTable('entry')
			.set({ fields: JSON.stringify({ ...(await fieldsOf(app, id as EntryId)), ...fields }) })
			.where('id', '=', id as EntryId)
			.execute();
	}

	async function taken(fonds: EntryId, rule: RuleId) {
		const campaign = await app.campaigns.list(system, 0, 1);
		const id = campaign.campaigns[0]?.id ?? '';
		return app.fixes.apply(by(await aPerson()), id, { fondsId: fonds, rule }, '').catch((error: unknown) => {
			if (!isRefusal(error)) throw error;
			return error.code;
		});
	}

	it('with the registers of today', async () => {
		const { fonds, items } = await flawed(1, () => ({ 'creators#1': { order: 'a0', text: '甲局' } }));
		const save = async (based: number, text: string) => {
			const content = { ...anAuthority({ names: [{ text }], shortNames: [{ text: '甲局' }] }) };
			const change = { id: 'bureau', based, content: content as never, isWithdrawn: false };
			await app.registers.save('authority', [change], '', actorOf(by(system)));
		};
		await save(0, '沧浦区甲事局');
		await campaignOver(app, fonds, ['R33']);
		await save(1, '沧浦区甲务局');
		expect(await taken(fonds, 'R33')).toMatchObject({ edited: 1 });
		expect((await fieldsOf(app, items[0] as EntryId))['creators#1']).toMatchObject({ text: '沧浦区甲务局' });
	});

	it('with the other fields, and behind the first signs of a long text', async () => {
		const title = `沧浦区水利局关于整治${'甲乙丙丁河、'.repeat(40)}等河道的通知`;
		const { fonds, items } = await flawed(2, (at): Readonly<Record<FieldKey, FieldValue>> =>
			at === 0 ? { retentionPeriod: 'C' } : { title: `${title}。` },
		);
		await campaignOver(app, fonds, ['R46', 'R28']);
		expect(await app.findings.count(system, { fondsId: fonds })).toBe(2);
		await turn(items[0], { year: 1990 });
		expect(await taken(fonds, 'R46')).toBe('catalogue.nothing-to-fix');
		await turn(items[1], { title: `${title.replace('河道', '水道')}。` });
		expect(await taken(fonds, 'R28')).toMatchObject({ edited: 1 });
		expect((await fieldsOf(app, items[1] as EntryId))['title']).toBe(title.replace('河道', '水道'));
	});

	it('with what lies in a file by now', async () => {
		const { fonds, items } = await flawed(4, (at) => ({
			pageCount: 9,
			...(at === 0 ? { itemCount: 5 } : {}),
		}));
		const [file, ...inFile] = items;
		const put = (ids: readonly EntryId[]) =>
			app.storage.db
				.updateTable('entry')
				.set({ parent_id: file as EntryId, level: 'item' })
				.where('id', 'in', [...ids])
				.execute();
		await put(inFile.slice(0, 2));
		await campaignOver(app, fonds, ['R44', 'R52']);
		expect(await app.findings.count(system, { fondsId: fonds })).toBe(2);
		await put(inFile.slice(2));
		for (const rule of ['R44', 'R52'] as const) await taken(fonds, rule);
		const { itemCount, pageCount } = await fieldsOf(app, file as EntryId);
		expect({ itemCount, pageCount }).not.toMatchObject({ itemCount: 2 });
		expect({ itemCount, pageCount }).not.toMatchObject({ pageCount: 18 });
		await app.checker.settled();
		for (const rule of ['R44', 'R52'] as const) await taken(fonds, rule);
		expect(await fieldsOf(app, file as EntryId)).toMatchObject({ itemCount: 3, pageCount: 27 });
	});

	it('also where what was found hides the number of a person', async () => {
		const { fonds, items } = await flawed(1, () => ({
			title: '沧浦区水利局关于联系电话13812345678的通知',
			accessStatus: 'open',
		}));
		await campaignOver(app, fonds, ['R51']);
		expect(await taken(fonds, 'R51')).toMatchObject({ edited: 1 });
		expect((await fieldsOf(app, items[0] as EntryId))['title']).toContain('138*******8');
	});
});
