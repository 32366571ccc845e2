import type { Params } from '#domain/base/refusal.ts';
import type { VerifyFinding } from '../ocfl-findings.ts';

/** What a check of fixity found, by the specification's code or one of ours, `F…`. The path is below the object. */
export interface FixityFinding extends VerifyFinding {
	/** For the words of a code of ours, `preservation_fixity_F…`. */
	readonly params?: Params;
}

const MESSAGES = {
	F001: 'the object is older than the register says',
	F002: 'the inventory is another than the register says',
	F003: 'the object is missing',
	F004: 'the newer versions do not build on the one the register knows',
	F005: 'found damaged when it was read',
	F006: 'a file of the storage root is not what it was',
	F007: 'it cannot be read',
	F008: 'a file of the storage root is missing',
	F009: 'a file that belongs to no version',
	F010: 'a file of the storage root that was not there',
	F011: 'the object was purged, and lies there again',
} as const;

/** A finding of ours. */
export function finding(code: keyof typeof MESSAGES, path: string, params?: Params): FixityFinding {
	return { code, path, message: MESSAGES[code], ...(params ? { params } : {}) };
}

/**
 * What counts against an object. Of ours nothing is wanting and nothing is odd, so that warnings count too, and files in
 * `logs` and `extensions`, of which we keep none; an object made by others may be as the specification lets it be.
 */
export function countsAgainst({ code }: VerifyFinding, isOurs: boolean): boolean {
	if (code.startsWith('W') || code === 'F009') return isOurs;
	return /^[EF]/.test(code) || code === 'I004';
}
