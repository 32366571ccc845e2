import { v7 } from 'uuid';

declare const brand: unique symbol;

/** A bare UUIDv7 in lower case, as stored, logged and shown in addresses. */
export type EntryId = string & { readonly [brand]: 'EntryId' };
export type ImportId = string & { readonly [brand]: 'ImportId' };
export type PersonId = string & { readonly [brand]: 'PersonId' };

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** True for a bare UUIDv7 in lower case. */
export function isUuid(text: string): boolean {
	return UUID_V7.test(text);
}

/** Asked for at once: an import makes an id for every row, and each question to the system costs more than all the rest. */
const POOL = new Uint8Array(16 * 256);
let used = POOL.length;
let lastMs = -Infinity;
let sequence = 0;

/**
 * A new id, ordered by time of making, and within a millisecond by the order of calls. The one place of randomness in the
 * domain: ids carry no meaning.
 */
export function createId<T extends string = EntryId>(): T {
	if (used === POOL.length) {
		crypto.getRandomValues(POOL);
		used = 0;
	}
	const random = POOL.subarray(used, (used += 16));
	const now = Date.now();
	if (now > lastMs) {
		lastMs = now;
		sequence = new DataView(random.buffer, random.byteOffset).getUint32(6) >>> 1;
	} else {
		sequence = (sequence + 1) | 0;
		// All numbers of this millisecond are given: the next begins early. Also when the clock goes back.
		if (sequence === 0) lastMs++;
	}
	return v7({ random, msecs: lastMs, seq: sequence }) as T;
}

/**
 * The id inside what a person pastes: bare, with the prefix `entry:`, in any case, with blanks around.
 * `undefined` when there is none.
 */
export function parseEntryId(text: string): EntryId | undefined {
	const bare = text
		.trim()
		.toLowerCase()
		.replace(/^entry:/, '');
	return isUuid(bare) ? (bare as EntryId) : undefined;
}
