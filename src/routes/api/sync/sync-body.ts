import * as v from 'valibot';
import { Refusal } from '#domain/base/refusal.ts';
import { Batch, SYNC_PROTOCOL } from '#sync/sync-messages.ts';
import { parseBody, readBody } from '../person.ts';

/**
 * Rule S1: stops a message of a protocol that is not spoken here.
 * @throws {Refusal} 'sync.too-old' (409)
 */
export function demandProtocol(protocol: number): void {
	if (protocol !== SYNC_PROTOCOL) throw new Refusal('sync.too-old', { spoken: SYNC_PROTOCOL }, 409);
}

/**
 * A batch of a device. Its protocol is asked before its shape: another one has other shapes.
 * @throws {Refusal} 'sync.too-old' (409) | 'server.bad-request' naming the field
 */
export async function readBatch(request: Request): Promise<Batch> {
	const given = await readBody(request, v.looseObject({ protocol: v.number() }));
	demandProtocol(given.protocol);
	return parseBody(given, Batch);
}
