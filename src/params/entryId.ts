import { parseEntryId } from '#domain/base/ids.ts';

/** An entry's id in an address: bare, or with its prefix. */
export const match = (text: string): boolean => parseEntryId(text) !== undefined;
