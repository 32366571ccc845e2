import { isRefusal } from '#domain/base/refusal.ts';
import type { EntryDetail } from '#domain/catalogue/rows.ts';
import type { ConflictRow } from '#domain/collaboration/conflicts.ts';
import type { BoardPage, StepOutcome } from '#domain/catalogue/review-states.ts';
import type { CompactionReport } from '#server/collaboration/compaction/compactor.ts';
import type { ShownThread } from '#server/collaboration/comments/comment-desk.ts';
import type { BackupAnswer } from '#server/administration/backup/backup.ts';
import type { BackupVerdict, RestoreAnswer } from '#server/administration/backup/restore.ts';
import type { RebuildProgress } from '#server/administration/rebuild/rebuilding.ts';
import type { Timeline } from '#server/catalogue/timeline.ts';
import type { UndoResult } from '#server/catalogue/import/imports.ts';
import { bagPrinters } from './bag-output.ts';
import { CODE_PRINTERS } from './code-output.ts';
import type { Language } from '#server/config.ts';
import { copyPrinters, copyProgressText } from './copy-output.ts';
import type { CreatorReport } from '#server/catalogue/import/creator-tally.ts';
import type { ImportAnswer } from './import-verb.ts';
import { rebuildText } from './rebuild-output.ts';
import { FIXITY_PRINTERS, fixityProgressText } from './fixity-output.ts';
import { CHECK_PRINTERS, checkProgressText } from './check-output.ts';
import { ORDER_PRINTERS, orderProgressText } from './order-output.ts';
import { STORE_PRINTERS } from './store-output.ts';
import { PURGE_PRINTERS, purgeProgressText } from './purge-output.ts';
import { REGISTER_PRINTERS } from './register-output.ts';
import type { UnsentAnswer } from './unsent-verb.ts';
import { lineOf, sizeText, table } from './columns.ts';
import { words, wordsOf, type Say } from '#server/words.ts';

interface Branch {
	readonly id: string;
	readonly title: string;
	readonly referenceCode: string;
	readonly childCount: number;
	readonly children?: readonly Branch[];
}

const printers: Readonly<Record<string, (result: never, say: Say, language: Language) => string>> = {
	setup: (result: { archive: { name: string; code: string } }, say) => say('cli_setup_done', result.archive),
	'user-password': (result: { name: string }, say) => say('cli_user_password_set', { name: result.name }),
	'archive-rebuild': rebuildText,
	'user-add': (result: { name: string; role: string }, say) =>
		say('cli_user_added', { name: result.name, role: result.role }),
	token: (result: { token: string }) => result.token,
	import: importText,
	'import-undo': (result: UndoResult, say) =>
		[
			say('cli_import_undone', { withdrawn: result.withdrawn, kept: result.kept.length }),
			...result.kept.map((entry) => `  ${entry.id}  ${entry.referenceCode}  ${entry.title}`),
			...(result.elsewhere > 0 ? [say('cli_import_undo_elsewhere', { count: result.elsewhere })] : []),
		].join('\n'),
	tree: (result: readonly Branch[], say) =>
		result.length === 0
			? say('cli_tree_empty')
			: result.flatMap((branch) => branchLines(branch, 0)).join('\n'),
	show: entryText,
	set: (result: { field: string }, say) => say('cli_set_done', { field: result.field }),
	conflicts: conflictsText,
	comments: commentsText,
	propose: (result: { id: string }, say) => say('cli_proposed', { id: result.id }),
	decide: (result: { id: string }, say) => say('cli_decided', { id: result.id }),
	review: (result: StepOutcome, say) =>
		[
			say('cli_review_done', { done: result.done, refused: result.refusedCount }),
			...result.refused.map(({ entryId, code }) => `  ${entryId}  ${code}`),
		].join('\n'),
	boards: (result: BoardPage, say) =>
		result.rows.length === 0
			? say('cli_boards_empty')
			: result.rows
					.map((row) => [row.id, row.reviewState, row.referenceCode, row.title].filter(Boolean).join('  '))
					.join('\n'),
	log: timelineText,
	...bagPrinters(importText),
	...CHECK_PRINTERS,
	...ORDER_PRINTERS,
	...CODE_PRINTERS,
	...copyPrinters(sizeText),
	...STORE_PRINTERS,
	...FIXITY_PRINTERS,
	...PURGE_PRINTERS,
	...REGISTER_PRINTERS,
	'log-compact': (result: CompactionReport, say) =>
		[
			say('cli_log_compacted', {
				documents: result.documents,
				rows: result.rows,
				before: sizeText(result.bytesBefore),
				after: sizeText(result.bytesAfter),
				inUse: result.inUse,
				forgotten: result.forgotten,
			}),
			...result.kept.map(({ doc, why }) => `  ${say('cli_log_not_compacted', { doc, why })}`),
		].join('\n'),
	export: (result: { path: string; bytes: number }, say) =>
		say('cli_export_done', { path: result.path, bytes: result.bytes }),
	backup: (result: BackupAnswer, say) =>
		say('cli_backup_done', {
			file: result.file,
			size: sizeText(result.bytes),
			entries: result.entries,
			objects: result.objects,
			seconds: result.seconds.toFixed(1),
			sha512: result.sha512,
		}),
	'backup-verify': (result: BackupVerdict, say) =>
		say('cli_backup_valid', {
			file: result.file,
			name: result.archive.name,
			backupAt: result.backupAt,
			members: result.members,
			entries: result.entries,
			objects: result.objects,
			sha512: result.sha512,
		}),
	restore: (result: RestoreAnswer, say) =>
		say('cli_restore_done', {
			dir: result.dir,
			backupAt: result.backupAt,
			entries: result.entries,
			objects: result.objects,
			seconds: result.seconds.toFixed(1),
		}),
	'unsent-import': (result: UnsentAnswer, say) =>
		[
			say('cli_unsent_done', {
				items: result.items,
				taken: result.taken,
				nothingNew: result.nothingNew,
				refused: result.refused.length,
			}),
			...(result.drafts > 0 ? [say('cli_unsent_drafts', { count: result.drafts })] : []),
			...result.refused.flatMap((item) => [
				'',
				`${item.title || item.doc}  ${item.doc}`,
				`  ${item.message}`,
				...table(
					[],
					item.edits.map((edit) => [`  ${edit.field}`, edit.value]),
				),
			]),
		].join('\n'),
};

/** The result of a verb as people read it. */
export function resultText(verb: string, result: unknown, language: Language): string {
	const print = printers[verb] as ((result: unknown, say: Say, language: Language) => string) | undefined;
	return print
		? print(result, (key, params) => words(key, params, language), language)
		: JSON.stringify(result, undefined, '\t');
}

/** An error as `--json` prints it. */
export function errorJson(error: unknown, language: Language): string {
	const shown = isRefusal(error)
		? { code: error.code, params: error.params, message: wordsOf(error, language) }
		: { code: 'server.failed', params: {}, message: error instanceof Error ? error.message : String(error) };
	return JSON.stringify({ error: shown });
}

/** An error as people read it; a bug with all that helps to find it. */
export function errorText(error: unknown, language: Language): string {
	if (isRefusal(error)) return wordsOf(error, language);
	return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** A line of progress as people read it; undefined when there is nothing to say. */
export function progressText(progress: unknown, language: Language): string | undefined {
	const rows =
		purgeProgressText(progress, language) ??
		checkProgressText(progress, language) ??
		orderProgressText(progress, language) ??
		fixityProgressText(progress, language) ??
		copyProgressText(progress, language, sizeText);
	if (rows !== undefined) return rows;
	const { rebuilt, ...count } = progress as RebuildProgress;
	if (rebuilt !== undefined) return words(`cli_archive_rebuilding_${rebuilt}`, { ...count }, language);
	const { file, bytes, total, entries, done, written, read, objects, files } = progress as {
		file?: string;
		bytes?: number;
		total?: number;
		entries?: number;
		done?: boolean;
		written?: number;
		read?: number;
		objects?: number;
		files?: number;
	};
	if (file !== undefined && written !== undefined)
		return words('cli_backup_progress', { file, size: sizeText(written) }, language);
	if (file !== undefined && read !== undefined)
		return words(
			'cli_restore_progress',
			{ file, percent: total ? Math.floor((100 * read) / total) : 0 },
			language,
		);
	if (objects !== undefined && files !== undefined)
		return words('cli_archive_progress', { objects, files, size: sizeText(bytes ?? 0) }, language);
	if (file === undefined || entries === undefined) return undefined;
	if (done) return words('cli_import_file_done', { file, entries }, language);
	const percent = total ? Math.floor((100 * (bytes ?? 0)) / total) : 0;
	return words('cli_import_progress', { file, percent, entries }, language);
}

function importText(result: ImportAnswer, say: Say): string {
	const seconds = result.seconds.toFixed(1);
	const lines: string[] = [];
	for (const each of result.imports ?? [result])
		lines.push(
			each.importId === null
				? say('cli_import_checked', { entries: each.entries, seconds: each.seconds.toFixed(1) })
				: say('cli_import_done', { entries: each.entries, seconds, importId: each.importId }),
		);
	for (const { creators } of result.imports ?? [result])
		if (creators) lines.push(...creatorLines(creators, say));
	const levels = Object.entries(result.byLevel);
	if (levels.length)
		lines.push(
			'',
			...table(
				[say('cli_import_level'), say('cli_import_count')],
				levels.map(([level, count]) => [level, count]),
			),
		);
	if (result.losses.length)
		lines.push(
			'',
			...table(
				[say('cli_import_lost'), say('cli_import_count'), say('cli_import_first_line')],
				result.losses.map((loss) => [loss.path, loss.count, loss.firstLine]),
			),
		);
	if (result.problems.length)
		lines.push(
			'',
			...table(
				[say('cli_import_line'), say('cli_import_problem')],
				result.problems.map((problem) => [`${problem.file}:${problem.line}`, problem.message]),
			),
		);
	return lines.join('\n');
}

function creatorLines({ rows, decisions }: CreatorReport, say: Say): string[] {
	return [
		say('cli_import_creators', rows),
		...decisions.map(({ decision, text, to, rows: count }) =>
			say('cli_import_creators_line', {
				text,
				to: to ?? text,
				rows: count,
				decision: say(`cli_import_creators_${decision.toLowerCase()}`),
			}),
		),
	];
}

function conflictsText(
	result: { readonly total: number; readonly conflicts: readonly ConflictRow[] },
	say: Say,
): string {
	return [
		say('cli_conflicts_total', { total: result.total }),
		...result.conflicts.flatMap((row) => [
			'',
			`${[row.referenceCode, row.title].filter(Boolean).join('  ')}  ${row.entryId}`,
			...table(
				[],
				row.values.map(({ value, attribution }) => [
					`  ${row.field}`,
					lineOf(value),
					attribution.actorName,
					attribution.receivedAt,
				]),
			),
			...(row.dispute ? [`  ${say('cli_conflicts_disputed', { ...row.dispute })}`] : []),
		]),
	].join('\n');
}

function commentsText({ threads }: { readonly threads: readonly ShownThread[] }, say: Say): string {
	if (threads.length === 0) return say('cli_comments_empty');
	return threads
		.flatMap(({ anchor, isResolved, comments }) => [
			[
				anchor.kind === 'entry' ? say('cli_comments_entry') : anchor.field,
				...(anchor.kind === 'passage' ? [`“${anchor.quote}”`] : []),
				...(isResolved ? [say('cli_comments_resolved')] : []),
			].join('  '),
			...comments.map(
				({ actorName, at, text, isWithdrawn }) =>
					`  ${at}  ${actorName}: ${isWithdrawn ? say('cli_comments_withdrawn') : lineOf(text)}`,
			),
		])
		.join('\n');
}

function timelineText({ steps, review }: Timeline, say: Say): string {
	if (steps.length + review.length === 0) return say('cli_log_empty');
	const reviews = review.map(({ at, actorName, step, why }) => ({
		at,
		lines: [`${at}  ${actorName}  ${say('cli_log_review', { step })}`, ...(why ? [`  ${why}`] : [])],
	}));
	const edits = steps.map((step) => ({
		at: step.to,
		lines: [
			`${step.seq}  ${step.to}  ${step.actorName}${step.via ? ` (${step.via})` : ''}`,
			...step.changes.map(
				({ field, from, to }) => `  ${field}: ${from.map(lineOf).join(' ⁄ ') || '—'} → ${lineOf(to) || '—'}`,
			),
			...(step.hasTexts ? [`  ${say('cli_log_texts')}`] : []),
		],
	}));
	return [...edits, ...reviews]
		.sort((a, b) => (a.at < b.at ? 1 : -1))
		.flatMap(({ lines }) => lines)
		.join('\n');
}

function branchLines(branch: Branch, depth: number): string[] {
	const folded = branch.childCount > 0 && !branch.children ? ` (${branch.childCount})` : '';
	const line = [branch.referenceCode, branch.title].filter(Boolean).join('  ');
	return [
		`${'  '.repeat(depth)}${line}${folded}  ${branch.id}`,
		...(branch.children ?? []).flatMap((child) => branchLines(child, depth + 1)),
	];
}

function entryText(
	entry: Pick<EntryDetail, 'id' | 'level' | 'fields' | 'conflicts' | 'state' | 'versions'> & {
		readonly formerCodes?: readonly string[];
	},
	say: Say,
): string {
	const fields = Object.entries(entry.fields).map(([key, value]) => {
		const count = entry.conflicts[key]?.length ?? 0;
		const note = count > 1 ? `  ← ${say('cli_show_conflict', { count })}` : '';
		return [key, lineOf(value) + note];
	});
	return [
		`${entry.id}  ${entry.level}  ${entry.state}  ${entry.versions.at(-1)?.version ?? ''}`.trimEnd(),
		...table([], fields),
		...(entry.formerCodes ?? []).map((code) => say('cli_show_former', { code })),
	].join('\n');
}
