import { expect, it } from 'vitest';
import { Refusal } from '#domain/base/refusal.ts';
import { createId } from '#domain/base/ids.ts';
import type { EntryDetail } from '#domain/catalogue/rows.ts';
import { createDeviceRows } from './device-rows.ts';
import { MemoryStore } from './memory-store.ts';

/** What was opened before, and a server that answers each question with a refusal. */
async function aDevice(code: string): Promise<{
	readonly card: EntryDetail;
	readonly rows: ReturnType<typeof createDeviceRows>;
}> {
	const store = new MemoryStore();
	const card = {
		id: createId(),
		parentId: null,
		profile: 'dat18',
		level: 'fonds',
		title: '合成全宗',
		status: 'active',
		order: 'a',
		referenceCode: '',
		path: [],
		fields: { title: '合成全宗', dateRange: '民国二十六年-1949' },
		bodies: {},
	} as unknown as EntryDetail;
	await store.keepCard(card);
	const refuse = (): Promise<never> => Promise.reject(new Refusal(code));
	return {
		card,
		rows: createDeviceRows({
			store,
			isReachable: () => true,
			onTrouble: (code) => {
				throw new Error(code);
			},
			server: { children: refuse, entry: refuse, search: refuse },
		}),
	};
}

it.each(['client.unreachable', 'permissions.sign-in'])(
	'%s: what is on the device is listed',
	async (code) => {
		const { card, rows } = await aDevice(code);
		expect(await rows.children(null, 0, 10)).toMatchObject({
			onlyThisDevice: true,
			rows: [{ id: card.id, title: '合成全宗' }],
		});
		expect(await rows.entry(card.id)).toEqual(card);
		expect(await rows.search('合成', 0, 10)).toMatchObject({ total: 1, onlyThisDevice: true });
	},
);

it('a no of the server stays a no', async () => {
	const { card, rows } = await aDevice('permissions.denied');
	await expect(rows.children(null, 0, 10)).rejects.toMatchObject({ code: 'permissions.denied' });
	await expect(rows.entry(card.id)).rejects.toMatchObject({ code: 'permissions.denied' });
	await expect(rows.search('合成', 0, 10)).rejects.toMatchObject({ code: 'permissions.denied' });
});

it('without the server, lists are filtered by date as there', async () => {
	const { card, rows } = await aDevice('client.unreachable');
	const ids = async (dates: string): Promise<string[]> =>
		(await rows.children(null, 0, 10, { dates, byDate: true })).rows.map(({ id }) => id);
	expect(await ids('1940')).toEqual([card.id]);
	expect(await ids('民国二十五年')).toEqual([]);
	expect((await rows.search('合成', 0, 10, { dates: '1950年以后' })).total).toBe(0);
	await expect(ids('河道')).rejects.toMatchObject({ code: 'catalogue.bad-dates' });
});
