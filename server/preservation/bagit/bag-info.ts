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
const OXUM = 'payload-oxum';
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
	const info: [label: string, value: string][] = [];
	const seen = new Set<string>();
	let oxum: Oxum | undefined;
	let last: { readonly label: string; value: string; readonly line: number } | undefined;
	/** Takes an element when no more lines of it can come. */
	const finish = (): void => {
		if (!last) return;
		const { label, line } = last;
		const name = label.toLowerCase();
		const value = last.value.trim();
		const isRepeated = seen.has(name);
		if (SINGLE.includes(name) || name === OXUM) seen.add(name);
		if (name === OXUM) {
			const match = /^(\d{1,15})\.(\d{1,15})$/.exec(value);
			if (isRepeated) problems.error('info-repeated', file, line, { label });
			else if (match) oxum = { bytes: Number(match[1]), files: Number(match[2]), line };
			else problems.error('oxum-malformed', file, line, { value: value.slice(0, 80) });
		} else if (isRepeated && isStrict) problems.warn('info-repeated', file, line, { label });
		if (info.length < MOST_ELEMENTS) info.push([label, value]);
	};
	for await (const { number: line, text } of lines) {
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
		finish();
		last = { label, value: value.trimEnd(), line };
	}
	finish();
	return { info, oxum };
}

/** `bag-info.txt` as text; an end of line inside a value becomes a blank. */
export function bagInfoText(info: BagInfo): string {
	return info
		.map(([label, value]) => `${label}: ${value.replace(/\s*[\r\n\u2028\u2029]+\s*/g, ' ').trim()}\n`)
		.join('');
}
