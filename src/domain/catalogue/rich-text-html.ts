import type { RichText, RichTextMark, RichTextNode } from './rich-text.ts';

const BLOCKS: Readonly<Record<string, string>> = {
	paragraph: 'p',
	bulletList: 'ul',
	orderedList: 'ol',
	listItem: 'li',
	blockquote: 'blockquote',
};
const MARKS: Readonly<Record<string, string>> = { bold: 'strong', italic: 'em', underline: 'u', strike: 's' };

/** A long text as HTML that any browser shows without us. What it does not know it shows as its words. */
export function richTextHtml(text: RichText): string {
	return text.content.map(nodeHtml).join('\n');
}

function nodeHtml(node: RichTextNode): string {
	if (node.type === 'text') return (node.marks ?? []).reduce(marked, escaped(node.text ?? ''));
	if (node.type === 'hardBreak') return '<br>';
	if (node.type === 'horizontalRule') return '<hr>';
	const children = (node.content ?? []).map(nodeHtml).join('');
	if (node.type === 'heading') {
		// The page has a heading above each text.
		const level = Math.min(6, Math.max(1, Number(node.attrs?.['level']) || 1) + 2);
		return `<h${level}>${children}</h${level}>`;
	}
	const name = BLOCKS[node.type];
	return name === undefined ? children : `<${name}>${children}</${name}>`;
}

function marked(html: string, { type, attrs }: RichTextMark): string {
	const name = MARKS[type];
	if (name !== undefined) return `<${name}>${html}</${name}>`;
	const href = String(attrs?.['href'] ?? '');
	return type === 'link' && /^(https?|mailto):/i.test(href) ? `<a href="${escaped(href)}">${html}</a>` : html;
}

/** Text as HTML holds it, also within double quotes. */
export function escaped(text: string): string {
	return text
		.replaceAll('&', '&amp;')
		.replaceAll('<', '&lt;')
		.replaceAll('>', '&gt;')
		.replaceAll('"', '&quot;');
}
