import * as v from 'valibot';
import { isUuid } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import type { Description } from '#domain/catalogue/entry.ts';
import type { ReadEntry, ReadOptions, ReadResult } from './reader.ts';
import { readingLimits } from './reading-limits.ts';

const CHUNK = 500;

const Line = v.object({
	id: v.pipe(v.string(), v.check(isUuid)),
	parentId: v.nullable(v.pipe(v.string(), v.check(isUuid))),
	order: v.string(),
	level: v.string(),
	fields: v.record(
		v.string(),
		v.custom<Description['fields'][string]>(() => true),
	),
	bodies: v.record(
		v.string(),
		v.looseObject({ type: v.literal('doc'), content: v.array(v.looseObject({ type: v.string() })) }),
	),
});

/** True for the first line of what {@link readJsonLines} reads. */
export function isJsonLines(head: string): boolean {
	const line = head.slice(0, 1 + head.indexOf('\n') || undefined).trim();
	return (
		line.startsWith('{"') &&
		line.endsWith('}') &&
		/^\{"(id|parentId)":/.test(line) &&
		line.includes('"parentId":')
	);
}

/**
 * Reads one placed entry a line, parents first: the normalised form an import keeps in the archival store.
 * Entries get new ids; two imports of the same lines are two sets of entries.
 * @throws {Refusal} 'import.broken' with the line
 */
export async function readJsonLines(
	source: AsyncIterable<string>,
	options: ReadOptions & { readonly profile: string },
): Promise<ReadResult> {
	const limits = readingLimits(options.limits);
	const refs = new Map<string, number>();
	const levels = new Set(profileOf(options.profile).levels.map(({ id }) => id));
	let outside: string | null = null;
	let chunk: ReadEntry[] = [];
	let line = 0;
	const broken = (reason: string): Refusal =>
		new Refusal('import.broken', { file: options.fileName, line, reason });
	for await (const text of linesOf(source, limits.maxTextBytes, broken)) {
		line++;
		if (text.trim() === '') continue;
		options.signal.throwIfAborted();
		const entry = parsed(text, broken);
		if (refs.has(entry.id)) throw broken(`id ${entry.id} again`);
		if (refs.size >= limits.maxEntries)
			throw new Refusal(
				'import.too-many-entries',
				{ file: options.fileName, line, limit: limits.maxEntries },
				413,
			);
		if (!levels.has(entry.level)) throw broken(`no level ${entry.level} in ${options.profile}`);
		const parentRef = entry.parentId === null ? null : (refs.get(entry.parentId) ?? null);
		// The outermost entries of an import name the entry it went beneath, which is not among them.
		if (parentRef === null && entry.parentId !== null && refs.size > 0 && entry.parentId !== outside)
			throw broken(`no parent ${entry.parentId} before`);
		if (parentRef === null) outside = entry.parentId;
		const ref = refs.size;
		refs.set(entry.id, ref);
		chunk.push({
			ref,
			parentRef,
			line,
			level: entry.level,
			fields: entry.fields,
			bodies: entry.bodies as Description['bodies'],
		});
		if (chunk.length >= CHUNK) {
			await options.onEntries(chunk);
			chunk = [];
		}
	}
	if (chunk.length > 0) await options.onEntries(chunk);
	return { format: 'lantai-jsonl', profile: options.profile, losses: [], problems: [], understood: [] };
}

function parsed(text: string, broken: (reason: string) => Refusal): v.InferOutput<typeof Line> {
	let data: unknown;
	try {
		data = JSON.parse(text);
	} catch (error) {
		throw broken((error as Error).message);
	}
	const result = v.safeParse(Line, data);
	if (!result.success) throw broken(`${v.getDotPath(result.issues[0]) ?? ''} ${result.issues[0].message}`);
	return result.output;
}

async function* linesOf(
	source: AsyncIterable<string>,
	maxLength: number,
	broken: (reason: string) => Refusal,
): AsyncGenerator<string> {
	let rest = '';
	for await (const part of source) {
		rest += part;
		let from = 0;
		for (let feed = rest.indexOf('\n'); feed >= 0; feed = rest.indexOf('\n', from)) {
			yield rest.slice(from, feed);
			from = feed + 1;
		}
		rest = rest.slice(from);
		if (rest.length > maxLength) throw broken('line too long');
	}
	if (rest) yield rest;
}
