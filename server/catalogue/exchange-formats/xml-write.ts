import type { XmlElement } from './xml-element.ts';

// Also halves of surrogate pairs: no encoding of XML can carry them.
// oxlint-disable-next-line no-control-regex -- these are the characters XML forbids
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu;

/** The text without the characters that XML cannot hold. */
export function legalText(text: string): string {
	return text.replace(FORBIDDEN, '');
}

const IN_TEXT: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };
const IN_ATTRIBUTE: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'"': '&quot;',
	'\t': '&#9;',
	'\n': '&#10;',
	'\r': '&#13;',
};

/** A start tag. Text must be {@link legalText}. */
export function startTag(
	name: string,
	attributes: Readonly<Record<string, string>>,
	isEmpty = false,
): string {
	let tag = `<${name}`;
	for (const [key, value] of Object.entries(attributes))
		tag += ` ${key}="${value.replace(/[&<"\t\n\r]/g, (found) => IN_ATTRIBUTE[found] as string)}"`;
	return `${tag}${isEmpty ? '/' : ''}>`;
}

/** An element with all below it, without any white space of its own. Text must be {@link legalText}. */
export function serialise(element: XmlElement): string {
	if (element.children.length === 0) return startTag(element.name, element.attributes, true);
	let content = '';
	for (const child of element.children)
		content +=
			typeof child === 'string'
				? child.replace(/[&<>\r]/g, (found) => IN_TEXT[found] as string)
				: serialise(child);
	return `${startTag(element.name, element.attributes)}${content}</${element.name}>`;
}
