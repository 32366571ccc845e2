import { describe, expect, it } from 'vitest';
import { isUuid } from '#domain/base/ids.ts';
import { readLineage, renewLineage } from '#server/storage/lineage.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import { aFolder } from '#tests/support/folder.ts';

describe('the lineage of a log', () => {
	it('is made at the first opening and stays', async () => {
		const dataDir = await aFolder();
		const first = await openStorage({ dataDir });
		const { lineage, restored } = await readLineage(first);
		expect(isUuid(lineage)).toBe(true);
		expect(restored).toBeUndefined();
		await first.close();
		const second = await openStorage({ dataDir });
		expect(await readLineage(second)).toEqual({ lineage, restored: undefined });
		await second.close();
	});

	it('changes with a restore, and says from where', async () => {
		const dataDir = await aFolder();
		const storage = await openStorage({ dataDir });
		const { lineage: old } = await readLineage(storage);
		const seq = await storage.log.append({
			doc: 'entry:x',
			payload: new Uint8Array([0, 0]),
			actor: { id: 'a', name: 'a', via: null },
			receivedAt: '2026-01-01T00:00:00.000Z',
			changes: [],
		});
		const at = '2026-02-01T00:00:00.000Z';
		const renewed = await renewLineage(storage, at);
		expect(renewed.lineage).not.toBe(old);
		expect(renewed.restored).toEqual({ at, fromLineage: old, atSeq: seq });
		await storage.close();
		const again = await openStorage({ dataDir });
		expect(await readLineage(again)).toEqual(renewed);
		const twice = await renewLineage(again, at);
		expect(twice.restored?.fromLineage).toBe(renewed.lineage);
		await again.close();
	});
});
