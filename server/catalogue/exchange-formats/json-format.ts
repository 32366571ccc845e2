/**
 * Our own exchange format: one JSON object, an entry on each line, so that both ends can stream it. An entry is
 * `{ id, parentId, order, level, fields, bodies }`, and where something of it is not settled also
 * `conflicts: { <field>: [{ value, author, at }, …] }` with all values of the field, newest first, and
 * `disputes: { <field>: { reason, author, at } }` for those left standing. `standing` is `approved` or `working` for what
 * was described or changed in the archive, and left out for what is as an import made it. `fields` holds the newest value; an import
 * takes that one and reports the others as lost.
 */
import { Refusal } from '#domain/base/refusal.ts';
import type { FieldValue, Json } from '#domain/catalogue/entry.ts';
import { fieldIdOf } from '#domain/catalogue/entry.ts';
import { allProfiles, profileOf } from '#domain/catalogue/profiles.ts';
import type { RichText } from '#domain/catalogue/rich-text.ts';
import type { ExportedEntry } from '#domain/catalogue/unsettled.ts';
import { upgradeDescription } from '#domain/catalogue/upgrade-description.ts';
import { isFieldId } from './ead3-marks.ts';
import { isSafeAddress } from './ead-inline.ts';
import type { ReadEntry, Reader } from './reader.ts';
import { readingLimits } from './reading-limits.ts';
import { ReadingReport } from './reading-report.ts';
import { cleanBody } from './rich-text-check.ts';

const FORMAT = 'lantai-entries';
const VERSION = 1;
const CHUNK = 500;
const FLUSH_AT = 32 * 1024;
/** One line holds a whole entry, of several long texts. */
const LINE_TEXTS = 4;

/** What an export says of itself. */
export interface JsonInfo {
	readonly profile: string;
	/** ISO instant. */
	readonly exportedAt: string;
}

/** Writes entries as one JSON object, each on a line of its own: parents before children, siblings in order. */
export async function* writeJson(
	entries: AsyncIterable<ExportedEntry>,
	info: JsonInfo,
): AsyncGenerator<string, void, undefined> {
	const head = JSON.stringify({
		format: FORMAT,
		version: VERSION,
		profile: info.profile,
		profileVersion: profileOf(info.profile).version,
		exportedAt: info.exportedAt,
	});
	let text = `${head.slice(0, -1)},"entries":[`;
	let separator = '\n';
	for await (const { id, parentId, order, level, standing, fields, bodies, conflicts, disputes } of entries) {
		text += `${separator}${JSON.stringify({ id, parentId, order, level, standing, fields, bodies, conflicts, disputes })}`;
		separator = ',\n';
		if (text.length < FLUSH_AT) continue;
		yield text;
		text = '';
	}
	yield `${text}\n]}\n`;
}

/**
 * Reads what {@link writeJson} wrote, line by line.
 * @throws {Refusal} 'import.not-ours' for any other JSON or text, besides those of {@link Reader}
 */
export const readJson: Reader = async (source, options) => {
	const limits = readingLimits(options.limits);
	const file = options.fileName;
	const report = new ReadingReport();
	const places = new Map<string, { readonly ref: number; readonly depth: number }>();
	let ready: ReadEntry[] = [];
	let profile: string | undefined;
	let profileVersion = 1;
	let isClosed = false;
	let line = 0;

	const broken = (reason: string): Refusal => new Refusal('import.broken', { file, line, reason });
	const textTooLong = (): Refusal =>
		new Refusal('import.text-too-long', { file, line, limit: limits.maxTextBytes }, 413);

	const readLine = (written: string): void => {
		line += 1;
		if (written.length > LINE_TEXTS * limits.maxTextBytes) throw textTooLong();
		const text = written.trim();
		if (text === '') return;
		if (profile === undefined) {
			({ profile, profileVersion } = profileIn(text, file, line));
			isClosed = text.endsWith(']}');
			return;
		}
		if (isClosed) throw broken('text after the end');
		if (text === ']}') {
			isClosed = true;
			return;
		}
		if (places.size >= limits.maxEntries)
			throw new Refusal('import.too-many-entries', { file, line, limit: limits.maxEntries }, 413);
		const value = parse(text.endsWith(',') ? text.slice(0, -1) : text);
		if (value instanceof Error) throw broken(value.message);
		const { id, parentId } = value as { id?: Json; parentId?: Json };
		if (typeof id !== 'string' || places.has(id)) throw broken('an entry without an id of its own');
		const parent = typeof parentId === 'string' ? places.get(parentId) : undefined;
		// The root of a part of a hierarchy still names the parent it had.
		if (typeof parentId === 'string' && !parent && places.size > 0) throw broken('a child before its parent');
		const depth = (parent?.depth ?? 0) + 1;
		if (depth > limits.maxDepth) throw new Refusal('import.too-deep', { file, line, limit: limits.maxDepth });
		const ref = places.size;
		places.set(id, { ref, depth });
		const entry = entryOf(value as Record<string, Json>, line, report);
		if (!entry) throw broken('not an entry');
		const { description } = upgradeDescription(profileOf(profile), profileVersion, entry);
		ready.push({ ref, parentRef: parent?.ref ?? null, line, ...description });
	};

	let rest = '';
	let bytes = 0;
	for await (const chunk of source) {
		options.signal.throwIfAborted();
		bytes += Buffer.byteLength(chunk);
		if (bytes > limits.maxBytes)
			throw new Refusal('import.too-large', { file, line, maxBytes: limits.maxBytes }, 413);
		const lines = chunk.split('\n');
		lines[0] = rest + lines[0];
		rest = lines.pop() as string;
		if (rest.length > LINE_TEXTS * limits.maxTextBytes) throw textTooLong();
		for (const each of lines) {
			readLine(each);
			if (ready.length < CHUNK) continue;
			await options.onEntries(ready);
			ready = [];
		}
		options.onProgress?.(bytes);
	}
	readLine(rest);
	if (profile === undefined) throw new Refusal('import.not-ours', { file, line: 1 });
	if (!isClosed) throw broken('unexpected end');
	if (ready.length > 0) await options.onEntries(ready);
	return report.result('json', profile);
};

/** The profile that the first line names, and its version: the first, where exports did not say it yet. */
function profileIn(
	text: string,
	file: string,
	line: number,
): { readonly profile: string; readonly profileVersion: number } {
	const isWhole = text.endsWith(']}');
	const head = parse(isWhole ? text : `${text}]}`);
	const { format, version, profile, profileVersion } = (head instanceof Error ? {} : head) as Record<
		string,
		Json
	>;
	if (format !== FORMAT) throw new Refusal('import.not-ours', { file, line });
	if (version !== VERSION) throw new Refusal('import.not-ours', { file, line, version: String(version) });
	if (!allProfiles().some((each) => each.id === profile))
		throw new Refusal('import.broken', { file, line, reason: `unknown profile ${String(profile)}` });
	return {
		profile: profile as string,
		profileVersion: typeof profileVersion === 'number' ? profileVersion : 1,
	};
}

function parse(text: string): Json | Error {
	try {
		return JSON.parse(text) as Json;
	} catch (error) {
		return error as Error;
	}
}

/** What it stood for elsewhere says nothing here: an import stands for itself. */
const KNOWN = new Set(['id', 'parentId', 'order', 'level', 'standing', 'fields', 'bodies']);
/** Beside the value that stands: said by field what is not taken. */
const UNSETTLED = new Set(['conflicts', 'disputes']);

/** An entry of a line, its shape checked; `undefined` when it has not the shape of one. */
function entryOf(
	value: Record<string, Json>,
	line: number,
	report: ReadingReport,
): Pick<ReadEntry, 'level' | 'fields' | 'bodies'> | undefined {
	const { level, fields, bodies } = value;
	if (typeof level !== 'string' || !isObject(fields) || !isObject(bodies)) return undefined;
	for (const [key, each] of Object.entries(value))
		if (UNSETTLED.has(key) && isObject(each))
			for (const field of Object.keys(each)) report.lose(`${key}/${fieldIdOf(field)}`, line);
		else if (!KNOWN.has(key)) report.lose(`entries/${key}`, line);
	const kept: Record<string, FieldValue> = {};
	for (const [key, each] of Object.entries(fields)) {
		const field = fieldIdOf(key);
		const href = isObject(each) ? each['href'] : undefined;
		if (!isFieldId(field)) report.lose(`fields/${key}`, line);
		else if (typeof href === 'string' && !isSafeAddress(href)) {
			report.lose(`fields/${field}/href`, line);
			const { href: _, ...without } = each as Record<string, Json>;
			kept[key] = without;
		} else {
			kept[key] = each;
			report.understand(`fields/${field}`, field);
		}
	}
	const texts: Record<string, RichText> = {};
	for (const [field, each] of Object.entries(bodies)) {
		const body = cleanBody(each, (what) => report.lose(`bodies/${field}/${what}`, line));
		if (!body) return undefined;
		if (isFieldId(field)) {
			texts[field] = body;
			report.understand(`bodies/${field}`, field);
		} else report.lose(`bodies/${field}`, line);
	}
	return { level, fields: kept, bodies: texts };
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
