import { describe, expect, it, vi } from 'vitest';
import { createId, isUuid, parseEntryId } from './ids.ts';

describe('a new id', () => {
	it('is like no other, and sorts behind those made before it', () => {
		const ids = Array.from({ length: 20_000 }, () => createId<string>());
		expect(ids.every(isUuid)).toBe(true);
		expect(new Set(ids.map((id) => id.slice(24))).size).toBe(ids.length);
		expect(ids).toEqual(ids.toSorted());
	});

	it('sorts behind those made before a clock that was put back', () => {
		const before = createId<string>();
		vi.useFakeTimers({ now: Date.now() - 3_600_000 });
		try {
			expect(createId<string>() > before).toBe(true);
		} finally {
			vi.useRealTimers();
		}
	});

	it('says when it was made', () => {
		const earliest = Date.now();
		const at = Number.parseInt(createId<string>().replaceAll('-', '').slice(0, 12), 16);
		expect(at).toBeGreaterThanOrEqual(earliest);
		expect(at).toBeLessThan(earliest + 60_000);
	});
});

it('an id is read as people paste it', () => {
	const id = createId();
	expect(parseEntryId(` ENTRY:${id.toUpperCase()}\n`.replace('ENTRY', 'entry'))).toBe(id);
	expect(parseEntryId('entry:4')).toBeUndefined();
});
