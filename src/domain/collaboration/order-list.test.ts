import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pastedRows } from './order-list.ts';

describe('pasted lists of corrections', () => {
	it('takes lines of a spreadsheet, with and without headings', () => {
		const rows = [{ entry: 'B001-1', field: 'creators', value: '沧浦区人民政府' }];
		expect(pastedRows('B001-1\tcreators\t沧浦区人民政府\n', '清单')).toEqual([{ ...rows[0], line: 1 }]);
		expect(pastedRows('著录项\t档号\t新值\r\ncreators\tB001-1\t沧浦区人民政府\r\n', '清单')).toEqual([
			{ ...rows[0], line: 2 },
		]);
	});

	it('takes commas, quoted or not, into the value', () => {
		expect(pastedRows('A-1,title,甲,乙的通知', '清单')[0]?.value).toBe('甲,乙的通知');
		expect(pastedRows('A-1,title,"甲,""乙""的通知"', '清单')[0]?.value).toBe('甲,"乙"的通知');
		expect(pastedRows('A-1,title,"关于"印发"的通知', '清单')[0]?.value).toBe('"关于"印发"的通知');
	});

	it('clears a field only where the value is there and empty', () => {
		expect(pastedRows('A-1\tnote\t', '清单')).toEqual([{ entry: 'A-1', field: 'note', value: '', line: 1 }]);
		expect(() => pastedRows('A-1\tnote\t甲\n\nA-2\tnote', '清单')).toThrow(
			expect.objectContaining({
				code: 'collaboration.order-row-short',
				params: { file: '清单', line: 3, column: 'value' },
			}),
		);
	});

	it('says which column the headings leave out', () => {
		expect(() => pastedRows('条目\t著录项\t备注\nA\tb\tc', '清单')).toThrow(
			expect.objectContaining({ code: 'collaboration.order-columns' }),
		);
	});

	it('gives back what a spreadsheet copied', () => {
		const cell = fc
			.string({ unit: fc.constantFrom('甲', '"', ',', '\t', '\n', ' ', 'b') })
			.map((text) => `x${text}x`);
		const copied = (text: string): string =>
			/["\t\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
		fc.assert(
			fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 5 }), (lines) => {
				const text = lines.map((cells) => cells.map(copied).join('\t')).join('\n');
				expect(pastedRows(text, '清单').map(({ entry, field, value }) => [entry, field, value])).toEqual(
					lines,
				);
			}),
		);
	});
});
