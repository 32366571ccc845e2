import type { GateId, GateResult } from './gates.ts';

/** A gate on one day, as it was found then. */
export type GateFigures = Pick<
	GateResult,
	'gate' | 'numerator' | 'denominator' | 'excluded' | 'unregistered'
>;

/** The gates as they stood on one day. Reported figures do not change when data are corrected later. */
export interface DatedFigures {
	/** `YYYYMMDD` */
	readonly on: string;
	readonly gates: readonly GateFigures[];
	/** Year of which these are the figures that were reported; left out for days between. */
	readonly yearEnd?: number;
}

export type NotTaken = 'past' | 'frozen';

/** What of a board is kept for the trend. */
export function figuresOf(gates: readonly GateResult[]): GateFigures[] {
	return gates.map(({ gate, numerator, denominator, excluded, unregistered }) => ({
		gate,
		numerator,
		denominator,
		excluded,
		unregistered,
	}));
}

/**
 * The series with the figures of a day. The day of the newest figures may be counted again, earlier days never; figures
 * of a year's end stand once they are taken.
 */
export function withFigures(
	series: readonly DatedFigures[],
	figures: DatedFigures,
): { readonly series: readonly DatedFigures[] } | { readonly refused: NotTaken } {
	const last = series.at(-1);
	if (figures.yearEnd !== undefined && series.some(({ yearEnd }) => yearEnd === figures.yearEnd))
		return { refused: 'frozen' };
	if (!last || figures.on > last.on) return { series: [...series, figures] };
	if (figures.on < last.on) return { refused: 'past' };
	if (last.yearEnd !== undefined) return { refused: 'frozen' };
	return { series: [...series.slice(0, -1), figures] };
}

/** The figures that were reported for a year. */
export function yearEndOf(series: readonly DatedFigures[], year: number): DatedFigures | undefined {
	return series.find(({ yearEnd }) => yearEnd === year);
}

/** The figures that stood on a day: the newest up to it. */
export function figuresOn(series: readonly DatedFigures[], day: string): DatedFigures | undefined {
	return series.findLast(({ on }) => on <= day);
}

/** How a gate changed between two days. */
export interface GateChange {
	readonly gate: GateId;
	readonly numerator: number;
	readonly denominator: number;
	/** Of the rates, in shares; `undefined` where nothing was or is held. */
	readonly rate: number | undefined;
	/** Less is missing because less is held: the register changed, not the catalogue. */
	readonly isByRegister: boolean;
}

/** What changed from one day to another, for gates that both know. */
export function compareFigures(before: DatedFigures, after: DatedFigures): GateChange[] {
	return after.gates.flatMap((now) => {
		const then = before.gates.find(({ gate }) => gate === now.gate);
		if (!then) return [];
		const [rateThen, rateNow] = [rateOf(then), rateOf(now)];
		return {
			gate: now.gate,
			numerator: now.numerator - then.numerator,
			denominator: now.denominator - then.denominator,
			rate: rateThen === undefined || rateNow === undefined ? undefined : rateNow - rateThen,
			isByRegister: now.denominator < then.denominator && now.numerator <= then.numerator,
		};
	});
}

function rateOf({ numerator, denominator }: GateFigures): number | undefined {
	return denominator === 0 ? undefined : numerator / denominator;
}
