import { readFile } from 'node:fs/promises';
import { Refusal } from '#domain/base/refusal.ts';
import type { EntryId } from '#domain/base/ids.ts';
import type { App } from '#server/app.ts';
import type { CreatorReport } from '#server/catalogue/import/creator-tally.ts';
import type { DryRunReport, ImportProblem } from '#server/catalogue/import/import-report.ts';
import { noFileRefusal } from '#server/storage/no-file.ts';
import { wordsOf } from '#server/words.ts';
import type { VerbContext } from './verb.ts';

/** What `lantai import` is told. Paths are absolute. */
export interface ImportArgs {
	readonly files: readonly string[];
	readonly under?: EntryId | undefined;
	readonly profile?: string | undefined;
	/** A JSON file. */
	readonly mapping?: string | undefined;
	/** Short forms of creators are written out as the authority list says. */
	readonly authorities?: boolean | undefined;
	readonly dryRun: boolean;
}

/** What `lantai import` answers; of several files the sums, and each by itself in `imports`. */
export interface ImportAnswer {
	/** Null for a dry run; of several files the first. */
	readonly importId: string | null;
	readonly entries: number;
	readonly byLevel: Readonly<Record<string, number>>;
	readonly losses: readonly { readonly path: string; readonly count: number; readonly firstLine: number }[];
	readonly problems: readonly {
		readonly file: string;
		readonly line: number;
		readonly severity: string;
		readonly code: string;
		readonly message: string;
	}[];
	readonly seconds: number;
	readonly format?: string;
	readonly profile?: string;
	readonly rootIds?: readonly string[];
	/** What writing creators out did, where that was asked for; of several files each says it for itself. */
	readonly creators?: CreatorReport;
	/** Only for several files. */
	readonly imports?: readonly (ImportAnswer & { readonly file: string })[];
}

/**
 * Imports files one after the other, each as an import of its own that can be undone by itself. When one is refused,
 * those before it stay; their ids are in the progress.
 */
export async function importFiles(app: App, args: ImportArgs, context: VerbContext): Promise<ImportAnswer> {
	const mapping = args.mapping === undefined ? undefined : await readMapping(args.mapping);
	const answers: (ImportAnswer & { readonly file: string })[] = [];
	for (const file of args.files) {
		const answer = await importFile(app, file, mapping, args, context);
		answers.push(answer);
		context.progress({ file, done: true, importId: answer.importId, entries: answer.entries });
	}
	const [only] = answers;
	if (only && answers.length === 1) {
		const { file: _file, ...answer } = only;
		return answer;
	}
	const byLevel: Record<string, number> = {};
	for (const answer of answers)
		for (const [level, count] of Object.entries(answer.byLevel))
			byLevel[level] = (byLevel[level] ?? 0) + count;
	const sum = (of: (answer: ImportAnswer) => number): number =>
		answers.reduce((total, answer) => total + of(answer), 0);
	return {
		importId: only?.importId ?? null,
		entries: sum((answer) => answer.entries),
		byLevel,
		losses: answers.flatMap((answer) => answer.losses),
		problems: answers.flatMap((answer) => answer.problems),
		seconds: sum((answer) => answer.seconds),
		imports: answers,
	};
}

async function importFile(
	app: App,
	file: string,
	mapping: unknown,
	{ under, profile, authorities, dryRun }: ImportArgs,
	{ identity, language, signal, progress }: VerbContext,
): Promise<ImportAnswer & { readonly file: string }> {
	const request = {
		path: file,
		...(under === undefined ? {} : { under }),
		...(profile === undefined ? {} : { profile }),
		...(mapping === undefined ? {} : { mapping }),
		...(authorities ? { writesCreatorsOut: true } : {}),
	};
	const running = { signal, onProgress: (now: object) => progress({ file, ...now }) };
	const messageOf = (problem: ImportProblem): ImportAnswer['problems'][number] => ({
		file: problem.file,
		line: problem.line,
		severity: problem.severity,
		code: problem.code,
		message: wordsOf(problem, language),
	});
	const said = (report: DryRunReport) => ({
		entries: report.entries,
		byLevel: report.byLevel,
		losses: report.losses,
		problems: report.problems.map(messageOf),
		seconds: report.seconds,
		format: report.format,
		profile: report.profile,
		...(report.creators ? { creators: report.creators } : {}),
	});
	if (dryRun)
		return { file, importId: null, ...said(await app.importDesk.dryRun(identity, request, running)) };
	const report = await app.importDesk.run(identity, request, running);
	return { file, importId: report.importId, ...said(report), rootIds: report.rootIds };
}

/**
 * Reads a mapping of columns.
 * @throws {Refusal} 'import.no-file' | 'import.mapping'
 */
async function readMapping(path: string): Promise<unknown> {
	let text: string;
	try {
		text = await readFile(path, 'utf8');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EACCES')
			throw new Refusal('import.no-file', { file: path }, 404);
		throw noFileRefusal(path, error) ?? error;
	}
	try {
		// A byte-order mark is what some editors begin every file with.
		return JSON.parse(text.replace(/^\ufeff/, '')) as unknown;
	} catch (error) {
		throw new Refusal('import.mapping', { path, reason: (error as Error).message });
	}
}
