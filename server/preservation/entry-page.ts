import { escaped, richTextHtml } from '#domain/catalogue/rich-text-html.ts';
import { isDescriptive, textOf, type FieldKey, type FieldValue } from '#domain/catalogue/entry.ts';
import { fieldOf, levelOf, termOf, type Profile } from '#domain/catalogue/profile.ts';
import type { RichText } from '#domain/catalogue/rich-text.ts';

/** What the page of an entry shows. */
export interface PagedEntry {
	readonly level: string;
	readonly fields: Readonly<Record<FieldKey, FieldValue>>;
	readonly bodies: Readonly<Record<string, RichText>>;
}

/**
 * An entry as one page of HTML without scripts, styles or anything to load: readable by whatever reads text in a hundred
 * years. Words in Chinese, as the profile names its elements.
 */
export function entryPage(profile: Profile, { level, fields, bodies }: PagedEntry): string {
	const title = escaped(textOf(fields['title']) || textOf(fields['referenceCode']) || '—');
	const known = levelOf(profile, level);
	const rows = [
		row('著录层级', known?.label.zh ?? level),
		...Object.entries(fields)
			.filter(([key, value]) => value !== null && isDescriptive(key))
			.map(([key, value]) => row(labelOf(profile, key), wordsOf(profile, key, value))),
	];
	const texts = Object.entries(bodies).map(
		([field, text]) => `<h2>${escaped(labelOf(profile, field))}</h2>\n${richTextHtml(text)}`,
	);
	return `<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>${title}</title></head>
<body>
<h1>${title}</h1>
<table>
${rows.join('\n')}
</table>
${texts.join('\n')}
</body>
</html>
`;
}

function row(label: string, words: string): string {
	return `<tr><th scope="row">${escaped(label)}</th><td>${escaped(words)}</td></tr>`;
}

function labelOf(profile: Profile, key: string): string {
	const id = key.includes('#') ? key.slice(0, key.indexOf('#')) : key;
	return fieldOf(profile, id)?.label.zh ?? id;
}

function wordsOf(profile: Profile, key: string, value: FieldValue): string {
	const text = textOf(value);
	const field = fieldOf(profile, key);
	const term = field?.vocabulary === undefined ? undefined : termOf(profile, field.vocabulary, text);
	return term?.label.zh ?? (text || JSON.stringify(value));
}
