import * as Y from 'yjs';
import { describe, expect, it } from 'vitest';
import { Refusal } from '#domain/base/refusal.ts';
import { Outbox } from './outbox.ts';

function edits(): { doc: Y.Doc; updates: Uint8Array[] } {
	const doc = new Y.Doc();
	const updates: Uint8Array[] = [];
	doc.on('update', (update: Uint8Array) => updates.push(update));
	return { doc, updates };
}

describe('the outbox', () => {
	it('releases nothing before the device has written it, in order, sharing writes', async () => {
		const { doc, updates } = edits();
		const events: string[] = [];
		const held: (() => void)[] = [];
		let n = 0;
		const received = new Y.Doc();
		const outbox = new Outbox({
			append: async () => {
				events.push('write');
				await new Promise<void>((resolve) => held.push(resolve));
				return ++n;
			},
			release: (update, number) => {
				events.push(`release ${number}`);
				Y.applyUpdate(received, update);
			},
			onTrouble: () => undefined,
			onChanged: () => undefined,
		});
		const text = doc.getText('t');
		for (const letter of ['一', '二', '三']) {
			text.insert(text.length, letter);
			outbox.put(updates.at(-1) as Uint8Array);
		}
		expect(events).toEqual(['write']);
		held.shift()?.();
		await Promise.resolve();
		while (events.length < 3) await new Promise((resolve) => setImmediate(resolve));
		expect(events).toEqual(['write', 'release 1', 'write']);
		held.shift()?.();
		await outbox.released();
		expect(events).toEqual(['write', 'release 1', 'write', 'release 2']);
		expect(received.getText('t').toString()).toBe('一二三');
		expect(outbox.pending).toBe(0);
	});

	it('a device that cannot write holds nothing back, says so, and is content once the server has it', async () => {
		const { doc, updates } = edits();
		const troubles: (string | undefined)[] = [];
		const released: (number | undefined)[] = [];
		const outbox = new Outbox({
			append: () => Promise.reject(new Refusal('device.full')),
			release: (_, n) => released.push(n),
			onTrouble: (code) => troubles.push(code),
			onChanged: () => undefined,
		});
		doc.getMap('m').set('a', 1);
		outbox.put(updates[0] as Uint8Array);
		await outbox.released();
		expect(released).toEqual([undefined]);
		expect(troubles).toEqual(['device.full']);
		expect(outbox.pending).toBe(1);
		outbox.saved();
		expect(outbox.pending).toBe(0);
		outbox.close();
	});
});
