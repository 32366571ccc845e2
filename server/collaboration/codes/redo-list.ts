import type { RedoLine, RenumberLine } from '#domain/catalogue/reference-codes/renumber-preview.ts';

/** An entry of the list as its label says it. */
interface Labelled {
	readonly id: string;
	readonly code: string;
	readonly number: number;
	readonly boxNumber: string;
}

/** Stamps, covers and boxes to be done anew, in the order of the codes; a box says the first and last code in it. */
export function redoOf(lines: readonly RenumberLine[], all: readonly Labelled[]): RedoLine[] {
	const papers = lines.flatMap(({ id, title, oldCode, newCode, field, boxNumber }): RedoLine[] =>
		field === ''
			? []
			: [{ kind: field === 'fileNumber' ? 'label' : 'stamp', of: id, title, oldCode, newCode, boxNumber }],
	);
	const changed = new Map(lines.map((line) => [line.id as string, line]));
	const standing = [
		...all
			.filter(({ id }) => !changed.has(id))
			.map(({ code, number, boxNumber }) => ({ code, number, boxNumber, isNew: false })),
		...lines
			.filter(({ field }) => field !== '')
			.map(({ newCode, number, boxNumber }) => ({
				code: newCode,
				number: Number.parseInt(number, 10),
				boxNumber,
				isNew: true,
			})),
	].toSorted((a, b) => a.number - b.number);
	const boxes = Map.groupBy(
		standing.filter(({ boxNumber }) => boxNumber !== ''),
		({ boxNumber }) => boxNumber,
	);
	return [
		...papers.toSorted((a, b) => (a.newCode < b.newCode ? -1 : 1)),
		...[...boxes]
			.filter(([, inside]) => inside.some(({ isNew }) => isNew))
			.map(([boxNumber, inside]): RedoLine => {
				const [first, last] = [inside[0]?.code ?? '', inside.at(-1)?.code ?? ''];
				const newCode = first === last ? first : `${first} – ${last}`;
				return { kind: 'box', of: boxNumber, title: '', oldCode: '', newCode, boxNumber };
			}),
	];
}
