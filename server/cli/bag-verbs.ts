import { mkdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as v from 'valibot';
import { createId } from '#domain/base/ids.ts';
import type { Language } from '#server/config.ts';
import { packBagApart, verifyBagApart } from '#server/exchange/bag-thread.ts';
import { importFiles, type ImportAnswer } from './import-verb.ts';
import type { BagProblem } from '#server/preservation/bagit/bag-problem.ts';
import type { BagVerdict } from '#server/preservation/bagit/verify-bag.ts';
import { entryId, text, verb, type Verb, type VerbContext } from './verb.ts';
import { words } from '#server/words.ts';

/** What `lantai bag verify` answers. */
export interface BagAnswer extends BagVerdict {
	readonly path: string;
	readonly problems: readonly (BagProblem & { readonly message: string })[];
}

/** What `lantai bag import` answers: nothing is imported when one of the bags is not valid. */
export interface BagImportAnswer {
	readonly valid: boolean;
	readonly bags: readonly BagAnswer[];
	readonly imported: ImportAnswer | null;
}

/**
 * Checks a bag and says in words what is wrong with it. Needs no archive.
 * @throws {Refusal} like `verifyBagApart`
 */
export async function checkBag(
	path: string,
	{ language, signal, progress }: Pick<VerbContext, 'language' | 'signal' | 'progress'>,
): Promise<BagAnswer> {
	const verdict = await verifyBagApart(path, {
		signal,
		onProgress: ({ bytes, total }) => progress({ file: path, read: bytes, total }),
	});
	return {
		path,
		...verdict,
		problems: verdict.problems.map((problem) => ({ ...problem, message: problemWords(problem, language) })),
	};
}

/** What a problem says. */
export function problemWords({ code, params }: BagProblem, language: Language): string {
	return words(`bag_problem_${code.replaceAll('-', '_')}`, params, language);
}

/** The verbs of bags that need an archive. */
export const BAG_VERBS: Readonly<Record<string, Verb>> = {
	'bag-export': verb(
		v.object({ id: entryId, path: text, sha256: v.boolean() }),
		async (app, { id, path, sha256 }, { identity, signal }) => ({
			path,
			...(await app.exchange.writeBag(identity.person, id, {
				path,
				algorithms: sha256 ? ['sha256', 'sha512'] : ['sha512'],
				signal,
			})),
		}),
	),

	'bag-import': verb(
		v.object({
			paths: v.pipe(v.array(text), v.minLength(1)),
			under: v.optional(entryId),
			profile: v.optional(text),
			mapping: v.optional(text),
			dryRun: v.boolean(),
		}),
		async (app, { paths, ...asked }, context): Promise<BagImportAnswer> => {
			const bags: BagAnswer[] = [];
			for (const path of paths) bags.push(await checkBag(path, context));
			if (bags.some(({ valid }) => !valid)) return { valid: false, bags, imported: null };
			const folder = join(app.config.dataDir, 'staging', createId<string>());
			await mkdir(folder, { recursive: true });
			try {
				const files: string[] = [];
				for (const [index, path] of paths.entries()) {
					if ((await stat(path)).isFile()) files.push(path);
					else {
						const beside = join(folder, String(index));
						await mkdir(beside);
						files.push(join(beside, `${basename(path)}.zip`));
						await packBagApart(path, files.at(-1) as string, context.signal);
					}
				}
				return { valid: true, bags, imported: await importFiles(app, { files, ...asked }, context) };
			} finally {
				await rm(folder, { recursive: true, force: true });
			}
		},
	),
};
