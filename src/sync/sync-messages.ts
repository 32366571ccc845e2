import * as v from 'valibot';
import { MAX_DOC_NAME_BYTES, MAX_UPDATE_BYTES } from './entry-doc.ts';

/**
 * The messages of `PROTOCOL.md`, parsed at both ends. Updates and states are Yjs updates (format 1) in base64.
 */
export const SYNC_PROTOCOL = 1;

/** Documents of one batch at most. */
export const MAX_BATCH_ITEMS = 200;
/** Bytes of updates of one batch at most, before base64; a single update may be as large. */
export const MAX_BATCH_BYTES = MAX_UPDATE_BYTES;

const docName = v.pipe(v.string(), v.maxLength(MAX_DOC_NAME_BYTES), v.regex(/^[a-z]+:[0-9a-f-]{1,100}$/));
const position = v.pipe(v.number(), v.integer(), v.minValue(0));
const id = v.pipe(v.string(), v.regex(/^[0-9a-f-]{36}$/));
const bytes = v.pipe(v.string(), v.maxLength(Math.ceil((MAX_UPDATE_BYTES * 4) / 3) + 4), v.base64());
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

/** Rules S4 to S8: a batch of updates (`push`) or of whole states (`recover`). */
export const Batch = v.object({
	protocol: v.number(),
	/** Made once for each device and person. */
	device: id,
	/** Made once for each batch; the same for every attempt. */
	batchId: id,
	items: v.pipe(
		v.array(v.object({ doc: docName, update: bytes })),
		v.minLength(1),
		v.maxLength(MAX_BATCH_ITEMS),
	),
});
export type Batch = v.InferOutput<typeof Batch>;

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
