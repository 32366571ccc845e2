const LONGEST_BYTES = 200;
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * A file name that is one on every file system, and leads nowhere else: without separators, control signs, leading dots
 * or names Windows keeps for itself, at most 200 bytes with its extension kept. Never empty.
 */
export function safeName(name: string): string {
	const base = name
		.normalize('NFC')
		.replace(/^.*[\\/](?=[^\\/])/, '')
		// eslint-disable-next-line no-control-regex
		.replace(/[\\/:*?"<>|\u0000-\u001f\u007f\ud800-\udfff]/gu, '_')
		.replace(/^\.+/, '_')
		.replace(/[. ]+$/, '')
		.trim();
	const safe = RESERVED.test(base) ? `_${base}` : base;
	return shorten(safe) || 'original';
}

function shorten(name: string): string {
	if (Buffer.byteLength(name) <= LONGEST_BYTES) return name;
	const extension = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? '';
	let stem = '';
	for (const sign of name.slice(0, name.length - extension.length)) {
		if (Buffer.byteLength(stem + sign + extension) > LONGEST_BYTES) break;
		stem += sign;
	}
	return stem + extension;
}
