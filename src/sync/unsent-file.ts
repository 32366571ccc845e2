import canonicalize from 'canonicalize';
import { digest } from 'lib0/hash/sha256';
import * as v from 'valibot';
import { MAX_DOC_NAME_BYTES } from './entry-doc.ts';
import { base64Of, MAX_STATE_BYTES } from './sync-messages.ts';

/** Rule S11: work a device could not send, as a file for a person to carry. */
export const UNSENT_FORMAT = 'lantai-unsent';
export const UNSENT_VERSION = 1;

const MAX_ITEMS = 100_000;

const base64 = base64Of(MAX_STATE_BYTES);

/** The file. What it does not name is refused, so that the digest covers all that is read. */
export const UnsentFile = v.strictObject({
	format: v.literal(UNSENT_FORMAT),
	version: v.literal(UNSENT_VERSION),
	/** Of the log the device last saw, or empty. */
	lineage: v.pipe(v.string(), v.maxLength(40)),
	archive: v.strictObject({
		name: v.pipe(v.string(), v.maxLength(200)),
		code: v.pipe(v.string(), v.maxLength(40)),
	}),
	device: v.pipe(v.string(), v.maxLength(100)),
	/** Who did the work. */
	person: v.strictObject({
		id: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
		name: v.pipe(v.string(), v.maxLength(200)),
	}),
	exportedAt: v.pipe(v.string(), v.isoTimestamp()),
	items: v.pipe(
		v.array(
			v.strictObject({
				doc: v.pipe(v.string(), v.maxLength(MAX_DOC_NAME_BYTES)),
				title: v.pipe(v.string(), v.maxLength(10_000)),
				/** Yjs updates (format 1) in base64, in the order they were made. */
				updates: v.pipe(v.array(base64), v.minLength(1)),
				/** The same once more as values, for people: what a refused item said can be typed again. */
				edits: v.array(
					v.strictObject({
						field: v.pipe(v.string(), v.maxLength(200)),
						value: v.unknown(),
						at: v.pipe(v.string(), v.maxLength(40)),
					}),
				),
			}),
		),
		v.maxLength(MAX_ITEMS),
	),
	/** What did not open on the device, as it lies there: nobody can read it without the device's key. */
	sealed: v.exactOptional(
		v.array(v.strictObject({ doc: v.pipe(v.string(), v.maxLength(MAX_DOC_NAME_BYTES)), bytes: base64 })),
	),
	/** What was being written and not handed in: for people to read, imported by nobody. */
	drafts: v.optional(
		v.pipe(
			v.array(v.strictObject({ key: v.pipe(v.string(), v.maxLength(300)), value: v.unknown() })),
			v.maxLength(MAX_ITEMS),
		),
	),
	/** SHA-256 in hex over the canonical JSON (RFC 8785) of the file without this member. */
	sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});
export type UnsentFile = v.InferOutput<typeof UnsentFile>;

/** The digest a file with this content must carry. Needs no secure context, unlike WebCrypto. */
export function unsentDigest(content: Omit<UnsentFile, 'sha256'>): string {
	const { sha256: _digest, ...rest } = content as UnsentFile;
	const bytes = digest(new TextEncoder().encode(canonicalize(rest)));
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The text of a file: content with its digest. */
export function unsentText(content: Omit<UnsentFile, 'sha256'>): string {
	return `${JSON.stringify({ ...content, sha256: unsentDigest(content) }, undefined, '\t')}\n`;
}

/** Why a text is no unsent file that can be read, or the file. */
export type ReadUnsent =
	| { readonly file: UnsentFile }
	| { readonly problem: 'form'; readonly where: string }
	| { readonly problem: 'version'; readonly found: number }
	| { readonly problem: 'digest' };

/** Reads the text of a file and checks its form and digest. */
export function readUnsent(text: string): ReadUnsent {
	let given: unknown;
	try {
		given = JSON.parse(text);
	} catch {
		return { problem: 'form', where: 'JSON' };
	}
	const { format, version } = (given ?? {}) as { format?: unknown; version?: unknown };
	if (format === UNSENT_FORMAT && typeof version === 'number' && version > UNSENT_VERSION)
		return { problem: 'version', found: version };
	const parsed = v.safeParse(UnsentFile, given);
	if (!parsed.success) return { problem: 'form', where: v.getDotPath(parsed.issues[0]) ?? 'file' };
	if (unsentDigest(parsed.output) !== parsed.output.sha256) return { problem: 'digest' };
	return { file: parsed.output };
}
