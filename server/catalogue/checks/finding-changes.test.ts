import { describe, expect, it } from 'vitest';
import type { FindingCells } from './check-asks.ts';
import { changesBetween } from './finding-changes.ts';

const cells = (value: string, firstSeen = 'now', exceptionId: string | null = null): FindingCells => [
	'e',
	'f',
	'R13',
	'documentDate',
	'E',
	'rule_r13_format',
	'{}',
	value,
	null,
	exceptionId,
	firstSeen,
	null,
];

describe('what is to be written', () => {
	it('is nothing where the same holds, whenever and by whichever run it was found', () => {
		expect(changesBetween([{ id: 1, cells: cells('a', 'before') }], [cells('a')])).toEqual({
			removed: [],
			added: [],
		});
	});

	it('is another value in the place of the one before, first seen when that was', () => {
		const { removed, added } = changesBetween([{ id: 1, cells: cells('a', 'before') }], [cells('b')]);
		expect(removed).toEqual([1]);
		expect(added).toEqual([cells('b', 'before')]);
	});

	it('is a finding that somebody accepts, or no longer', () => {
		const { removed, added } = changesBetween([{ id: 1, cells: cells('a') }], [cells('a', 'now', 'x')]);
		expect(removed).toEqual([1]);
		expect(added).toHaveLength(1);
	});

	it('counts the same twice as two', () => {
		expect(changesBetween([{ id: 1, cells: cells('a') }], [cells('a'), cells('a')]).added).toHaveLength(1);
	});
});
