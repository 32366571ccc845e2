/** Notes of a finding aid as rich text: every word of them, in order. */
import type { Json } from '#domain/catalogue/entry.ts';
import { isEmptyRichText, plainTextOf, type RichTextNode } from '#domain/catalogue/rich-text.ts';
import { NOTE_FIELDS } from './ead-elements.ts';
import { attrsOf, readInline } from './ead-inline.ts';
import { exactValue, markOf } from './ead3-marks.ts';
import type { ReadingReport } from './reading-report.ts';
import { cleanBody } from './rich-text-check.ts';
import {
	elementsOf,
	hasOwnText,
	pushAll,
	takeAttribute,
	takeWords,
	xmlElement,
	type XmlElement,
} from './xml-element.ts';

/** Where a conversion stands. */
interface Place {
	readonly path: string;
	readonly report: ReadingReport;
	/** Level of a `head` here: 3 for that of the note itself, 4 below. */
	readonly headLevel: number;
}

const CONTAINERS = new Set(
	Object.keys(NOTE_FIELDS).concat(
		'descriptivenote daodesc descgrp footnote listhead namegrp ptrgrp controlnote'.split(' '),
	),
);
const BLOCKS = new Set([
	...CONTAINERS,
	'p',
	'head',
	'list',
	'chronlist',
	'blockquote',
	'table',
	'address',
	'indexentry',
	'defitem',
	'chronitem',
]);
/** Blocks of their own when they follow one another in a note without text between. */
const REFERENCES = new Set(['bibref', 'archref', 'relation']);

/** The blocks of a note. `path` is that of the element itself. */
export function readNote(element: XmlElement, path: string, report: ReadingReport): RichTextNode[] {
	const content = readBlocks(element, { path, report, headLevel: 3 });
	const words = plainTextOf({ type: 'doc', content });
	const exact = cleanBody(exactValue(element, words, bodyWords));
	return exact ? [...exact.content] : content;
}

/** The words of a rich text from outside; a character no text holds for what is none. */
function bodyWords(value: Json): string {
	const body = cleanBody(value);
	return body ? plainTextOf(body) : '\0';
}

/** The dates inside an element of structured dates, as one text. */
export function datesText(element: XmlElement): string {
	element.taken = true;
	const parts = elementsOf(element);
	if (parts.length === 0) {
		const words = takeWords(element);
		return words || (takeAttribute(element, 'standarddate') ?? '');
	}
	const texts = parts.map(datesText).filter((text) => text !== '');
	if (element.name !== 'daterange') return texts.join(', ');
	return texts[0] === texts[1] ? (texts[0] ?? '') : texts.join('-');
}

function readBlocks(element: XmlElement, place: Place): RichTextNode[] {
	element.taken = true;
	const isExact = markOf(element).space === 'exact';
	const standsAlone = CONTAINERS.has(element.name) && !hasOwnText(element);
	const out: RichTextNode[] = [];
	let run: (XmlElement | string)[] = [];
	const flush = () => {
		const content = readInline(run, place.path, place.report, isExact);
		run = [];
		if (content.some((node) => node.type !== 'hardBreak' || isExact))
			out.push({ type: 'paragraph', content });
	};
	for (const child of element.children) {
		if (typeof child === 'string') run.push(child);
		else if (BLOCKS.has(child.name) || (standsAlone && REFERENCES.has(child.name))) {
			flush();
			const below = { ...place, path: `${place.path}/${child.name}` };
			pushAll(out, readBlock(child, below, place.path));
		} else run.push(child);
	}
	flush();
	return out;
}

function readBlock(element: XmlElement, place: Place, parentPath: string): RichTextNode[] {
	const mark = markOf(element);
	switch (element.name) {
		case 'p':
			if (mark.block === 'empty') return taken(element, [{ type: 'paragraph' }]);
			if (mark.block === 'horizontalRule') return taken(element, [{ type: 'horizontalRule' }]);
			if (mark.heading) return [headingOf(element, Number(mark.heading), place)];
			return readBlocks(element, place);
		case 'head': {
			const heading = headingOf(element, Number(mark.heading ?? place.headLevel), place);
			return heading.content || mark.heading ? [heading] : [];
		}
		case 'list':
			return readList(element, { ...place, headLevel: 4 });
		case 'chronlist':
			return readChronology(element, { ...place, headLevel: 4 });
		case 'table':
			return readTable(element, { ...place, headLevel: 4 });
		case 'blockquote': {
			const content = readBlocks(element, { ...place, headLevel: 4 });
			return content.length ? [{ type: 'blockquote', content }] : [];
		}
		case 'address':
			return paragraph(
				element,
				elementsOf(element).flatMap((line, index) => (index ? [xmlElement('lb'), line] : [line])),
				place,
			);
		case 'bibref':
		case 'archref':
		case 'relation':
			return paragraph(element, [element], { ...place, path: parentPath });
		case 'indexentry':
		case 'defitem':
		case 'listhead':
			return paragraph(element, element.children, place);
		default:
			return readBlocks(element, { ...place, headLevel: 4 });
	}
}

function taken(element: XmlElement, nodes: RichTextNode[]): RichTextNode[] {
	element.taken = true;
	return nodes;
}

function headingOf(element: XmlElement, level: number, place: Place): RichTextNode {
	element.taken = true;
	const isExact = markOf(element).space === 'exact';
	const content = readInline(element.children, place.path, place.report, isExact);
	const attrs = { level: level >= 1 && level <= 4 ? level : 3 };
	return content.length ? { type: 'heading', attrs, content } : { type: 'heading', attrs };
}

function paragraph(
	element: XmlElement,
	children: readonly (XmlElement | string)[],
	place: Place,
): RichTextNode[] {
	element.taken = true;
	const content = readInline(children, place.path, place.report);
	return content.length ? [{ type: 'paragraph', content }] : [];
}

/** A list item, which begins with a paragraph as the editor's schema wants. */
function listItem(blocks: readonly RichTextNode[]): RichTextNode {
	const content = blocks[0]?.type === 'paragraph' ? blocks : [{ type: 'paragraph' }, ...blocks];
	return { type: 'listItem', content };
}

function bold(blocks: readonly RichTextNode[]): RichTextNode[] {
	return blocks.map((block) =>
		block.type === 'paragraph' && block.content
			? {
					...block,
					content: block.content.map((node) =>
						node.type === 'text' && !node.marks?.some((mark) => mark.type === 'bold')
							? { ...node, marks: [{ type: 'bold' }, ...(node.marks ?? [])] }
							: node,
					),
				}
			: block,
	);
}

function readList(element: XmlElement, place: Place): RichTextNode[] {
	element.taken = true;
	const type = takeAttribute(element, 'listtype', 'type')?.trim().toLowerCase();
	const before: RichTextNode[] = [];
	const items: RichTextNode[] = [];
	for (const child of element.children) {
		if (typeof child === 'string') {
			if (child.trim()) items.push(listItem(readBlocks(xmlElement('item', {}, [child]), place)));
			continue;
		}
		const below = { ...place, path: `${place.path}/${child.name}` };
		if (child.name === 'head' || child.name === 'listhead')
			pushAll(before, readBlock(child, below, place.path));
		else if (child.name === 'defitem') {
			child.taken = true;
			const label = elementsOf(child, 'label');
			const rest = elementsOf(child).filter((each) => each.name !== 'label');
			const read = (each: XmlElement) => readBlocks(each, { ...below, path: `${below.path}/${each.name}` });
			const blocks = [...bold(label.flatMap(read)), ...rest.flatMap(read)];
			if (blocks.length) items.push(listItem(blocks));
		} else {
			const blocks = child.name === 'item' ? readItem(child, below) : readBlock(child, below, place.path);
			if (blocks.length || markOf(child).block === 'empty') items.push(listItem(blocks));
		}
	}
	if (items.length === 0) return before;
	const attrs = attrsOf(element);
	const list = { type: type === 'ordered' ? 'orderedList' : 'bulletList', content: items };
	return [...before, attrs ? { ...list, attrs } : list];
}

/** The blocks of an item; in our own exports, which may have several paragraphs, two line breaks part them. */
function readItem(element: XmlElement, place: Place): RichTextNode[] {
	const blocks = readBlocks(element, place);
	if (markOf(element).block !== 'paragraphs') return blocks;
	return blocks.flatMap((block) => {
		if (block.type !== 'paragraph') return [block];
		const paragraphs: RichTextNode[][] = [[]];
		const nodes = block.content ?? [];
		for (let at = 0; at < nodes.length; at += 1) {
			const isParting = nodes[at]?.type === 'hardBreak' && nodes[at + 1]?.type === 'hardBreak';
			if (isParting) {
				paragraphs.push([]);
				at += 1;
			} else paragraphs.at(-1)?.push(nodes[at] as RichTextNode);
		}
		return paragraphs.map((content) =>
			content.length ? { type: 'paragraph', content } : { type: 'paragraph' },
		);
	});
}

function readChronology(element: XmlElement, place: Place): RichTextNode[] {
	element.taken = true;
	const before: RichTextNode[] = [];
	const items: RichTextNode[] = [];
	const events = (parent: XmlElement, path: string): RichTextNode[] =>
		elementsOf(parent).flatMap((child) => {
			const here = `${path}/${child.name}`;
			if (['datesingle', 'daterange', 'dateset'].includes(child.name)) {
				const text = datesText(child);
				return text ? bold([{ type: 'paragraph', content: [{ type: 'text', text }] }]) : [];
			}
			if (['eventgrp', 'chronitemset'].includes(child.name)) return events(child, here);
			const blocks = readBlocks(child, { ...place, path: here });
			return child.name === 'date' ? bold(blocks) : blocks;
		});
	for (const child of elementsOf(element)) {
		const here = `${place.path}/${child.name}`;
		if (child.name === 'chronitem') {
			const blocks = events(child, here);
			if (blocks.length) items.push(listItem(blocks));
		} else pushAll(before, readBlock(child, { ...place, path: here }, place.path));
	}
	return items.length ? [...before, { type: 'bulletList', content: items }] : before;
}

/** A table as a paragraph for each row: the editor has no tables. */
function readTable(element: XmlElement, place: Place): RichTextNode[] {
	element.taken = true;
	place.report.lose(`${place.path} (layout)`, element.line);
	const out: RichTextNode[] = [];
	const walk = (parent: XmlElement, path: string) => {
		for (const child of elementsOf(parent)) {
			const here = `${path}/${child.name}`;
			if (child.name === 'head') pushAll(out, readBlock(child, { ...place, path: here }, path));
			else if (child.name === 'row') pushAll(out, readRow(child, { ...place, path: here }));
			else walk(child, here);
		}
	};
	walk(element, place.path);
	return out;
}

function readRow(row: XmlElement, place: Place): RichTextNode[] {
	const cells = elementsOf(row).map((cell) => {
		cell.taken = true;
		const blocks = readBlocks(cell, { ...place, path: `${place.path}/${cell.name}` });
		const inline: RichTextNode[] = [];
		const collect = (node: RichTextNode) => {
			if (node.type === 'text' || node.type === 'hardBreak') inline.push(node);
			else node.content?.forEach(collect);
		};
		blocks.forEach((block, index) => {
			if (index) inline.push({ type: 'hardBreak' });
			collect(block);
		});
		return inline;
	});
	const content = cells.flatMap((cell, index) => (index ? [{ type: 'text', text: ' | ' }, ...cell] : cell));
	return isEmptyRichText({ type: 'doc', content }) ? [] : [{ type: 'paragraph', content: joinText(content) }];
}

function joinText(nodes: readonly RichTextNode[]): RichTextNode[] {
	const out: RichTextNode[] = [];
	for (const node of nodes) {
		const last = out.at(-1);
		if (last?.type === 'text' && node.type === 'text' && !last.marks && !node.marks)
			out[out.length - 1] = { ...last, text: `${last.text}${node.text}` };
		else out.push(node);
	}
	return out;
}
