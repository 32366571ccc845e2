import type { ReadingReport } from './reading-report.ts';

/** One element of a part of a finding aid, small enough to hold. Names are without the prefix of the root's namespace. */
export interface XmlElement {
	readonly name: string;
	readonly attributes: Readonly<Record<string, string>>;
	readonly children: (XmlElement | string)[];
	readonly line: number;
	/** Its own text went into a field. What stays false is reported as lost. */
	taken: boolean;
	/** Attributes that went into a field, or whose meaning did. */
	takenAttributes?: Set<string>;
}

/** A new element. */
export function xmlElement(
	name: string,
	attributes: Readonly<Record<string, string>> = {},
	children: (XmlElement | string)[] = [],
	line = 0,
): XmlElement {
	return { name, attributes, children, line, taken: false };
}

/** The child elements, optionally of some names only. */
export function elementsOf(element: XmlElement, ...names: string[]): XmlElement[] {
	return element.children.filter(
		(child): child is XmlElement =>
			typeof child !== 'string' && (names.length === 0 || names.includes(child.name)),
	);
}

/** Adds all of `more` to `list`. As arguments of one call, very many would overflow the stack. */
export function pushAll<T>(list: T[], more: readonly T[]): void {
	for (const each of more) list.push(each);
}

/** Every kind of white space as one blank, none at the ends. */
export function normalised(text: string): string {
	return text.replace(/\s+/g, ' ').trim();
}

/** The text of an element without that of its children. */
export function ownText(element: XmlElement): string {
	return element.children.filter((child) => typeof child === 'string').join(' ');
}

/** True when an element has text of its own. */
export function hasOwnText(element: XmlElement): boolean {
	return element.children.some((child) => typeof child === 'string' && child.trim() !== '');
}

/** All text below an element as it stands, taking it. */
export function takeText(element: XmlElement): string {
	element.taken = true;
	let text = '';
	for (const child of element.children)
		text += typeof child === 'string' ? child : child.name === 'lb' ? ' ' : takeText(child);
	return text;
}

/** All text below an element, white space normalised, taking it. */
export function takeWords(element: XmlElement): string {
	return normalised(takeText(element));
}

/** The first of some attributes that has a value, taking it. */
export function takeAttribute(element: XmlElement, ...names: string[]): string | undefined {
	for (const name of names) {
		const value = element.attributes[name];
		if (value === undefined || value.trim() === '') continue;
		(element.takenAttributes ??= new Set()).add(name);
		return value;
	}
	return undefined;
}

/** Attributes that say how a file is processed or shown, not what it describes. */
const TECHNICAL = new Set(
	(
		'id altrender lang script base linktype show actuate arcrole inline frame cols colname colnum colsep rowsep ' +
		'align valign colwidth char charoff namest nameend morerows pgwide mark tpattern findaidstatus langencoding ' +
		'countryencoding dateencoding repositoryencoding scriptencoding'
	).split(' '),
);
/** Values that say only what is understood without them. */
const UNDERSTOOD: Readonly<Record<string, string>> = {
	audience: 'external',
	calendar: 'gregorian',
	era: 'ce',
};

/** Reports the text and attributes below an element that nothing has taken. `path` is that of the element itself. */
export function reportUntaken(element: XmlElement, path: string, report: ReadingReport): void {
	if (!element.taken && hasOwnText(element)) report.lose(path, element.line);
	for (const name in element.attributes) {
		const value = element.attributes[name] as string;
		if (TECHNICAL.has(name) || element.takenAttributes?.has(name) || value.trim() === '') continue;
		if (UNDERSTOOD[name] === value.trim().toLowerCase()) continue;
		report.lose(`${path}/@${name}`, element.line);
	}
	for (const child of element.children)
		if (typeof child !== 'string') reportUntaken(child, `${path}/${child.name}`, report);
}
