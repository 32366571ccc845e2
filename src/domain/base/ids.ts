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

/** A new id, ordered by time of making. The one place of randomness in the domain: ids carry no meaning. */
export function createId<T extends string = EntryId>(): T {
	return v7() as T;
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
