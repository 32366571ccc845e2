import type { BagProblems } from './bag-problem.ts';
import { encodingLabel } from './tag-lines.ts';

/** What `bagit.txt` says, or what is assumed where it does not. */
export interface Declaration {
	/** As written; empty when it says none. */
	readonly version: string;
	/** True for 1.0: what earlier versions let pass is wrong in it. */
	readonly isStrict: boolean;
	/** Before 0.96 the bag's metadata lay in `package-info.txt`. */
	readonly infoName: 'bag-info.txt' | 'package-info.txt';
	/** Name for decoding. */
	readonly encoding: string;
}

export const DECLARATION_NAME = 'bagit.txt';
const VERSIONS = ['0.93', '0.94', '0.95', '0.96', '0.97', '1.0'];
/** Two lines need no more. */
export const MOST_DECLARATION_BYTES = 4096;

/** Reads `bagit.txt`. @see RFC 8493, 2.1.1 (Bag Declaration) */
export function readDeclaration(bytes: Uint8Array, problems: BagProblems): Declaration {
	const wrong = (code: Parameters<BagProblems['error']>[0], line = 0, params = {}): void =>
		problems.error(code, DECLARATION_NAME, line, params);
	let text = '';
	try {
		text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		wrong('declaration-malformed', 1);
	}
	if (text.startsWith('\ufeff')) {
		wrong('declaration-bom', 1);
		text = text.slice(1);
	}
	const lines = text.split(/\r\n?|\n/);
	if (lines.at(-1) === '') lines.pop();
	const version = /^BagIt-Version[ \t]*:[ \t]*(\S+)[ \t]*$/.exec(lines[0] ?? '')?.[1];
	const encodingName = /^Tag-File-Character-Encoding[ \t]*:[ \t]*(\S+)[ \t]*$/.exec(lines[1] ?? '')?.[1];
	const isStrict = version === '1.0';
	if (version === undefined) wrong('declaration-malformed', 1);
	else if (!VERSIONS.includes(version)) wrong('version-unknown', 1, { version });
	else if (isStrict && lines[0] !== `BagIt-Version: ${version}`) wrong('declaration-malformed', 1);
	if (encodingName === undefined) wrong('declaration-malformed', 2);
	else if (isStrict && lines[1] !== `Tag-File-Character-Encoding: ${encodingName}`)
		wrong('declaration-malformed', 2);
	if (lines.length > 2) wrong('declaration-malformed', 3);
	const encoding = encodingLabel(encodingName ?? 'utf-8');
	if (encoding === undefined) wrong('encoding-unknown', 2, { encoding: encodingName ?? '' });
	if (isStrict && encoding !== undefined && encoding !== 'utf-8')
		problems.warn('encoding-discouraged', DECLARATION_NAME, 2, { encoding: encodingName ?? '' });
	return {
		version: version ?? '',
		isStrict,
		infoName: version !== undefined && /^0\.9[345]$/.test(version) ? 'package-info.txt' : 'bag-info.txt',
		encoding: encoding ?? 'utf-8',
	};
}
