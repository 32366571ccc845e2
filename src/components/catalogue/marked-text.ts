import type { FieldValue, MarkedText } from '#domain/catalogue/entry.ts';

/** True for a value that carries emphasis. */
export function isMarked(value: FieldValue | undefined): value is FieldValue & MarkedText {
	return (
		value !== null &&
		typeof value === 'object' &&
		Array.isArray((value as { marks?: unknown }).marks) &&
		(value as unknown as MarkedText).marks.length > 0
	);
}

/** A stretch of a marked text with all the marks on it. */
export interface MarkedRun {
	readonly from: number;
	readonly text: string;
	readonly types: readonly MarkedText['marks'][number]['type'][];
}

/** The text cut where marks begin and end. */
export function runsOf({ text, marks }: MarkedText): MarkedRun[] {
	const cuts = [...new Set([0, text.length, ...marks.flatMap((mark) => [mark.from, mark.to])])]
		.filter((cut) => cut >= 0 && cut <= text.length)
		.sort((a, b) => a - b);
	const runs: MarkedRun[] = [];
	for (const [at, from] of cuts.entries()) {
		const to = cuts[at + 1];
		if (to === undefined) break;
		runs.push({
			from,
			text: text.slice(from, to),
			types: marks.filter((mark) => mark.from <= from && mark.to >= to).map((mark) => mark.type),
		});
	}
	return runs;
}

/**
 * The value after its words were edited: marks outside the edit keep their words, a mark that the edit falls into
 * grows or shrinks with it, one whose words are gone goes. Without marks it is a plain text again.
 */
export function editMarked(old: MarkedText, text: string): FieldValue {
	let head = 0;
	while (head < old.text.length && head < text.length && old.text[head] === text[head]) head++;
	let tail = 0;
	const most = Math.min(old.text.length, text.length) - head;
	while (tail < most && old.text.at(-1 - tail) === text.at(-1 - tail)) tail++;
	const oldEnd = old.text.length - tail;
	const newEnd = text.length - tail;
	const shift = newEnd - oldEnd;
	const start = (at: number): number => (at <= head ? at : at >= oldEnd ? at + shift : newEnd);
	const end = (at: number): number => (at <= head ? at : at >= oldEnd ? at + shift : head);
	const marks = old.marks
		.map((mark) => ({ ...mark, from: start(mark.from), to: end(mark.to) }))
		.filter((mark) => mark.from < mark.to);
	return marks.length ? { text, marks } : text;
}
