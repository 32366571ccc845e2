import { toBase64 } from 'lib0/buffer';
import * as v from 'valibot';
import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { docNameOf, type DocKey } from '#sync/entry-doc.ts';
import { BatchAnswer, LoadAnswer, type Batch } from '#sync/sync-messages.ts';
import type { Ask } from '../requests.ts';

/** The server's side of `PROTOCOL.md`, as the device calls it. */
export interface SyncApi {
	load(doc: DocKey, since?: number): Promise<LoadAnswer>;
	push(batch: Batch): Promise<BatchAnswer>;
	recover(batch: Batch): Promise<BatchAnswer>;
	/**
	 * The beginning of an entry that was made here; the same again is no error.
	 * @param lineage history of the server's log, as far as the device knows
	 * @throws {Refusal} why the server does not take it
	 */
	begin(id: EntryId, profile: string, update: Uint8Array, lineage: string): Promise<void>;
	/** Entries purged since a number, in their order. */
	purged(after: number): Promise<PurgedAnswer>;
}

const PurgedAnswer = v.object({ ids: v.array(v.string()), last: v.number() });
type PurgedAnswer = v.InferOutput<typeof PurgedAnswer>;

/** A whole batch over a slow line. */
const BATCH_MS = 120_000;

/** Over HTTP. */
export function syncApiBy(ask: Ask): SyncApi {
	const send = async (path: string, batch: Batch): Promise<BatchAnswer> =>
		parsed(
			BatchAnswer,
			await ask(
				path,
				{
					method: 'POST',
					headers: { 'content-type': 'application/json' },
					body: JSON.stringify(batch),
				},
				BATCH_MS,
			),
		);
	return {
		load: async (doc, since) =>
			parsed(
				LoadAnswer,
				await ask(`/api/sync/docs/${docNameOf(doc)}${since === undefined ? '' : `?since=${String(since)}`}`),
			),
		push: (batch) => send('/api/sync/push', batch),
		recover: (batch) => send('/api/sync/recover', batch),
		async begin(id, profile, update, lineage) {
			await ask('/api/entries', {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({ id, profile, update: toBase64(update), lineage }),
			});
		},
		purged: async (after) => parsed(PurgedAnswer, await ask(`/api/sync/purged?after=${String(after)}`)),
	};
}

/** An answer in another shape is not from our server: a proxy's page, or a version that does not fit. */
function parsed<S extends v.GenericSchema>(schema: S, answer: unknown): v.InferOutput<S> {
	const result = v.safeParse(schema, answer);
	if (!result.success) throw new Refusal('client.failed', { reason: 'unexpected answer' });
	return result.output;
}
