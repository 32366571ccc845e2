import * as Y from 'yjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Refusal } from '#domain/base/refusal.ts';
import { Outbox } from './outbox.ts';

function edits(): { doc: Y.Doc; updates: Uint8Array[] } {
	const doc = new Y.Doc();
	const updates: Uint8Array[] = [];
	doc.on('update', (update: Uint8Array) => updates.push(update));
	return { doc, updates };
}

describe('the outbox', () => {
	afterEach(() => void vi.useRealTimers());

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
			maxBytes: 1000,
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
			maxBytes: 1000,
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

	it('forgets nothing that came while it wrote again what the server has by then', async () => {
		vi.useFakeTimers();
		const { doc, updates } = edits();
		const writes: { resolve: (n: number) => void; reject: (error: unknown) => void }[] = [];
		const outbox = new Outbox({
			append: () => new Promise((resolve, reject) => writes.push({ resolve, reject })),
			maxBytes: 1000,
			release: () => undefined,
			onTrouble: () => undefined,
			onChanged: () => undefined,
		});
		doc.getMap('m').set('a', 1);
		outbox.put(updates[0] as Uint8Array);
		writes[0]?.reject(new Refusal('device.full'));
		await outbox.released();
		await vi.advanceTimersToNextTimerAsync();
		expect(writes).toHaveLength(2);
		outbox.saved();
		doc.getMap('m').set('b', 2);
		outbox.put(updates[1] as Uint8Array);
		writes[2]?.reject(new Refusal('device.full'));
		await outbox.released();
		writes[1]?.resolve(1);
		await Promise.resolve();
		expect(outbox.pending).toBe(1);
		expect(outbox.unwritten).toEqual([updates[1]]);
		outbox.close();
	});

	it('joins no more edits than a message can hold, and writes again in pieces too', async () => {
		vi.useFakeTimers();
		const { doc, updates } = edits();
		const written: number[] = [];
		const released: number[] = [];
		let isFull = false;
		const outbox = new Outbox({
			append: async (update) => {
				if (isFull) throw new Refusal('device.full');
				return written.push(update.byteLength);
			},
			maxBytes: 1000,
			release: (update) => released.push(update.byteLength),
			onTrouble: () => undefined,
			onChanged: () => undefined,
		});
		const put = async (): Promise<void> => {
			for (let index = 0; index < 5; index++) {
				doc.getText('t').insert(0, 'x'.repeat(400));
				outbox.put(updates.at(-1) as Uint8Array);
			}
			await outbox.released();
		};
		await put();
		expect(written).toHaveLength(3);
		isFull = true;
		await put();
		expect(released).toHaveLength(6);
		expect(Math.max(...released)).toBeLessThanOrEqual(1000);
		isFull = false;
		await vi.advanceTimersToNextTimerAsync();
		await vi.waitFor(() => expect(outbox.pending).toBe(0));
		expect(written).toHaveLength(6);
		expect(Math.max(...written)).toBeLessThanOrEqual(1000);
		outbox.close();
	});
});
