import * as Y from 'yjs';
import type { RichText, RichTextMark, RichTextNode } from '#domain/catalogue/rich-text.ts';

/** Fills an empty fragment, in the shape the editor binding (y-tiptap) reads and writes. */
export function fillFragment(fragment: Y.XmlFragment, text: RichText): void {
	fragment.insert(0, childrenOf(text.content));
}

function childrenOf(nodes: readonly RichTextNode[]): (Y.XmlElement | Y.XmlText)[] {
	const children: (Y.XmlElement | Y.XmlText)[] = [];
	for (let index = 0; index < nodes.length; index++) {
		const node = nodes[index] as RichTextNode;
		if (node.type !== 'text') {
			children.push(elementOf(node));
			continue;
		}
		// Neighbouring texts are one shared text with formats, as the binding expects.
		const text = new Y.XmlText();
		const delta = [];
		for (; nodes[index]?.type === 'text'; index++) {
			const part = nodes[index] as RichTextNode;
			delta.push({
				insert: part.text ?? '',
				attributes: Object.fromEntries((part.marks ?? []).map((mark) => [mark.type, mark.attrs ?? {}])),
			});
		}
		index--;
		text.applyDelta(delta);
		children.push(text);
	}
	return children;
}

function elementOf(node: RichTextNode): Y.XmlElement {
	const element = new Y.XmlElement(node.type);
	for (const [name, value] of Object.entries(node.attrs ?? {}))
		if (value !== null) element.setAttribute(name, value as unknown as string);
	if (node.content?.length) element.insert(0, childrenOf(node.content));
	return element;
}

/** What a fragment says, as data. */
export function readFragment(fragment: Y.XmlFragment): RichText {
	return { type: 'doc', content: nodesOf(fragment) };
}

function nodesOf(parent: Y.XmlFragment): RichTextNode[] {
	const nodes: RichTextNode[] = [];
	for (const child of parent.toArray()) {
		if (child instanceof Y.XmlText) {
			for (const part of child.toDelta() as {
				insert: unknown;
				attributes?: Record<string, RichTextMark['attrs'] | null>;
			}[]) {
				if (typeof part.insert !== 'string' || part.insert === '') continue;
				const marks = Object.entries(part.attributes ?? {})
					.filter(([, attrs]) => attrs !== null)
					// The binding writes `name--hash` for marks that may overlap with their own kind.
					.map(([name, attrs]) => markOf(name.replace(/--[A-Za-z0-9+/=]{8}$/, ''), attrs ?? undefined))
					.sort((a, b) => (a.type < b.type ? -1 : 1));
				nodes.push({ type: 'text', text: part.insert, ...(marks.length ? { marks } : {}) });
			}
		} else if (child instanceof Y.XmlElement) {
			const attrs = child.getAttributes() as Record<string, string | number>;
			const content = nodesOf(child);
			nodes.push({
				type: child.nodeName,
				...(Object.keys(attrs).length ? { attrs } : {}),
				...(content.length ? { content } : {}),
			});
		}
	}
	return nodes;
}

function markOf(type: string, attrs: RichTextMark['attrs']): RichTextMark {
	return attrs && Object.keys(attrs).length ? { type, attrs } : { type };
}
