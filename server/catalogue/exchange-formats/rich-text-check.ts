import type { Json } from '#domain/catalogue/entry.ts';
import type { RichText, RichTextMark, RichTextNode } from '#domain/catalogue/rich-text.ts';
import { isSafeAddress } from './ead-inline.ts';

const DEEPEST = 64;

/**
 * A rich text from outside: its shape checked and links that would run a script taken off, `onLoss` called for each.
 * `undefined` when it is not a rich text at all.
 */
export function cleanBody(value: Json | undefined, onLoss?: (what: string) => void): RichText | undefined {
	if (!isObject(value) || value['type'] !== 'doc' || !Array.isArray(value['content'])) return undefined;
	const content = cleanNodes(value['content'] as readonly Json[], 1, onLoss);
	return content && { type: 'doc', content };
}

function cleanNodes(
	nodes: readonly Json[],
	depth: number,
	onLoss: ((what: string) => void) | undefined,
): RichTextNode[] | undefined {
	if (depth > DEEPEST) return undefined;
	const out: RichTextNode[] = [];
	for (const node of nodes) {
		if (!isObject(node) || typeof node['type'] !== 'string') return undefined;
		const clean: { -readonly [K in keyof RichTextNode]: RichTextNode[K] } = { type: node['type'] };
		if (isObject(node['attrs'])) clean.attrs = node['attrs'] as NonNullable<RichTextNode['attrs']>;
		if (node['type'] === 'text') {
			if (typeof node['text'] !== 'string') return undefined;
			clean.text = node['text'];
		}
		if (Array.isArray(node['content'])) {
			const content = cleanNodes(node['content'] as readonly Json[], depth + 1, onLoss);
			if (!content) return undefined;
			clean.content = content;
		}
		if (Array.isArray(node['marks'])) {
			const marks = cleanMarks(node['marks'] as readonly Json[], onLoss);
			if (!marks) return undefined;
			if (marks.length) clean.marks = marks;
		}
		out.push(clean);
	}
	return out;
}

function cleanMarks(
	marks: readonly Json[],
	onLoss: ((what: string) => void) | undefined,
): RichTextMark[] | undefined {
	const out: RichTextMark[] = [];
	for (const mark of marks) {
		if (!isObject(mark) || typeof mark['type'] !== 'string') return undefined;
		const attrs = isObject(mark['attrs']) ? (mark['attrs'] as RichTextMark['attrs']) : undefined;
		if (typeof attrs?.['href'] === 'string' && !isSafeAddress(attrs['href']))
			onLoss?.(`${mark['type']}/@href`);
		else out.push(attrs ? { type: mark['type'], attrs } : { type: mark['type'] });
	}
	return out;
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
