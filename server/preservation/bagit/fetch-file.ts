import { readPath } from './bag-path.ts';
import type { BagProblems } from './bag-problem.ts';
import type { TagLine } from './tag-lines.ts';

/** A file that lies elsewhere. It is never fetched: who sends a bag would choose whom this server calls. */
export interface Fetchable {
	readonly line: number;
	/** Undefined when the bag does not say. */
	readonly bytes: number | undefined;
}

export const FETCH_NAME = 'fetch.txt';

/**
 * Reads `fetch.txt`, by path. @see RFC 8493, 2.2.3 (Fetch File)
 * @throws {TagFault}
 */
export async function readFetch(
	lines: AsyncIterable<TagLine>,
	isStrict: boolean,
	problems: BagProblems,
): Promise<Map<string, Fetchable>> {
	const found = new Map<string, Fetchable>();
	for await (const { number: line, text } of lines) {
		if (text === '' && !isStrict) continue;
		const match = /^([A-Za-z][A-Za-z0-9+.-]*:\S+)[ \t]+(\d{1,15}|-)[ \t]+([^]+)$/.exec(text);
		if (!match) {
			problems.error('fetch-malformed', FETCH_NAME, line);
			continue;
		}
		const [, , length = '-', written = ''] = match;
		const read = readPath(written, isStrict);
		if ('refused' in read) {
			problems.error(read.refused, FETCH_NAME, line, { path: written });
			continue;
		}
		for (const remark of read.remarks) problems.warn(remark, FETCH_NAME, line, { path: read.path });
		if (!read.path.startsWith('data/'))
			problems.error('path-not-payload', FETCH_NAME, line, { path: read.path });
		else found.set(read.path, { line, bytes: length === '-' ? undefined : Number(length) });
	}
	return found;
}
