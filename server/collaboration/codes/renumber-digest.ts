import { createHash } from 'node:crypto';
import type { RenumberLine, RenumberPreview } from '#domain/catalogue/reference-codes/renumber-preview.ts';

/** What somebody who agrees to a preview agrees to. */
export function digestOf(
	groupKey: string,
	way: RenumberPreview['way'],
	lines: readonly RenumberLine[],
	free: readonly string[],
): string {
	const codes = lines.map(({ id, oldCode, newCode }) => [id, oldCode, newCode]);
	return createHash('sha256')
		.update(JSON.stringify([groupKey, way, codes, free]))
		.digest('hex');
}
