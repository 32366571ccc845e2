import type { BagProblems } from './bag-problem.ts';
import type { TagLine } from './tag-lines.ts';

/** Elements of a bag's metadata, in order; names may be repeated. */
export type BagInfo = readonly (readonly [label: string, value: string])[];

/** What a bag says it holds. */
export interface Oxum {
	readonly bytes: number;
	readonly files: number;
	readonly line: number;
}

/** So many elements are kept to be shown. */
const MOST_ELEMENTS = 1_000;
/** Continuing lines are kept up to here. */
const LONGEST_VALUE = 64 * 1024;
const SINGLE = ['bagging-date', 'bag-size', 'bag-group-identifier', 'bag-count'];

/**
 * Reads `bag-info.txt`. @see RFC 8493, 2.2.2 (Bag Metadata)
 * @throws {TagFault}
 */
export async function readBagInfo(
	file: string,
	lines: AsyncIterable<TagLine>,
	isStrict: boolean,
	problems: BagProblems,
): Promise<{ readonly info: BagInfo; readonly oxum: Oxum | undefined }> {
	const elements: { label: string; value: string; line: number }[] = [];
	for await (const { number: line, text } of lines) {
		const last = elements.at(-1);
		if (/^[ \t]/.test(text) && last) {
			if (last.value.length < LONGEST_VALUE) last.value += ` ${text.trim()}`;
			continue;
		}
		const match = /^([^:\s](?:[^:]*[^:\s])?)([ \t]*):([ \t]*)(.*)$/.exec(text);
		if (!match) {
			if (text.trim() !== '' || isStrict) problems.error('info-malformed', file, line);
			continue;
		}
		const [, label = '', before = '', after = '', value = ''] = match;
		if (isStrict && (before !== '' || after.length !== 1)) problems.warn('info-spacing', file, line);
		const element = { label, value: value.trimEnd(), line };
		if (elements.length <= MOST_ELEMENTS) elements.push(element);
		else elements[MOST_ELEMENTS] = element;
	}
	const labels = new Map<string, number>();
	let oxum: Oxum | undefined;
	for (const { label, value, line } of elements) {
		const name = label.toLowerCase();
		const isRepeated = labels.has(name);
		labels.set(name, line);
		if (name === 'payload-oxum') {
			const match = /^(\d{1,15})\.(\d{1,15})$/.exec(value);
			if (isRepeated) problems.error('info-repeated', file, line, { label });
			else if (match) oxum = { bytes: Number(match[1]), files: Number(match[2]), line };
			else problems.error('oxum-malformed', file, line, { value: value.slice(0, 80) });
		} else if (isRepeated && isStrict && SINGLE.includes(name))
			problems.warn('info-repeated', file, line, { label });
	}
	return { info: elements.slice(0, MOST_ELEMENTS).map(({ label, value }) => [label, value]), oxum };
}

/** `bag-info.txt` as text; an end of line inside a value becomes a blank. */
export function bagInfoText(info: BagInfo): string {
	return info
		.map(([label, value]) => `${label}: ${value.replace(/\s*[\r\n\u2028\u2029]+\s*/g, ' ').trim()}\n`)
		.join('');
}
