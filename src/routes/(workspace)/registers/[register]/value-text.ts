import type { DatedText } from '#domain/catalogue/authorities/authority.ts';
import { formatDatedText } from '#domain/catalogue/authorities/written-dated-text.ts';
import type { Json } from '#domain/catalogue/entry.ts';
import type { RegisterField } from '#domain/catalogue/registers/register-field.ts';
import { joinWords, labelOf } from '#i18n/words.ts';

/** A value of a field in one line, as people read it. */
export function valueText(field: RegisterField, value: Json | undefined): string {
	if (value === undefined || value === null) return '';
	switch (field.kind) {
		case 'flag':
			return value === true ? '✓' : '';
		case 'choice':
			return termText(field, String(value));
		case 'dated':
			return joinWords((value as unknown as readonly DatedText[]).map(formatDatedText), 'values');
		case 'list':
		case 'references':
			return joinWords((value as readonly Json[]).map(String), 'values');
		case 'records':
			return joinWords(
				(value as readonly Json[]).map((each) => innerText(field.fields, each)),
				'values',
			);
		case 'group':
			return innerText(field.fields, value);
		default:
			return String(value);
	}
}

function innerText(fields: readonly RegisterField[], value: Json): string {
	const inner = value as Readonly<Record<string, Json>>;
	const said = fields
		.map((field) => [labelOf(field.label), valueText(field, inner[field.id])] as const)
		.filter(([, text]) => text !== '')
		.map(([label, text]) => `${label} ${text}`);
	return joinWords(said, 'clauses');
}

function termText(field: RegisterField & { readonly kind: 'choice' }, id: string): string {
	const term = field.terms.find((each) => each.id === id);
	return term ? labelOf(term.label) : id;
}
