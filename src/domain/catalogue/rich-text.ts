/**
 * A long text as data: the ProseMirror JSON of the editor's schema, which is Tiptap's StarterKit without code blocks.
 * Nodes: `doc`, `paragraph`, `heading` {level 1–4}, `bulletList`, `orderedList`, `listItem`, `blockquote`,
 * `horizontalRule`, `hardBreak`, `text`. Marks: `bold`, `italic`, `underline`, `strike`, `link` {href}.
 */
export interface RichText {
	readonly type: 'doc';
	readonly content: readonly RichTextNode[];
}

export interface RichTextNode {
	readonly type: string;
	readonly attrs?: Readonly<Record<string, string | number | boolean | null>>;
	readonly content?: readonly RichTextNode[];
	readonly text?: string;
	readonly marks?: readonly RichTextMark[];
}

export interface RichTextMark {
	readonly type: string;
	readonly attrs?: Readonly<Record<string, string | number | boolean | null>>;
}

/** A rich text of plain paragraphs. */
export function richTextOf(...paragraphs: readonly string[]): RichText {
	return {
		type: 'doc',
		content: paragraphs.map((text) =>
			text ? { type: 'paragraph', content: [{ type: 'text', text }] } : { type: 'paragraph' },
		),
	};
}

/** The words alone, a line for each block. */
export function plainTextOf(text: RichText | RichTextNode): string {
	const lines: string[] = [];
	let line = '';
	const walk = (node: RichText | RichTextNode): void => {
		if (node.type === 'text') line += (node as RichTextNode).text ?? '';
		else if (node.type === 'hardBreak') line += '\n';
		else {
			const children = node.content ?? [];
			const isBlock =
				children.length === 0 ||
				children.some((child) => child.type === 'text' || child.type === 'hardBreak');
			children.forEach(walk);
			if (isBlock && line) {
				lines.push(line);
				line = '';
			}
		}
	};
	walk(text);
	if (line) lines.push(line);
	return lines.join('\n');
}

/** True when there is nothing to read. */
export function isEmptyRichText(text: RichText): boolean {
	return plainTextOf(text).trim() === '';
}
