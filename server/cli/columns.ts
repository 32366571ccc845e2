import { textOf, type FieldValue } from '#domain/catalogue/entry.ts';

/** A value in one line. */
export function lineOf(value: FieldValue): string {
	return (textOf(value) || JSON.stringify(value)).replace(/\s+/g, ' ');
}

/** Rows in columns. Han characters are two cells wide in a terminal. */
export function table(heading: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
	const lines = [...(heading.length ? [heading] : []), ...rows].map((row) => row.map(String));
	const widths: number[] = [];
	for (const line of lines)
		line.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cellsOf(cell))));
	return lines.map((line) =>
		line
			.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - cellsOf(cell)))
			.join('  ')
			.trimEnd(),
	);
}

const WIDE =
	/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u;

function cellsOf(text: string): number {
	let cells = 0;
	for (const character of text) cells += WIDE.test(character) ? 2 : 1;
	return cells;
}

/** Bytes as people read them. */
export function sizeText(bytes: number): string {
	return `${(bytes / 1e6).toFixed(1)} MB`;
}
