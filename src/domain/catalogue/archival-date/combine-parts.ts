import { doubted, part, type DatePart } from './date-part.ts';
import { qualifierOf } from './edtf.ts';

/** EDTF of a part, `null` when nothing is known of it. */
export function edtfOf(of: DatePart): string | null {
	if (of.earliest === null && of.latest === null) return null;
	if (of.set !== '') return of.set;
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

/** An end with the qualifier of the whole; an open one has none. */
function requalified(end: string, whole: DatePart): string {
	return end === '' || end === '..' ? end : end.replace(/[?~%]/g, '') + qualifierOf(whole);
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
	const calendar = first.calendar === 'gregorian' ? last.calendar : first.calendar;
	const whole = part(one.earliest, other.latest, ends(one)[0], ends(other)[1], 'range', calendar);
	inherit(whole, first, last);
	// The end that was approximate may have gone: 1985—光绪前后以前.
	if (whole.isApproximate && !/[~%]/.test(whole.from + whole.to)) {
		whole.from = requalified(whole.from, whole);
		whole.to = requalified(whole.to, whole);
	}
	whole.set = whole.from === whole.to ? whole.from : `${whole.from}/${whole.to}`;
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
	if (edtf.startsWith('{') || edtf.startsWith('[')) return edtf.slice(1, -1);
	const slash = edtf.indexOf('/');
	if (slash < 0) return edtf;
	const [first, last] = [edtf.slice(0, slash), edtf.slice(slash + 1)];
	return `${first === '..' ? '' : first}..${last === '..' ? '' : last}`;
}

function inherit(whole: DatePart, one: DatePart, other: DatePart): void {
	// What nobody knows is near to nothing.
	whole.isApproximate = (one.isApproximate && !isUnknown(one)) || (other.isApproximate && !isUnknown(other));
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
