import type { Json } from './entry.ts';

/** True when two values say the same, whatever the order of keys. */
export function isSameValue(a: Json | undefined, b: Json | undefined): boolean {
	if (a === b) return true;
	if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
	if (Array.isArray(a) !== Array.isArray(b)) return false;
	const left = a as Readonly<Record<string, Json>>;
	const right = b as Readonly<Record<string, Json>>;
	const keys = Object.keys(left);
	return (
		keys.length === Object.keys(right).length &&
		keys.every((key) => key in right && isSameValue(left[key], right[key]))
	);
}
