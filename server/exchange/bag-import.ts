import { createWriteStream } from 'node:fs';
import { basename, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Refusal } from '#domain/base/refusal.ts';
import type { Unwrap } from '#server/catalogue/import/import-report.ts';
import { openBagFiles, packedForm, type BagFiles } from '#server/preservation/bagit/bag-files.ts';
import type { BagProblem } from '#server/preservation/bagit/bag-problem.ts';
import { targetRefusal } from '#server/preservation/bagit/folder-sink.ts';
import { manifestName } from '#server/preservation/bagit/manifest.ts';
import { verifyBagFiles } from '#server/preservation/bagit/verify-bag.ts';
import { openZipSink } from '#server/preservation/bagit/zip-sink.ts';
import { ENTRIES_NAME } from './bag-export.ts';

/** What the import pipeline may be able to read, by its name. */
const READABLE = /\.(json|jsonl|xml|ead|csv|tsv|txt|xlsx?|ods|et)(\.gz)?$/i;
/** As much as an upload may have. */
const MOST_BYTES = 2 * 1024 * 1024 * 1024;

/**
 * Takes the file with the entries out of a packed bag, which must be valid: ours, or the only one that can be imported.
 * @throws {Refusal} 'preservation.bag-invalid' | 'preservation.bag-nothing-to-import' | 'preservation.bag-several' |
 * 'preservation.bag-too-large' (413) | 'storage.full' (507)
 */
export const unwrapBag: Unwrap = async ({ path, fileName }, folder, signal) => {
	const files = await openIfBag(path, fileName);
	if (!files) return undefined;
	try {
		const { valid, problems, errors } = await verifyBagFiles(files, { signal });
		const first = problems.find(isName) ?? problems[0];
		if (!valid && first)
			throw new Refusal('preservation.bag-invalid', {
				file: fileName,
				errors,
				problem: first.code,
				where: first.line > 0 ? `${first.file}:${first.line}` : first.file,
			});
		const chosen = payloadToImport(files, fileName);
		const target = join(folder, 'payload');
		for await (const { content } of files.contents(new Set([chosen])))
			await copyOut(content, target, fileName, signal);
		return {
			path: target,
			fileName: basename(chosen),
			problems: problems.map(({ code, file, line }) => ({
				file: fileName,
				line: 0,
				severity: 'warning',
				code: 'preservation.bag-warning',
				params: { problem: code, where: line > 0 ? `${file}:${line}` : file },
			})),
		};
	} finally {
		await files.close();
	}
};

/**
 * Packs a bag that lies in a folder into a zip file, so that an import can keep it as it came.
 * @throws {Refusal} like `openBagFiles` and `openZipSink`
 */
export async function packBag(folder: string, target: string, at: Date): Promise<void> {
	const files = await openBagFiles(folder);
	try {
		const sink = await openZipSink(target, { base: basename(folder), at });
		try {
			for (const { path, kind } of files.members) if (kind === 'folder') await sink.folder(path);
			const paths = files.members.filter(({ kind }) => kind === 'file').map(({ path }) => path);
			for await (const { path, content } of files.contents(new Set(paths))) await sink.file(path, content);
			await sink.finish();
		} catch (error) {
			await sink.abort(error);
			throw error;
		}
	} finally {
		await files.close();
	}
}

/** A packed bag, opened; undefined for what is no bag: workbooks are zip files too. */
async function openIfBag(path: string, fileName: string): Promise<BagFiles | undefined> {
	const form = await packedForm(path);
	// Most gzipped files are one text; to look into each would be to unpack it twice.
	if (form === undefined || (form === 'gzip' && !/\.(tar\.gz|tgz)$/i.test(fileName))) return undefined;
	let files: BagFiles;
	try {
		files = await openBagFiles(path);
	} catch (error) {
		if ((error as { code?: string }).code !== 'preservation.bag-unreadable') throw error;
		return undefined;
	}
	if (files.members.some(({ path: name }) => name === 'bagit.txt' || manifestName(name))) return files;
	if (files.problems.some((each) => isName(each) && /(?:^|\/)bagit\.txt$/.test(each.file))) return files;
	await files.close();
	return undefined;
}

/** Of what follows from names that cannot be read, these say most. */
function isName({ code }: BagProblem): boolean {
	return code === 'name-encoding';
}

function payloadToImport({ members }: BagFiles, file: string): string {
	const payload = members.filter(
		({ path, kind }) => kind === 'file' && path.startsWith('data/') && READABLE.test(path),
	);
	const ours = payload.find(({ path }) => path === `data/${ENTRIES_NAME}`);
	const [only] = payload;
	if (!only) throw new Refusal('preservation.bag-nothing-to-import', { file });
	if (!ours && payload.length > 1)
		throw new Refusal('preservation.bag-several', { file, count: payload.length });
	return (ours ?? only).path;
}

async function copyOut(
	content: AsyncIterable<Uint8Array>,
	target: string,
	file: string,
	signal: AbortSignal,
): Promise<void> {
	let bytes = 0;
	const counted = new Transform({
		transform(chunk: Buffer, _, done) {
			bytes += chunk.length;
			if (bytes > MOST_BYTES) done(new Refusal('preservation.bag-too-large', { path: file }, 413));
			else done(null, chunk);
		},
	});
	try {
		await pipeline(content, counted, createWriteStream(target, { flags: 'wx', mode: 0o600 }), { signal });
	} catch (error) {
		throw targetRefusal(error, target);
	}
}
