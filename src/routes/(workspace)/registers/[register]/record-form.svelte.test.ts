import { flushSync } from 'svelte';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { MemoryStore } from '#client/device/memory-store.ts';
import { registersClient } from '#client/registers-client.ts';
import { registerProblem } from '#domain/catalogue/registers/register-problems.ts';
import type { RegisterRecord } from '#domain/catalogue/registers/register.ts';
import type { RegisterField } from '#domain/catalogue/registers/register-field.ts';
import { RecordForm } from './record-form.svelte.ts';

const label = { zh: '', en: '' };
const FIELDS: readonly RegisterField[] = [
	{ id: 'name', label, kind: 'text' },
	{ id: 'note', label, kind: 'longText' },
];

/** What a device keeps, in memory. */
function aStore() {
	const facts = new Map<string, unknown>();
	return {
		facts,
		isDurable: true,
		holdDraft: (key: string) => Promise.resolve({ key, letGo: () => undefined }),
		fact: <T>(key: string) => Promise.resolve(facts.get(key) as T | undefined),
		keepFact: (key: string, value: unknown) => Promise.resolve(void facts.set(key, value)),
	};
}

const version = (number: number, name: string, note: string): RegisterRecord => ({
	id: 'a',
	version: number,
	content: { name, note },
	isWithdrawn: false,
	actorName: number === 1 ? '甲' : '乙',
	at: '2026-06-01T00:00:00Z',
});

async function aForm(store = aStore(), record = version(1, '水利局', '')) {
	const form = new RecordForm({ register: 'authority', fields: FIELDS, record, store });
	await form.restore();
	return form;
}

describe('a record that is filled in', () => {
	it('takes what others changed elsewhere, and keeps what was typed here', async () => {
		const form = await aForm();
		form.draft['name'] = '水务局';
		form.joinNewest(version(2, '水利局', '说明'));
		expect(form.content).toEqual({ name: '水务局', note: '说明' });
		expect(form.joinedName).toBe('乙');
		expect(form.isUndecided).toBe(false);
	});

	it('leaves what was kept where it is, when something is typed before that is read', async () => {
		const store = new MemoryStore();
		const record = version(1, '水利局', '');
		const form = () => new RecordForm({ register: 'authority', fields: FIELDS, record, store });
		const first = form();
		await first.restore();
		first.draft['name'] = '先写的';
		first.keep();
		await vi.waitFor(async () => expect(await store.drafts()).toHaveLength(1));
		const second = form();
		const reading = second.restore();
		second.draft['name'] = '后写的';
		await reading;
		second.keep();
		await vi.waitFor(async () =>
			expect((await store.drafts()).map(({ value }) => (value as { content: object }).content)).toEqual([
				{ name: '先写的', note: '' },
				{ name: '后写的', note: '' },
			]),
		);
	});

	it('gives back what an older version was put over, and what was given up, here and on the device', async () => {
		const store = aStore();
		const form = await aForm(store);
		form.draft['name'] = '水务局';
		form.why = '改名';
		const putBack = form.fill({ name: '旧名', note: '' });
		expect(form.content['name']).toBe('旧名');
		putBack();
		expect([form.content['name'], form.why]).toEqual(['水务局', '改名']);
		const keepOn = form.discard();
		form.keep();
		expect(form.isChanged).toBe(false);
		keepOn();
		expect([form.content['name'], form.why]).toEqual(['水务局', '改名']);
		await vi.waitFor(() =>
			expect(store.facts.get('register:authority:a')).toMatchObject({ content: { name: '水务局' } }),
		);
	});

	it('tells a reason from other content: a record is taken out of use as it was saved', async () => {
		const form = await aForm();
		form.why = '重复';
		expect([form.isChanged, form.hasOtherContent]).toEqual([true, false]);
		form.draft['name'] = '水务局';
		expect(form.hasOtherContent).toBe(true);
	});

	it('shows both values where both changed one, and sends nothing before one is chosen', async () => {
		const form = await aForm();
		form.draft['name'] = '水务局';
		form.joinNewest(version(2, '水政局', ''));
		expect(form.content['name']).toBe('水务局');
		expect(form.disputed.get('name')).toMatchObject({ theirs: '水政局', name: '乙' });
		expect(form.isUndecided).toBe(true);
		expect(await form.save()).toBeUndefined();
		form.take('name', 'theirs');
		expect([form.content['name'], form.isUndecided]).toEqual(['水政局', false]);
	});

	it('joins what somebody saved in the same moment, once the server says so', async () => {
		onTestFinished(() => void vi.restoreAllMocks());
		const form = await aForm();
		form.draft['name'] = '水务局';
		const problem = registerProblem('changed_meanwhile', 'note', { name: '乙', version: 2 });
		vi.spyOn(registersClient, 'save').mockResolvedValue({ saved: [], problems: [problem] } as never);
		vi.spyOn(registersClient, 'record').mockResolvedValue({
			record: version(2, '水利局', '说明'),
		} as never);
		expect(await form.save()).toBeUndefined();
		expect(form.content).toEqual({ name: '水务局', note: '说明' });
		expect(form.joinedName).toBe('乙');
	});

	it('follows others silently while nothing was typed', async () => {
		const form = await aForm();
		form.joinNewest(version(2, '水政局', ''));
		expect([form.content['name'], form.joinedName, form.isChanged]).toEqual(['水政局', undefined, false]);
	});

	it('goes on with what was typed and not saved, over what others saved since', async () => {
		const store = aStore();
		const before = await aForm(store);
		before.draft['name'] = '水务局';
		before.keep();
		await Promise.resolve();
		flushSync();
		await expect.poll(() => store.facts.size).toBe(1);
		const after = await aForm(store, version(2, '水利局', '说明'));
		expect(after.isRestored).toBe(true);
		expect(after.content).toEqual({ name: '水务局', note: '说明' });
		after.discard();
		expect([after.content, after.isChanged]).toEqual([{ name: '水利局', note: '说明' }, false]);
	});
});
