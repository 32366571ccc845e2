import { doubted, part, type DatePart } from './date-part.ts';
import { qualifierOf } from './edtf.ts';

/** EDTF of a part, `null` when nothing is known of it. */
export function edtfOf(of: DatePart): string | null {
	if (of.set !== '') return of.set;
	if (of.earliest === null && of.latest === null) return null;
	return of.from === of.to
		? of.from + qualifierOf(of)
		: `${of.from}${qualifierOf(of)}/${of.to}${qualifierOf(of)}`;
}

/** Where an end of an interval is. `''` for one that is unknown, which EDTF tells from an open one. */
function ends(of: DatePart): readonly [string, string] {
	const edtf = edtfOf(of) ?? '';
	const slash = edtf.indexOf('/');
	if (slash >= 0) return [edtf.slice(0, slash), edtf.slice(slash + 1)];
	return of.set === '' ? [edtf, edtf] : [of.from, of.to];
}

const isUnknown = (of: DatePart): boolean => of.earliest === null && of.latest === null;

/** From one date to another. Two dates in the wrong order are put right, and what was meant is uncertain. */
export function rangeOf(first: DatePart, last: DatePart): DatePart {
	if (isUnknown(first) && isUnknown(last)) {
		first.problems.push(...last.problems);
		return first;
	}
	const isReversed = first.earliest !== null && last.latest !== null && first.earliest > last.latest;
	const [one, other] = isReversed ? [last, first] : [first, last];
	let from = ends(one)[0];
	let to = ends(other)[1];
	let { earliest } = one;
	let { latest } = other;
	// One date inside of the other: 1985年—1985年5月.
	if (earliest !== null && other.earliest !== null && other.earliest < earliest) {
		earliest = other.earliest;
		from = ends(other)[0];
	}
	if (latest !== null && one.latest !== null && one.latest > latest) {
		latest = one.latest;
		to = ends(one)[1];
	}
	const calendar = first.calendar === 'gregorian' ? last.calendar : first.calendar;
	const whole = part(earliest, latest, from, to, 'range', calendar);
	whole.set = `${from}/${to}`;
	inherit(whole, first, last);
	if (isReversed) doubted(whole, { id: 'date.reversed-range', params: { from: first.from, to: last.to } });
	return whole;
}

/** Several dates, all of them meant. */
export function listOf(before: DatePart, next: DatePart): DatePart {
	if (isUnknown(before) || isUnknown(next)) return rangeOf(before, next);
	const earliest =
		before.earliest === null || next.earliest === null ? null : Math.min(before.earliest, next.earliest);
	const latest = before.latest === null || next.latest === null ? null : Math.max(before.latest, next.latest);
	const from = before.earliest === earliest ? ends(before)[0] : ends(next)[0];
	const to = before.latest === latest ? ends(before)[1] : ends(next)[1];
	const calendar = before.calendar === 'gregorian' ? next.calendar : before.calendar;
	const whole = part(earliest, latest, from, to, 'range', calendar);
	whole.set = `{${members(before)},${members(next)}}`;
	inherit(whole, before, next);
	return whole;
}

function members(of: DatePart): string {
	const edtf = edtfOf(of) ?? '';
	return edtf.startsWith('{') || edtf.startsWith('[') ? edtf.slice(1, -1) : edtf.replace('/', '..');
}

function inherit(whole: DatePart, one: DatePart, other: DatePart): void {
	whole.isApproximate = one.isApproximate || other.isApproximate;
	whole.isUncertain = one.isUncertain || other.isUncertain;
	whole.problems = [...one.problems, ...other.problems];
	whole.base = other.base;
}

/** A date written twice, by two calendars: 光绪二十三年(1897). The narrower one holds when they agree. */
export function agreed(one: DatePart, other: DatePart): DatePart {
	if (isUnknown(other)) {
		one.problems.push(...other.problems);
		return one;
	}
	if (isUnknown(one)) {
		other.problems.unshift(...one.problems);
		other.isUncertain = true;
		return other;
	}
	const [first, last] = [
		Math.max(one.earliest ?? -Infinity, other.earliest ?? -Infinity),
		latestOf(one, other),
	];
	if (first > last) {
		const both = rangeOf(
			...((one.earliest ?? 0) < (other.earliest ?? 0) ? ([one, other] as const) : ([other, one] as const)),
		);
		return doubted(both, { id: 'date.readings-differ', params: { one: one.from, other: other.from } });
	}
	const narrow = width(other) < width(one) ? other : one;
	const wide = narrow === one ? other : one;
	if (narrow.calendar === 'gregorian') narrow.calendar = wide.calendar;
	narrow.isApproximate ||= wide.isApproximate;
	narrow.isUncertain ||= wide.isUncertain;
	narrow.problems.push(...wide.problems);
	return narrow;
}

function latestOf(one: DatePart, other: DatePart): number {
	return Math.min(one.latest ?? Infinity, other.latest ?? Infinity);
}

function width(of: DatePart): number {
	return of.earliest === null || of.latest === null ? Infinity : of.latest - of.earliest;
}

/** Everything up to a date (1950年以前), or from it on: its own days count. */
export function openedAt(of: DatePart, side: 'before' | 'after'): DatePart {
	if (isUnknown(of)) return of;
	const [first, last] = ends(of);
	if (side === 'before') {
		of.set = `../${last}`;
		of.earliest = null;
		of.from = '..';
	} else {
		of.set = `${first}/..`;
		of.latest = null;
		of.to = '..';
	}
	of.precision = 'range';
	return of;
}
