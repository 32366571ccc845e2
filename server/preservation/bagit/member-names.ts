import { isUtf8 } from 'node:buffer';

/** A name as it was read; or, where it is not UTF-8, as it probably was meant, which is only for people to read. */
export type ReadName = { readonly name: string } | { readonly meant: string };

/**
 * Reads the bytes of a name. Manifests name files by characters, so that bytes in another encoding cannot be held against
 * them; to guess would be to take one file for another.
 */
export function readName(bytes: Uint8Array): ReadName {
	if (isUtf8(bytes)) return { name: Buffer.from(bytes).toString('utf8') };
	try {
		return { meant: new TextDecoder('gb18030', { fatal: true }).decode(bytes) };
	} catch {
		const latin1 = Buffer.from(bytes).toString('latin1');
		return {
			meant: latin1.replace(
				/[^\x20-\x7e]/g,
				(sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`,
			),
		};
	}
}
