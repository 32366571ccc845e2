import { expect, it } from 'vitest';
import { Refusal } from '#domain/base/refusal.ts';
import { KeptFact } from './kept-fact.ts';
import { MemoryStore } from './device/memory-store.ts';

it('keeps the newest of what was written, and nothing once it is sent', async () => {
	const store = new MemoryStore();
	const kept = new KeptFact<string>(store, 'draft', () => undefined);
	expect(await kept.read()).toBeUndefined();
	void kept.keep('县');
	void kept.keep('县政');
	await kept.keep('县政府');
	expect(await new KeptFact<string>(store, 'draft', () => undefined).read()).toBe('县政府');
	await kept.keep(null);
	expect(await kept.read()).toBeUndefined();
});

it('tells when the device does not keep it, and when it does again', async () => {
	const store = new MemoryStore();
	let isFull = true;
	const told: (string | undefined)[] = [];
	const kept = new KeptFact<string>(
		{
			fact: (key) => store.fact(key),
			holdDraft: (draft) => store.holdDraft(draft),
			keepFact: async (key, value) => {
				if (isFull) throw new Refusal('device.full');
				await store.keepFact(key, value);
			},
		},
		'draft',
		(code) => told.push(code),
	);
	await kept.keep('甲');
	isFull = false;
	await kept.keep('甲乙');
	expect(told).toEqual(['device.full', undefined]);
	expect(await kept.read()).toBe('甲乙');
});
