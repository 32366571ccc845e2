import { describe, expect, it } from 'vitest';
import { gateBoard } from './gates.ts';
import { count, line } from './holdings.fixture.ts';
import { compareFigures, figuresOf, figuresOn, withFigures, yearEndOf, type DatedFigures } from './trend.ts';

function figures(on: string, found: number, held: number, yearEnd?: number): DatedFigures {
	const { gates } = gateBoard([{ id: 'one', content: line({ files: held }) }], [count({ files: found })]);
	return { on, gates: figuresOf(gates), ...(yearEnd === undefined ? {} : { yearEnd }) };
}

function after(series: readonly DatedFigures[], next: DatedFigures) {
	const result = withFigures(series, next);
	return 'series' in result
		? result.series.map(({ on, gates }) => [on, gates[0]?.numerator])
		: result.refused;
}

const series = [figures('20241231', 50, 100, 2024), figures('20250601', 80, 100)];

describe('the trend', () => {
	it('takes new days, and the newest day again', () => {
		expect(after(series, figures('20250602', 81, 100))).toEqual([
			['20241231', 50],
			['20250601', 80],
			['20250602', 81],
		]);
		expect(after(series, figures('20250601', 85, 100))).toEqual([
			['20241231', 50],
			['20250601', 85],
		]);
		expect(after([], figures('20250601', 1, 1))).toEqual([['20250601', 1]]);
	});

	it('never computes past days again, nor what was reported for a year', () => {
		expect(after(series, figures('20250531', 99, 100))).toBe('past');
		expect(after(series, figures('20250701', 99, 100, 2024))).toBe('frozen');
		expect(after(series.slice(0, 1), figures('20241231', 99, 100))).toBe('frozen');
	});

	it('knows what stood on a day, and at the end of a year', () => {
		expect(figuresOn(series, '20250531')?.on).toBe('20241231');
		expect(figuresOn(series, '20250601')?.on).toBe('20250601');
		expect(figuresOn(series, '20241230')).toBeUndefined();
		expect(yearEndOf(series, 2024)?.on).toBe('20241231');
		expect(yearEndOf(series, 2025)).toBeUndefined();
	});

	it('tells progress of the catalogue from changes of the register', () => {
		const [first] = compareFigures(series[0] as DatedFigures, series[1] as DatedFigures);
		expect(first).toMatchObject({
			gate: 'fileCatalogue',
			numerator: 30,
			denominator: 0,
			isByRegister: false,
		});
		expect(first?.rate).toBeCloseTo(0.3);
		const [smaller] = compareFigures(figures('1', 50, 100), figures('2', 50, 60));
		expect(smaller).toMatchObject({ numerator: 0, denominator: -40, isByRegister: true });
		expect(compareFigures(figures('1', 0, 0), figures('2', 1, 1))[0]?.rate).toBeUndefined();
	});
});
