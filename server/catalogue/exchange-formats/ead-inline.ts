/** Words inside a line: emphasis, links and line breaks of a finding aid as text nodes. */
import type { FieldValue, MarkedText } from '#domain/catalogue/entry.ts';
import type { RichTextMark, RichTextNode } from '#domain/catalogue/rich-text.ts';
import { jsonOf, markOf } from './ead3-marks.ts';
import type { ReadingReport } from './reading-report.ts';
import { takeAttribute, type XmlElement } from './xml-element.ts';

type Child = XmlElement | string;

const LINKS = new Set(['ref', 'extref', 'archref', 'bibref']);
/** Elements that stand within a word; all others are set off by blanks, or their words would run together. */
const WITHIN_WORDS = new Set(
	(
		'emph lb ref extref archref bibref ptr extptr abbr expan num date name persname corpname famname geogname ' +
		'subject genreform occupation function title foreign quote subarea unitdate'
	).split(' '),
);
const NO_MARKUP = new Set(['part', 'subarea', 'addressline', 'ptr', 'extptr']);
/** Emphasis that text can show, by `@render`. */
const RENDERS: Readonly<Record<string, readonly string[]>> = {
	italic: ['italic'],
	bold: ['bold'],
	underline: ['underline'],
	bolditalic: ['bold', 'italic'],
	boldunderline: ['bold', 'underline'],
	bolddoublequote: ['bold'],
	boldsinglequote: ['bold'],
	boldsmcaps: ['bold'],
	sub: ['sub'],
	super: ['super'],
};
const WHOLLY_SHOWN = new Set(['italic', 'bold', 'underline', 'bolditalic', 'boldunderline', 'sub', 'super']);
const RICH_MARKS: ReadonlySet<string> = new Set(['bold', 'italic', 'underline']);
const TITLE_MARKS: ReadonlySet<string> = new Set(['bold', 'italic', 'sub', 'super']);

/** Further attributes of a node or mark, as our own exports carry them. */
export function attrsOf(element: XmlElement): NonNullable<RichTextNode['attrs']> | undefined {
	const attrs = jsonOf(markOf(element).attrs);
	return typeof attrs === 'object' && attrs !== null && !Array.isArray(attrs)
		? (attrs as NonNullable<RichTextNode['attrs']>)
		: undefined;
}

/** True for addresses that are safe to follow: no scripts. */
export function isSafeAddress(href: string): boolean {
	const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(href.replace(/[\s\p{Cc}]/gu, ''))?.[1]?.toLowerCase();
	return scheme === undefined || !['javascript', 'data', 'vbscript'].includes(scheme);
}

/** The kinds of emphasis an element asks for, of those that can be kept; reports the rest. */
function emphasisOf(
	element: XmlElement,
	allowed: ReadonlySet<string>,
	path: string,
	report: ReadingReport,
): readonly string[] {
	const own = markOf(element).mark;
	const written = takeAttribute(element, 'render')?.trim().toLowerCase();
	if (own) return [own];
	const render = written ?? (element.name === 'emph' ? 'italic' : undefined);
	if (render === undefined) return [];
	const marks = RENDERS[render] ?? [];
	const kept = marks.filter((mark) => allowed.has(mark));
	if (kept.length < marks.length || !WHOLLY_SHOWN.has(render))
		report.lose(`${path}@render=${render}`, element.line);
	return kept;
}

/** The line of text that some nodes make, with marks and breaks. `isExact` keeps blanks as they are. */
export function readInline(
	children: readonly Child[],
	path: string,
	report: ReadingReport,
	isExact = false,
): RichTextNode[] {
	const out: RichTextNode[] = [];
	const walk = (nodes: readonly Child[], marks: readonly RichTextMark[], at: string): void => {
		for (const node of nodes) {
			if (typeof node === 'string') {
				if (node) out.push(marks.length ? { type: 'text', text: node, marks } : { type: 'text', text: node });
				continue;
			}
			node.taken = true;
			const here = `${at}/${node.name}`;
			if (node.name === 'lb') {
				out.push({ type: 'hardBreak' });
				continue;
			}
			const added = marksOf(node, here, report);
			const fresh = added.filter((mark) => !marks.some((each) => each.type === mark.type));
			const isSetOff = !isExact && !WITHIN_WORDS.has(node.name);
			if (isSetOff) out.push({ type: 'text', text: ' ' });
			walk(node.children, fresh.length ? [...marks, ...fresh] : marks, here);
			if (isSetOff) out.push({ type: 'text', text: ' ' });
		}
	};
	walk(children, [], path);
	return tidy(out, isExact);
}

function marksOf(element: XmlElement, path: string, report: ReadingReport): readonly RichTextMark[] {
	if (LINKS.has(element.name)) {
		const href = element.attributes['href'];
		if (!href?.trim() || !isSafeAddress(href)) return [];
		takeAttribute(element, 'href');
		return [{ type: 'link', attrs: { ...attrsOf(element), href } }];
	}
	if (element.name === 'emph') return emphasis(element, path, report);
	if (element.name === 'title' && element.attributes['render']) return emphasis(element, path, report);
	// The words stay; that they were tagged as a name or a date does not.
	if (!NO_MARKUP.has(element.name)) report.lose(`${path} (markup)`, element.line);
	return [];
}

function emphasis(element: XmlElement, path: string, report: ReadingReport): readonly RichTextMark[] {
	return emphasisOf(element, RICH_MARKS, path, report).map((type) => ({ type }));
}

/** Joins neighbours of equal marks and, unless blanks count, makes every run of white space one blank. */
function tidy(nodes: readonly RichTextNode[], isExact: boolean): RichTextNode[] {
	const out: RichTextNode[] = [];
	let afterBlank = true;
	const trimEnd = () => {
		if (isExact) return;
		for (;;) {
			const last = out.at(-1);
			if (last?.type !== 'text' || !last.text?.endsWith(' ')) return;
			out.pop();
			const text = last.text.slice(0, -1);
			if (text) out.push({ ...last, text });
		}
	};
	for (const node of nodes) {
		if (node.type !== 'text') {
			trimEnd();
			out.push(node);
			afterBlank = true;
			continue;
		}
		let text = node.text ?? '';
		if (!isExact) {
			text = text.replace(/\s+/g, ' ');
			if (afterBlank && text.startsWith(' ')) text = text.slice(1);
			if (!text) continue;
			afterBlank = text.endsWith(' ');
		}
		const last = out.at(-1);
		if (last?.type === 'text' && JSON.stringify(last.marks) === JSON.stringify(node.marks))
			out[out.length - 1] = { ...last, text: (last.text ?? '') + text };
		else out.push({ ...node, text });
	}
	trimEnd();
	return out;
}

/** The whole text of a title as one line, with the emphasis that titles keep; a plain string when there is none. */
export function readMarkedText(
	element: XmlElement,
	path: string,
	report: ReadingReport,
): Extract<FieldValue, string> | MarkedText {
	const isExact = markOf(element).space === 'exact';
	let text = '';
	// Looking at the end of the text each time would copy it each time.
	let isAfterBlank = true;
	const open: { type: string; from: number; to: number }[] = [];
	const push = (piece: string) => {
		let added = piece;
		if (!isExact) {
			added = added.replace(/\s+/g, ' ');
			if (isAfterBlank && added.startsWith(' ')) added = added.slice(1);
		}
		if (added) isAfterBlank = added.endsWith(' ');
		text += added;
	};
	const walk = (node: XmlElement, at: string): void => {
		node.taken = true;
		for (const child of node.children) {
			if (typeof child === 'string') {
				push(child);
				continue;
			}
			const here = `${at}/${child.name}`;
			if (child.name === 'lb') push(' ');
			const types =
				child.name === 'emph' || child.name === 'title' ? emphasisOf(child, TITLE_MARKS, here, report) : [];
			const from = text.length;
			walk(child, here);
			for (const type of types) open.push({ type, from, to: text.length });
		}
	};
	walk(element, path);
	if (!isExact) text = text.trimEnd();
	const marks = joined(open, text);
	return marks.length ? { text, marks } : text;
}

/** Marks in order, those of a kind joined where they touch, never reaching over blanks at an end of the text. */
function joined(
	found: readonly { type: string; from: number; to: number }[],
	text: string,
): MarkedText['marks'] {
	const marks: { type: MarkedText['marks'][number]['type']; from: number; to: number }[] = [];
	const latest = new Map<string, { to: number }>();
	for (const { type, from, to: end } of found.toSorted(byRange)) {
		const to = Math.min(end, text.length);
		if (from >= to) continue;
		const before = latest.get(type);
		if (before && before.to >= from) before.to = Math.max(before.to, to);
		else {
			const mark = { type: type as MarkedText['marks'][number]['type'], from, to };
			marks.push(mark);
			latest.set(type, mark);
		}
	}
	return marks.toSorted(byRange);
}

interface Range {
	readonly type: string;
	readonly from: number;
	readonly to: number;
}

function byRange(a: Range, b: Range): number {
	return a.from - b.from || a.to - b.to || (a.type < b.type ? -1 : 1);
}
