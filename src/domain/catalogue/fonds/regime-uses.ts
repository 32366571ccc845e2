import { registerProblem } from '../registers/register-problems.ts';
import type { RegisterProblem } from '../registers/register.ts';
import { regimeOf } from '../reference-codes/regimes.ts';
import type { CodeRegimeUse } from './fonds-record.ts';

/**
 * Problems of the uses of regimes in one fonds: regimes that nobody knows, uses that never hold because one before them
 * holds for all their records, and uses that hold for the same records with different regimes where neither is the
 * exception of the other.
 */
export function regimeUseProblems(uses: readonly CodeRegimeUse[]): RegisterProblem[] {
	const problems: RegisterProblem[] = [];
	uses.forEach((use, index) => {
		const field = `codeRegimes.${index + 1}`;
		if (!regimeOf(use.regime)) problems.push(registerProblem('regime_unknown', field, { text: use.regime }));
		if (use.yearFrom !== undefined && use.yearTo !== undefined && use.yearFrom > use.yearTo)
			problems.push(registerProblem('years_reversed', field, { from: use.yearFrom, to: use.yearTo }));
		for (const [before, earlier] of uses.slice(0, index).entries()) {
			const code = problemBetween(earlier, use);
			if (code) problems.push(registerProblem(code, field, { number: index + 1, other: before + 1 }));
		}
	});
	return problems;
}

function problemBetween(
	earlier: CodeRegimeUse,
	later: CodeRegimeUse,
): 'regime_use_hidden' | 'regime_uses_overlap' | 'regime_uses_cross' | undefined {
	if (contains(earlier, later)) return 'regime_use_hidden';
	if (contains(later, earlier) || !meets(earlier, later)) return undefined;
	if (earlier.regime === later.regime && earlier.width === later.width) return undefined;
	// By catalogue here, by year there: the order of the uses decides, which may be meant.
	return limitsOf(earlier) === limitsOf(later) ? 'regime_uses_overlap' : 'regime_uses_cross';
}

function limitsOf({ categoryCode, catalogueNumbers, yearFrom, yearTo }: CodeRegimeUse): string {
	return [
		categoryCode === undefined ? '' : 'category',
		catalogueNumbers === undefined ? '' : 'catalogue',
		yearFrom === undefined && yearTo === undefined ? '' : 'year',
	].join();
}

function contains(outer: CodeRegimeUse, inner: CodeRegimeUse): boolean {
	return (
		(outer.categoryCode === undefined || outer.categoryCode === inner.categoryCode) &&
		(outer.catalogueNumbers === undefined ||
			inner.catalogueNumbers?.every((number) => outer.catalogueNumbers?.includes(number)) === true) &&
		(outer.yearFrom ?? -Infinity) <= (inner.yearFrom ?? -Infinity) &&
		(outer.yearTo ?? Infinity) >= (inner.yearTo ?? Infinity)
	);
}

function meets(one: CodeRegimeUse, other: CodeRegimeUse): boolean {
	return (
		(one.categoryCode === undefined ||
			other.categoryCode === undefined ||
			one.categoryCode === other.categoryCode) &&
		(one.catalogueNumbers === undefined ||
			other.catalogueNumbers === undefined ||
			one.catalogueNumbers.some((number) => other.catalogueNumbers?.includes(number))) &&
		(one.yearFrom ?? -Infinity) <= (other.yearTo ?? Infinity) &&
		(other.yearFrom ?? -Infinity) <= (one.yearTo ?? Infinity)
	);
}
