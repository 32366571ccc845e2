import type { BagProblemCode } from './bag-problem.ts';

/** A path of a manifest or fetch file, as it is to be looked for; or why it is not looked for at all. */
export type ReadPath =
	| { readonly path: string; readonly remarks: readonly BagProblemCode[] }
	| { readonly refused: 'path-outside' | 'path-malformed' };

/** Percent signs are encoded since 1.0; before it only the ends of lines were. */
const ENCODED = { strict: /%(0A|0D|25)/gi, lenient: /%(0A|0D)/gi };

/**
 * Reads a path that a bag names. None that could lead out of the bag on any system is accepted.
 * @see RFC 8493, 2.1.3 (Payload Manifest) and 5.1 (Special Directory Characters)
 */
export function readPath(written: string, isStrict: boolean): ReadPath {
	const remarks: BagProblemCode[] = [];
	if (isStrict && /%(?!0A|0D|25)/i.test(written)) remarks.push('path-percent');
	let path = written.replace(isStrict ? ENCODED.strict : ENCODED.lenient, (_, hex: string) =>
		String.fromCharCode(parseInt(hex, 16)),
	);
	if (isOutside(path)) return { refused: 'path-outside' };
	if (path.split('/').includes('.')) {
		remarks.push('path-dot-slash');
		path = path
			.split('/')
			.filter((part) => part !== '.')
			.join('/');
	}
	if (path === '' || path.includes('\0') || path.split('/').includes(''))
		return { refused: 'path-malformed' };
	return { path, remarks };
}

/** A path as a manifest of version 1.0 writes it. */
export function writtenPath(path: string): string {
	return path.replaceAll('%', '%25').replaceAll('\n', '%0A').replaceAll('\r', '%0D');
}

function isOutside(path: string): boolean {
	return (
		// Roots, homes, drives, shares and variables, of whatever system.
		/^(?:[/\\~]|[A-Za-z]:[\\/]|%[^%/]+%[\\/])/.test(path) ||
		path.split(/[\\/]/).includes('..') ||
		path.replaceAll('\\', '').split('/').includes('..')
	);
}
