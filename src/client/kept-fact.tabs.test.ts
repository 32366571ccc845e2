import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { createId } from '#domain/base/ids.ts';
import { eventually } from '#tests/support/eventually.ts';
import { IndexedStore } from './device/indexed-store.ts';
import { createDataKey, vaultOf } from './device/vault.ts';
import { KeptFact } from './kept-fact.ts';

const vault = await vaultOf(createDataKey());
const DRAFT = 'register:fonds:new';

/** The tabs of one person. */
async function tabs(count: number): Promise<IndexedStore[]> {
	const person = createId<string>();
	const stores = await Promise.all(Array.from({ length: count }, () => IndexedStore.open(person, vault)));
	onTestFinished(() => stores.forEach((store) => store.close()));
	return stores;
}

function open(store: IndexedStore | undefined): KeptFact<string> {
	return new KeptFact<string>(store as IndexedStore, DRAFT, (code) => expect(code).toBeUndefined());
}

/** Every page that was left has let go. */
function allLeft(): Promise<void> {
	return eventually(async () => {
		const { held = [] } = await navigator.locks.query();
		expect(held.filter(({ name }) => name?.includes(`:${DRAFT}`))).toEqual([]);
	});
}

async function words(store: IndexedStore | undefined): Promise<unknown[]> {
	return ((await store?.drafts()) ?? []).map(({ value }) => value).toSorted();
}

it('what two tabs write at once is two drafts, offered one after the other', async () => {
	const [one, other, third] = await tabs(3);
	const [first, second] = [open(one), open(other)];
	expect([await first.read(), await second.read()]).toEqual([undefined, undefined]);
	await Promise.all([first.keep('甲'), second.keep('乙')]);
	await Promise.all([first.keep('甲续'), second.keep('乙续')]);
	expect(await words(third)).toEqual(['乙续', '甲续']);

	// A tab that is closed leaves what it wrote to the next; another draft that is being written stays with its own.
	one?.close();
	const next = open(third);
	expect(await next.read()).toBe('甲续');
	await next.keep(null);
	next.leave();
	const later = open(third);
	expect(await later.read()).toBeUndefined();
	later.leave();

	second.leave();
	await allLeft();
	const last = open(third);
	expect(await last.read()).toBe('乙续');
	await last.keep(null);
	expect(await words(third)).toEqual([]);
});

it('what was sent is forgotten late only as it was left: not what another page has written since', async () => {
	const [one, other] = await tabs(2);
	const sent = open(one);
	await sent.read();
	await sent.keep('报送');
	sent.leave();
	await allLeft();
	const next = open(other);
	expect(await next.read()).toBe('报送');
	await next.keep('报送之后又写');
	await sent.keep(null);
	expect(await words(one)).toEqual(['报送之后又写']);
	next.leave();
	await allLeft();
	// Nor when that page is closed by then.
	await sent.keep(null);
	expect(await words(one)).toEqual(['报送之后又写']);
	const last = open(one);
	await last.read();
	last.leave();
	await allLeft();
	await last.keep(null);
	expect(await words(other)).toEqual([]);
});

it('a place that could not be had once is asked for again, and nothing that comes after is lost', async () => {
	const [one] = await tabs(1);
	const told: (string | undefined)[] = [];
	const { locks } = navigator;
	const putBack = (): void =>
		void Object.defineProperty(navigator, 'locks', { value: locks, configurable: true });
	onTestFinished(putBack);
	const request = () => Promise.reject(new DOMException('the page is not active', 'InvalidStateError'));
	Object.defineProperty(navigator, 'locks', { value: { request }, configurable: true });
	const fact = new KeptFact<string>(one as IndexedStore, DRAFT, (code) => told.push(code));
	await fact.keep('甲');
	putBack();
	await fact.keep('甲乙');
	expect(await words(one)).toEqual(['甲乙']);
	expect(told).toEqual(['device.unusable', undefined]);
	fact.leave();
});

it('what is written while a page goes stays one draft, and what was given up later comes back beside others', async () => {
	const [one, other] = await tabs(2);
	const left = open(one);
	await left.read();
	await left.keep('县');
	left.leave();
	void left.keep('县政府');
	const again = open(one);
	expect(await again.read()).toBe('县政府');
	await again.keep(null);
	again.leave();

	const given = open(one);
	await given.read();
	await given.keep('给回');
	await given.keep(null);
	given.leave();
	const meanwhile = open(other);
	await meanwhile.read();
	await meanwhile.keep('其间');
	await given.keep('给回');
	expect(await words(one)).toEqual(['其间', '给回']);
	await given.keep(null);
	expect(await words(one)).toEqual(['其间']);
	meanwhile.leave();
	await allLeft();

	// Where nothing else came meanwhile, it is the draft that was left.
	const filled = open(one);
	expect(await filled.read()).toBe('其间');
	await filled.keep('旧版');
	filled.leave();
	await allLeft();
	await filled.keep('给回');
	expect(await words(one)).toEqual(['给回']);
});

it('whatever tabs open, write, leave, close and hand in: no words are lost, and none stay that were handed in', async () => {
	const step = fc.record({
		tab: fc.nat(2),
		does: fc.constantFrom('write', 'write', 'leave', 'send', 'reload'),
	});
	await fc.assert(
		fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
			const person = createId<string>();
			const openTab = () => IndexedStore.open(person, vault);
			const stores = [await openTab(), await openTab(), await openTab()];
			const boxes: ({ kept: KeptFact<string>; text: string } | undefined)[] = [];
			const unsent = new Set<string>();
			for (const [n, { tab, does }] of steps.entries()) {
				let box = boxes[tab];
				if (!box && does === 'write') {
					const kept = open(stores[tab]);
					box = boxes[tab] = { kept, text: (await kept.read()) ?? '' };
				}
				if (!box) continue;
				if (does === 'write') {
					box.text += `${n}.`;
					unsent.add(`${n}`);
					await box.kept.keep(box.text);
					continue;
				}
				if (does === 'send') {
					for (const word of box.text.split('.')) unsent.delete(word);
					void box.kept.keep(null);
				}
				if (does === 'reload') {
					await box.kept.keep(box.text);
					stores[tab]?.close();
					stores[tab] = await openTab();
				} else box.kept.leave();
				boxes[tab] = undefined;
			}
			for (const box of boxes) box?.kept.leave();
			await allLeft();
			const found: string[] = [];
			for (;;) {
				const kept = open(stores[0]);
				const text = await kept.read();
				if (text === undefined) break;
				found.push(...text.split('.').filter((word) => word !== ''));
				await kept.keep(null);
				kept.leave();
			}
			expect(found.toSorted()).toEqual([...unsent].toSorted());
			for (const store of stores) store.close();
		}),
		{ numRuns: 30 },
	);
});
