import { Refusal, type Params } from '#domain/base/refusal.ts';
import type { LogRecovery } from '#server/collaboration/log-recovery.ts';
import type { Language } from '#server/config.ts';
import type { CopyState, CopyStatus, ReplicationAnswer } from '#server/preservation/copies/copies.ts';
import type { RepairAnswer } from '#server/preservation/copies/repairs.ts';
import { words, wordsOf, type Say } from '#server/words.ts';

/** Lines of a list that are printed; `--json` has all. */
const MAX_LINES = 200;

interface Told {
	readonly code: string;
	readonly params: Params;
}

/** Results of the verbs of copies as people read them. */
export function copyPrinters(
	sizeText: (bytes: number) => string,
): Readonly<Record<string, (result: never, say: Say, language: Language) => string>> {
	return {
		'archive-copies': ({ copies }: { readonly copies: readonly CopyStatus[] }, say) =>
			copies.length === 0
				? say('refusal_preservation_no_copies')
				: copies
						.map(({ path, state, reason, sinceAt, behind, failed }) =>
							[
								`${path}: ${stateText(state, say)}`,
								say('cli_archive_copy_since', { since: sinceAt }),
								say('cli_archive_copy_behind', { ...behind, size: sizeText(behind.bytes), failed }),
								...(reason === undefined ? [] : [reason]),
							].join('  '),
						)
						.join('\n'),
		'archive-replicate': ({ copies }: ReplicationAnswer, say, language) =>
			copies
				.flatMap(({ path, state, objects, bytes, removed, failed, stopped, verdict }) => [
					`${path}: ${stateText(state, say)}`,
					...(stopped
						? [`  ${refusalText(stopped, language)}`]
						: [`  ${say('cli_archive_replicated', { objects, removed, size: sizeText(bytes) })}`]),
					...list(failed.map((each) => `${each.objectId}  ${refusalText(each, language)}`)),
					...(verdict
						? [
								`  ${say('cli_archive_copy_verified', {
									objects: verdict.objects,
									size: sizeText(verdict.bytes),
									errors: verdict.errors.length,
									differing: verdict.differing.length,
								})}`,
								...list(verdict.errors.map(({ code, path: at, message }) => `${code}  ${at}  ${message}`)),
								...list(
									verdict.differing.map(
										({ objectId, reason }) =>
											`${objectId}  ${say(`cli_copy_${reason.split('.')[1]?.replaceAll('-', '_')}`)}`,
									),
								),
							]
						: []),
				])
				.join('\n'),
		'log-recover': ({ records, recovered, documents, purged, incomplete, damaged }: LogRecovery, say) =>
			[
				say('cli_log_recovered', { records, recovered, documents }),
				...(purged > 0 ? [say('cli_log_recover_purged', { purged })] : []),
				...(incomplete > 0 ? [say('cli_log_recover_incomplete', { incomplete })] : []),
				...list(damaged.map((each) => say('cli_log_recover_damaged', { ...each }))),
			].join('\n'),
		'archive-repair': ({ objects }: RepairAnswer, say, language) =>
			objects
				.flatMap(({ objectId, outcome, from, why }) => [
					`${objectId}  ${say(`cli_archive_repair_${outcome}`, { from: from ?? '' })}`,
					...why.map((each) => `  ${refusalText(each, language)}`),
				])
				.join('\n'),
	};
}

/** A line of progress of copying or repairing; undefined for any other. */
export function copyProgressText(
	progress: unknown,
	language: Language,
	sizeText: (bytes: number) => string,
): string | undefined {
	const { copied, repaired, total, bytes, copy, records, recovered } = progress as {
		records?: number;
		recovered?: number;
		copied?: number;
		repaired?: number;
		total?: number;
		bytes?: number;
		copy?: string;
	};
	if (copied !== undefined && copy !== undefined)
		return words(
			'cli_archive_replicating',
			{ copy, done: copied, total: total ?? copied, size: sizeText(bytes ?? 0) },
			language,
		);
	if (records !== undefined && recovered !== undefined)
		return words('cli_log_recovering', { records, recovered }, language);
	if (repaired !== undefined)
		return words('cli_archive_repairing', { done: repaired, total: total ?? repaired }, language);
	return undefined;
}

function stateText(state: CopyState, say: Say): string {
	return say(`cli_copy_state_${state.replace('-', '_')}`);
}

function list(lines: readonly string[]): string[] {
	return [
		...lines.slice(0, MAX_LINES).map((line) => `  ${line}`),
		...(lines.length > MAX_LINES ? [`  … ${lines.length - MAX_LINES}`] : []),
	];
}

function refusalText({ code, params }: Told, language: Language): string {
	return wordsOf(new Refusal(code, params), language);
}
