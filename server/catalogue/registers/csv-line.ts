/** A line of delimited text. What a table program would take for a formula is written as text. */
export function csvLine(cells: readonly string[]): string {
	return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(cell: string): string {
	const safe = /^[=@\t\r]|^[+-](?!\d)/.test(cell) ? `'${cell}` : cell;
	return /[",\r\n;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
