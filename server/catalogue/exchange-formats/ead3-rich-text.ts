/** Rich text as EAD3 blocks, read back by `ead-rich-text.ts`. */
import type { MarkedText } from '#domain/catalogue/entry.ts';
import type { RichTextMark, RichTextNode } from '#domain/catalogue/rich-text.ts';
import { formatMark, type Mark } from './ead3-marks.ts';
import { pushAll, xmlElement, type XmlElement } from './xml-element.ts';

type Child = XmlElement | string;

const RENDERED = new Set(['bold', 'italic', 'underline', 'sub', 'super']);

/** The blocks of a note. `isExact` makes blanks count. */
export function noteChildren(blocks: readonly RichTextNode[], isExact: boolean): XmlElement[] {
	const [first, ...rest] = blocks;
	// EAD wants a block besides the head.
	if (first?.type !== 'heading' || rest.length === 0) return blocks.flatMap((each) => blockOf(each, isExact));
	const level = first.attrs?.['level'];
	const head = marked('head', level === 3 && first.content ? {} : { heading: String(level) }, first, isExact);
	return [head, ...rest.flatMap((each) => blockOf(each, isExact))];
}

/** An element with a mark, where the mark says anything. */
export function elementWith(
	name: string,
	mark: Mark,
	attributes: Record<string, string>,
	children: Child[],
): XmlElement {
	const all = Object.keys(mark).length > 0 ? { ...attributes, altrender: formatMark(mark) } : attributes;
	return xmlElement(name, all, children);
}

function marked(name: string, mark: Mark, block: RichTextNode, isExact: boolean): XmlElement {
	const whole: Mark = isExact && block.content?.length ? { ...mark, space: 'exact' } : mark;
	return elementWith(name, whole, {}, inlineChildren(block.content ?? []));
}

function blockOf(block: RichTextNode, isExact: boolean): XmlElement[] {
	switch (block.type) {
		case 'heading':
			return [marked('p', { heading: String(block.attrs?.['level'] ?? 3) }, block, isExact)];
		case 'horizontalRule':
			return [elementWith('p', { block: 'horizontalRule' }, {}, [])];
		case 'bulletList':
		case 'orderedList':
			return block.content?.length ? [listOf(block, isExact)] : [];
		case 'blockquote': {
			// EAD has no quotation inside a quotation.
			const inner = (block.content ?? []).flatMap((each) =>
				blockOf(each, isExact).flatMap((child) =>
					child.name === 'blockquote' ? (child.children as XmlElement[]) : [child],
				),
			);
			return inner.length ? [xmlElement('blockquote', {}, inner)] : [];
		}
		default:
			return [marked('p', block.content?.length ? {} : { block: 'empty' }, block, isExact)];
	}
}

function listOf(list: RichTextNode, isExact: boolean): XmlElement {
	const mark: Mark = list.attrs ? { attrs: JSON.stringify(list.attrs) } : {};
	const listtype = list.type === 'orderedList' ? 'ordered' : 'unordered';
	const items = (list.content ?? []).map((item) => itemOf(item, isExact));
	return elementWith('list', mark, { listtype }, items);
}

/** An item holds lines and lists only, so that paragraphs after the first stand after two line breaks. */
function itemOf(item: RichTextNode, isExact: boolean): XmlElement {
	const children: Child[] = [];
	let paragraphs = 0;
	let isAfterText = false;
	const add = (block: RichTextNode): void => {
		if (block.type === 'bulletList' || block.type === 'orderedList') {
			if (block.content?.length) children.push(listOf(block, isExact));
			isAfterText = false;
		} else if (block.content?.some((node) => node.type === 'text' || node.type === 'hardBreak')) {
			if (isAfterText) children.push(xmlElement('lb'), xmlElement('lb'));
			pushAll(children, inlineChildren(block.content));
			paragraphs += 1;
			isAfterText = true;
		} else block.content?.forEach(add);
	};
	item.content?.forEach(add);
	const mark: Mark = {
		...(isExact && paragraphs > 0 ? { space: 'exact' } : {}),
		...(children.length === 0 ? { block: 'empty' } : paragraphs > 1 ? { block: 'paragraphs' } : {}),
	};
	return elementWith('item', mark, {}, children);
}

/** The children of an element that make a line. */
export function inlineChildren(nodes: readonly RichTextNode[]): Child[] {
	return nodes.flatMap((node): Child[] => {
		if (node.type === 'hardBreak') return [xmlElement('lb')];
		if (node.type !== 'text') return inlineChildren(node.content ?? []);
		let inner: Child = node.text ?? '';
		for (const mark of (node.marks ?? []).toReversed()) inner = markElement(mark, inner);
		return [inner];
	});
}

function markElement(mark: RichTextMark, inner: Child): XmlElement {
	if (mark.type === 'link') {
		const { href, ...rest } = mark.attrs ?? {};
		const more: Mark = Object.keys(rest).length ? { attrs: JSON.stringify(rest) } : {};
		return elementWith('ref', more, typeof href === 'string' ? { href } : {}, [inner]);
	}
	return RENDERED.has(mark.type)
		? xmlElement('emph', { render: mark.type }, [inner])
		: elementWith('emph', { mark: mark.type }, { render: 'altrender' }, [inner]);
}

/** The children of an element that make a title with emphasis. */
export function titleChildren(title: MarkedText): Child[] {
	// XML cannot part the two halves of a character beyond the first plane.
	const whole = (at: number) => (/[\udc00-\udfff]/.test(title.text.charAt(at)) ? at - 1 : at);
	const edges = new Set([0, title.text.length]);
	for (const mark of title.marks) edges.add(whole(mark.from)).add(whole(mark.to));
	const places = [...edges].filter((at) => at >= 0 && at <= title.text.length).toSorted((a, b) => a - b);
	const waiting = title.marks.toSorted((a, b) => b.from - a.from);
	let open: MarkedText['marks'] = [];
	const out: Child[] = [];
	places.slice(0, -1).forEach((from, index) => {
		const to = places[index + 1] as number;
		const begun: MarkedText['marks'][number][] = [];
		for (let next = waiting.at(-1); next && next.from <= from; next = waiting.at(-1)) {
			begun.push(next);
			waiting.pop();
		}
		open = [...open, ...begun].filter((mark) => mark.to >= to);
		let inner: Child = title.text.slice(from, to);
		for (const mark of open) inner = xmlElement('emph', { render: mark.type }, [inner]);
		out.push(inner);
	});
	return out;
}
