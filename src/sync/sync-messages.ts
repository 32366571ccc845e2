import * as v from 'valibot';
import { Refusal } from '#domain/base/refusal.ts';
import { MAX_DOC_NAME_BYTES, MAX_UPDATE_BYTES } from './entry-doc.ts';

/**
 * The messages of `PROTOCOL.md`, parsed at both ends. Updates and states are Yjs updates (format 1) in base64.
 */
export const SYNC_PROTOCOL = 1;

/** Documents of one batch at most. */
export const MAX_BATCH_ITEMS = 200;
/** Bytes of updates of one batch at most, before base64; a single update may be as large. */
export const MAX_BATCH_BYTES = MAX_UPDATE_BYTES;
/** Bytes of a whole state, which is offered alone when it is larger than a batch; and of work handed in as a file. */
export const MAX_STATE_BYTES = 16 * 1024 * 1024;

const docName = v.pipe(v.string(), v.maxLength(MAX_DOC_NAME_BYTES), v.regex(/^[a-z]+:[0-9a-f-]{1,100}$/));
const position = v.pipe(v.number(), v.integer(), v.minValue(0));
const id = v.pipe(v.string(), v.regex(/^[0-9a-f-]{36}$/));
/** Bytes in base64. Looked at without a pattern that repeats groups: on megabytes that overflows the engine's stack. */
export function base64Of(maxBytes: number) {
	return v.pipe(
		v.string(),
		v.maxLength(Math.ceil(maxBytes / 3) * 4),
		v.check(
			(text) =>
				text.length % 4 === 0 &&
				!/[^A-Za-z0-9+/]/.test(text.slice(0, -2)) &&
				/^(|[A-Za-z0-9+/]{2}|[A-Za-z0-9+/]=|==)$/.test(text.slice(-2)),
			'not base64',
		),
	);
}

const params = v.record(v.string(), v.union([v.string(), v.number()]));

/** Rule S3: the state of one document. */
export const LoadAnswer = v.object({
	protocol: v.number(),
	lineage: id,
	doc: docName,
	seq: position,
	canEdit: v.boolean(),
	/** Null when the asker already has position `seq`. */
	state: v.nullable(v.string()),
});
export type LoadAnswer = v.InferOutput<typeof LoadAnswer>;

function batchOf(maxItemBytes: number) {
	return v.object({
		protocol: v.number(),
		/** Made once for each device and person. */
		device: id,
		/** Made once for each batch; the same for every attempt. */
		batchId: id,
		/** History of the log that a push goes on from, as far as the device knows. */
		lineage: v.optional(id),
		items: v.pipe(
			v.array(v.object({ doc: docName, update: base64Of(maxItemBytes) })),
			v.minLength(1),
			v.maxLength(MAX_BATCH_ITEMS),
		),
	});
}

/** Rules S4 to S7: a batch of updates. */
export const PushBatch = batchOf(MAX_UPDATE_BYTES);
/** Rule S8: a batch of whole states. */
export const RecoverBatch = batchOf(MAX_STATE_BYTES);
export type Batch = v.InferOutput<typeof PushBatch>;

/**
 * A batch as it was received. Its protocol is asked before its shape: another one has other shapes.
 * @throws {Refusal} 'sync.too-old' (409) | 'server.bad-request' naming the field
 */
export function readBatch(given: unknown, schema: typeof PushBatch): Batch {
	const said = v.safeParse(v.looseObject({ protocol: v.number() }), given);
	if (said.success) demandProtocol(said.output.protocol);
	const parsed = v.safeParse(schema, given);
	if (!parsed.success)
		throw new Refusal('server.bad-request', { field: v.getDotPath(parsed.issues[0]) ?? 'body' });
	return parsed.output;
}

/**
 * Rule S1: stops a message of a protocol that is not spoken here.
 * @throws {Refusal} 'sync.too-old' (409)
 */
export function demandProtocol(protocol: number): void {
	if (protocol !== SYNC_PROTOCOL) throw new Refusal('sync.too-old', { spoken: SYNC_PROTOCOL }, 409);
}

/** One item's answer, in the order of the items. */
export const BatchResult = v.variant('ok', [
	v.object({ ok: v.literal(true), doc: docName, seq: position }),
	v.object({ ok: v.literal(false), doc: docName, code: v.string(), params }),
]);
export type BatchResult = v.InferOutput<typeof BatchResult>;

export const BatchAnswer = v.object({
	protocol: v.number(),
	lineage: id,
	results: v.array(BatchResult),
});
export type BatchAnswer = v.InferOutput<typeof BatchAnswer>;
