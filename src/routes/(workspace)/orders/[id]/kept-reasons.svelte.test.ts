import { expect, it, onTestFinished } from 'vitest';
import { MemoryStore } from '#client/device/memory-store.ts';
import { eventually } from '#tests/support/eventually.ts';
import { KeptReasons } from './kept-reasons.svelte.ts';

const KEY = 'order-reasons:a';

it('a reason for deciding an order is there again when the page is, beside those of rows, until it is taken', async () => {
	const store = new MemoryStore();
	function open(): KeptReasons {
		const reasons = new KeptReasons({ store, troubled: () => undefined }, 'a');
		const close = $effect.root(() => {
			$effect(() => reasons.keep());
		});
		onTestFinished(close);
		return reasons;
	}
	const first = open();
	first.decisions['reject'] = '整单不属实';
	first.written[3] = '题名有误';
	await eventually(async () =>
		expect(await store.fact(KEY)).toEqual({ reject: '整单不属实', 3: '题名有误' }),
	);
	const again = open();
	await eventually(() => expect(again.decisions).toEqual({ reject: '整单不属实' }));
	expect([again.written, again.isAtRisk]).toEqual([{ 3: '题名有误' }, true]);
	delete again.decisions['reject'];
	await eventually(async () => expect(await store.fact(KEY)).toEqual({ 3: '题名有误' }));
});
