import { sizeText, table } from './columns.ts';
import type { Verdict } from '#server/preservation/ocfl-verify-run.ts';
import type { Failing } from '#server/preservation/store-state.ts';
import type { DepositAnswer, StoreStatus } from './store-verbs.ts';
import type { Say } from '#server/words.ts';

/** Results of the verbs of the archival store as people read them. */
export const STORE_PRINTERS: Readonly<Record<string, (result: never, say: Say) => string>> = {
	'archive-verify': (result: Verdict, say) =>
		[
			...[...result.errors, ...result.warnings, ...result.notes].map(
				(finding) => `${finding.code}  ${finding.path}  ${finding.message}`,
			),
			say(result.valid ? 'cli_archive_valid' : 'cli_archive_invalid', {
				objects: result.objects,
				errors: result.errors.length,
				warnings: result.warnings.length,
			}),
			say('cli_archive_read', { files: result.files, size: sizeText(result.bytes) }),
		].join('\n'),

	'archive-status': (result: StoreStatus, say) =>
		[
			say(`cli_store_state_${result.state.replace('-', '_')}`, { reason: result.reason ?? '' }),
			...(result.trouble === undefined || result.trouble === result.reason
				? []
				: [say('cli_store_trouble', { reason: result.trouble })]),
			say('cli_store_versions', { working: result.working.versions, approved: result.approved.versions }),
			...table(
				[],
				result.kinds.map((each) => [
					`  ${say(`cli_store_kind_${each.kind}`)}`,
					each.objects,
					each.versions,
					sizeText(each.bytes),
				]),
			),
			...(result.disk ? [say('cli_store_disk', { free: sizeText(result.disk.free) })] : []),
			result.waiting.entries + result.waiting.records === 0
				? say('cli_store_waiting_none')
				: say('cli_store_waiting', {
						entries: result.waiting.entries,
						records: result.waiting.records,
						since: result.waiting.since ?? '',
					}),
			...failureLines(result.failures, say),
		].join('\n'),

	'archive-deposit': (result: DepositAnswer, say) =>
		[
			...result.versions.map(({ id, version, kind }) => [id, version, say(`cli_store_${kind}`)].join('  ')),
			result.waiting === 0
				? say('cli_store_waiting_none')
				: say('cli_store_still_waiting', { count: result.waiting }),
			...failureLines(result.failures, say),
		].join('\n'),
};

function failureLines(failures: readonly Failing[], say: Say): string[] {
	return failures.map(({ key, reason, since, times }) =>
		say('cli_store_failure', { key, reason, since, times }),
	);
}
