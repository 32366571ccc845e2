import type { Limits } from './reader.ts';

const DEFAULTS: Limits = {
	maxDepth: 64,
	maxTextBytes: 4 * 1024 * 1024,
	maxEntries: 2_000_000,
	maxBytes: 2 * 1024 * 1024 * 1024,
};

/** The limits to read by: those given, else the defaults. */
export function readingLimits(given: Partial<Limits> = {}): Limits {
	return { ...DEFAULTS, ...given };
}
