import type { FieldDefinition, FieldType, Obligation, Term } from '../../profile.ts';

type Further = Omit<Partial<FieldDefinition>, 'id' | 'label' | 'area' | 'type' | 'obligation'>;

/** Obligations written as one letter for each of fonds, series, file and item; `-` where it is not used. */
export function at(letters: string): Readonly<Record<string, Obligation>> {
	const found: Record<string, Obligation> = {};
	['fonds', 'series', 'file', 'item'].forEach((level, index) => {
		const letter = letters[index];
		if (letter === 'M' || letter === 'C' || letter === 'O') found[level] = letter;
	});
	return found;
}

/** One line of the tables of elements. */
export type FieldLine = readonly [
	id: string,
	zh: string,
	en: string,
	type: FieldType,
	obligation: string | Readonly<Record<string, Obligation>>,
	further?: Further,
];

/** The fields of an area. */
export function fieldsOf(area: string, lines: readonly FieldLine[], extension?: string): FieldDefinition[] {
	return lines.map(([id, zh, en, type, obligation, further]) => ({
		id,
		label: { zh, en },
		area,
		type,
		obligation: typeof obligation === 'string' ? at(obligation) : obligation,
		...(extension === undefined ? {} : { extensions: [extension] }),
		...further,
	}));
}

/** A term by id, 中文, English, and other names it is written by. */
export function term(id: string, zh: string, en: string, ...aliases: string[]): Term {
	return { id, label: { zh, en }, ...(aliases.length > 0 ? { aliases } : {}) };
}

/** A term of old holdings. */
export function former(known: Term): Term {
	return { ...known, isFormer: true };
}

/** A term whose code or meaning is not verified. */
export function unsure(known: Term): Term {
	return { ...known, isUnsure: true };
}
