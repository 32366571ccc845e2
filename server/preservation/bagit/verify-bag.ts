import type { Hash } from 'node:crypto';
import { openBagFiles, type BagFiles, type BagMember } from './bag-files.ts';
import { TagBudget } from './bag-limits.ts';
import { readBagInfo, type BagInfo, type Oxum } from './bag-info.ts';
import { BagProblems, type BagProblem } from './bag-problem.ts';
import { checkListings, type Expected } from './check-listings.ts';
import {
	DECLARATION_NAME,
	MOST_DECLARATION_BYTES,
	readDeclaration,
	type Declaration,
} from './declaration.ts';
import { FETCH_NAME, readFetch, type Fetchable } from './fetch-file.ts';
import { hashOf, isKnownAlgorithm, manifestName, readManifest, type Manifest } from './manifest.ts';
import { TagFault, tagLines, type TagLine } from './tag-lines.ts';

/** What was found out about a bag. */
export interface BagVerdict {
	/** No errors; there may be warnings. */
	readonly valid: boolean;
	readonly verdict: 'valid' | 'valid-with-warnings' | 'invalid';
	readonly form: BagFiles['form'];
	/** As the bag says; empty when it does not. */
	readonly version: string;
	readonly algorithms: readonly string[];
	readonly payload: { readonly files: number; readonly bytes: number };
	readonly info: BagInfo;
	readonly errors: number;
	readonly warnings: number;
	/** Errors first; at most a thousand of each severity, all of them are counted above. */
	readonly problems: readonly BagProblem[];
}

/** How a check is watched and stopped. */
export interface Checking {
	readonly signal?: AbortSignal | undefined;
	readonly onProgress?: ((progress: { readonly bytes: number; readonly total: number }) => void) | undefined;
}

/**
 * Checks a bag in a folder, a zip file or a tar file.
 * @throws {Refusal} what cannot be opened or read, see `openBagFiles`; the reason of the signal when cancelled
 */
export async function verifyBag(path: string, checking: Checking = {}): Promise<BagVerdict> {
	const files = await openBagFiles(path);
	try {
		return await verifyBagFiles(files, checking);
	} finally {
		await files.close();
	}
}

/**
 * Checks an opened bag: its form, that nothing is missing and nothing more is there, and every sum. Contents are read in
 * pieces; memory grows with the number of files only.
 * @throws {Refusal} 'preservation.bag-too-many-lines' (413) | 'preservation.bag-tags-too-large' (413)
 * @see RFC 8493, 3 (Complete and Valid Bags)
 */
export async function verifyBagFiles(files: BagFiles, checking: Checking = {}): Promise<BagVerdict> {
	const problems = new BagProblems();
	for (const problem of files.problems) problems.add(problem);
	const members = new Map(files.members.map((member) => [member.path, member]));
	for (const { path, kind } of files.members) {
		if (kind === 'link') problems.error('link', path);
		else if (kind === 'special') problems.error('special-file', path);
	}
	const declaration = await declarationOf(files, members, problems);
	const isPayload = ({ path }: BagMember): boolean => path.startsWith('data/');
	if (members.get('data')?.kind !== 'folder' && !files.members.some(isPayload))
		problems.error('payload-folder-missing', 'data');

	const tags = await readTags(files, members, declaration, problems);
	const expected = checkListings({ ...tags, declaration, members, problems });
	await checkSums(files, members, expected, problems, checking);

	const payload = files.members.filter((member) => isPayload(member) && member.kind === 'file');
	const bytes = payload.reduce((sum, member) => sum + member.bytes, 0);
	const { oxum } = tags;
	// Files that a system made and somebody cleared away are missing in the count as well, and their sizes are unknown.
	const { systemFilesMissing: missing } = expected;
	const isExplained = oxum && (missing > 0 ? oxum.bytes >= bytes : oxum.bytes === bytes);
	if (oxum && !(isExplained && oxum.files === payload.length + missing))
		problems.error('oxum-differs', declaration.infoName, oxum.line, {
			said: `${oxum.bytes}.${oxum.files}`,
			found: `${bytes}.${payload.length}`,
		});
	const { errors, warnings } = problems;
	return {
		valid: errors === 0,
		verdict: errors > 0 ? 'invalid' : warnings > 0 ? 'valid-with-warnings' : 'valid',
		form: files.form,
		version: declaration.version,
		algorithms: tags.manifests.filter(({ isTag }) => !isTag).map(({ algorithm }) => algorithm),
		payload: { files: payload.length, bytes },
		info: tags.info,
		errors,
		warnings,
		problems: problems.list(),
	};
}

async function declarationOf(
	files: BagFiles,
	members: ReadonlyMap<string, BagMember>,
	problems: BagProblems,
): Promise<Declaration> {
	const quiet = new BagProblems();
	const member = members.get(DECLARATION_NAME);
	if (member?.kind !== 'file') {
		problems.error('declaration-missing', DECLARATION_NAME);
		return readDeclaration(new Uint8Array(), quiet);
	}
	if (member.bytes > MOST_DECLARATION_BYTES) {
		problems.error('declaration-malformed', DECLARATION_NAME, 1);
		return readDeclaration(new Uint8Array(), quiet);
	}
	const pieces: Uint8Array[] = [];
	for await (const { content } of files.contents(new Set([DECLARATION_NAME])))
		for await (const piece of content) pieces.push(piece);
	return readDeclaration(Buffer.concat(pieces), problems);
}

/** What the tag files say. */
export interface Tags {
	readonly manifests: readonly Manifest[];
	readonly fetch: ReadonlyMap<string, Fetchable>;
	readonly info: BagInfo;
	readonly oxum: Oxum | undefined;
}

async function readTags(
	files: BagFiles,
	members: ReadonlyMap<string, BagMember>,
	{ encoding, isStrict, infoName }: Declaration,
	problems: BagProblems,
): Promise<Tags> {
	const manifests: Manifest[] = [];
	let fetch: Tags['fetch'] = new Map();
	let info: BagInfo = [];
	let oxum: Oxum | undefined;
	const budget = new TagBudget(files.path);
	const wanted = new Set<string>();
	for (const { path, kind } of members.values()) {
		if (kind !== 'file') continue;
		const name = manifestName(path);
		if (name && !isKnownAlgorithm(name.algorithm))
			problems.error('algorithm-unknown', path, 0, { algorithm: name.algorithm });
		if (name || path === infoName || path === FETCH_NAME) wanted.add(path);
	}
	for await (const { path, content } of files.contents(wanted)) {
		wanted.delete(path);
		const counted = budget.counted(path, tagLines(content, encoding));
		const lines = withoutMark(counted, path, encoding, problems);
		try {
			const name = manifestName(path);
			if (name) manifests.push(await readManifest(name, lines, isStrict, problems));
			else if (path === FETCH_NAME) fetch = await readFetch(lines, isStrict, problems);
			else ({ info, oxum } = await readBagInfo(path, lines, isStrict, problems));
		} catch (error) {
			if (!(error instanceof TagFault)) throw error;
			problems.error(error.code, path, error.line, { encoding });
		}
	}
	for (const path of wanted) problems.error('file-changed', path);
	return { manifests: manifests.toSorted((a, b) => (a.file < b.file ? -1 : 1)), fetch, info, oxum };
}

async function* withoutMark(
	lines: AsyncIterable<TagLine>,
	file: string,
	encoding: string,
	problems: BagProblems,
): AsyncIterable<TagLine> {
	for await (const line of lines) {
		if (line.number === 1 && encoding === 'utf-8' && line.text.startsWith('\ufeff')) {
			problems.error('tag-bom', file, 1);
			yield { ...line, text: line.text.slice(1) };
		} else yield line;
	}
}

async function checkSums(
	files: BagFiles,
	members: ReadonlyMap<string, BagMember>,
	{ sums }: Pick<Expected, 'sums'>,
	problems: BagProblems,
	{ signal, onProgress }: Checking,
): Promise<void> {
	const left = new Set(sums.keys());
	const total = [...left].reduce((sum, path) => sum + (members.get(path)?.bytes ?? 0), 0);
	let bytes = 0;
	for await (const { path, content } of files.contents(new Set(left))) {
		left.delete(path);
		const expected = sums.get(path) ?? [];
		const hashes = new Map<string, Hash>();
		for (const { algorithm } of expected)
			if (!hashes.has(algorithm)) hashes.set(algorithm, hashOf(algorithm));
		let read = 0;
		for await (const piece of content) {
			signal?.throwIfAborted();
			for (const hash of hashes.values()) hash.update(piece);
			read += piece.byteLength;
			onProgress?.({ bytes: bytes + read, total });
		}
		bytes += read;
		// Sizes were counted when the files were listed.
		if (read !== members.get(path)?.bytes) problems.error('file-changed', path);
		const found = new Map([...hashes].map(([algorithm, hash]) => [algorithm, hash.digest('hex')]));
		for (const { algorithm, sum, file, line } of expected)
			if (found.get(algorithm) !== sum) problems.error('checksum-differs', file, line, { path });
	}
	// What was listed and did not come is gone since, and nothing is known of it.
	for (const path of left) problems.error('file-changed', path);
}
