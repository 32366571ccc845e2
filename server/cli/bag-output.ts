import type { BagAnswer, BagImportAnswer } from './bag-verbs.ts';
import type { ImportAnswer } from './import-verb.ts';
import type { Say } from '#server/words.ts';

/** Results of the verbs of bags as people read them. */
export const bagPrinters = (
	importText: (result: ImportAnswer, say: Say) => string,
): Readonly<Record<string, (result: never, say: Say) => string>> => ({
	'bag-verify': bagText,
	'bag-export': (result: { path: string; entries: number; bytes: number }, say) =>
		say('cli_bag_export_done', { path: result.path, entries: result.entries, bytes: result.bytes }),
	'bag-import': ({ bags, imported }: BagImportAnswer, say) =>
		[
			...bags.map((bag) => bagText(bag, say)),
			imported ? importText(imported, say) : say('cli_bag_import_nothing'),
		].join('\n'),
});

function bagText(bag: BagAnswer, say: Say): string {
	const { path, version, payload, errors, warnings, problems } = bag;
	const said = { path, version, files: payload.files, bytes: payload.bytes, errors, warnings };
	const left = errors + warnings - problems.length;
	return [
		...problems.map(
			({ severity, code, file, line, message }) =>
				`${say(`cli_bag_${severity}`)}  ${line > 0 ? `${file}:${line}` : file}  ${code}  ${message}`,
		),
		...(left > 0 ? [say('cli_bag_more', { count: left })] : []),
		say(bag.valid ? 'cli_bag_valid' : 'cli_bag_invalid', said),
	].join('\n');
}
