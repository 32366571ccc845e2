import { describe, expect, it } from 'vitest';
import { readOrderFile } from './order-file.ts';

describe('a list of corrections', () => {
	it('of many lines is read in pieces, between which others get their turn', async () => {
		const lines = Array.from({ length: 5_000 }, (_, at) => `X001-${at},题名,"甲, ${at}\r\n改"\r\n`);
		const bytes = Buffer.from(`entry,field,value\r\n${lines.join('')}`);
		let turns = 0;
		let isOver = false;
		const count = (): void => {
			turns++;
			if (!isOver) setImmediate(count);
		};
		setImmediate(count);
		const { rows } = await readOrderFile('更正.csv', bytes);
		isOver = true;
		expect(turns).toBeGreaterThanOrEqual(Math.floor(bytes.length / (32 * 1024)));
		expect(rows).toHaveLength(5_000);
		expect(rows.at(-1)).toEqual({ entry: 'X001-4999', field: '题名', value: '甲, 4999\n改', line: 10_000 });
	});
});
