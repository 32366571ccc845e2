import type {
	PurgeCertificate,
	PurgeDetail,
	PurgeFailure,
	PurgePreview,
	ShownPurge,
} from '#domain/administration/purge.ts';
import { refusalKey } from '#domain/base/refusal.ts';
import { table } from './columns.ts';
import type { Language } from '#server/config.ts';
import { words, type Say } from '#server/words.ts';

/** Results of the verbs of purges as people read them. */
export const PURGE_PRINTERS: Readonly<Record<string, (result: never, say: Say) => string>> = {
	'archive-purge-propose': (result: PurgeDetail & { preview: PurgePreview }, say) =>
		[say('cli_purge_proposed', { number: result.number }), previewText(result.preview, say)].join('\n'),
	'archive-purge-list': (result: readonly ShownPurge[], say) =>
		[
			say('cli_purge_listed', { total: result.length }),
			...table([], result.map(cells)),
			...result.flatMap((order) => waitingLines(order, say).map((line) => `${order.number}  ${line}`)),
		].join('\n'),
	'archive-purge-show': detailText,
	'archive-purge-preview': previewText,
	'archive-purge-approve': detailText,
	'archive-purge-reject': detailText,
	'archive-purge-withdraw': detailText,
	'archive-purge-destroyed': detailText,
	'archive-purge-certificate': (result: PurgeCertificate, say) =>
		[
			say('cli_purge_certified', {
				number: result.number,
				ground: say(`cli_purge_ground_${result.ground}`),
				entries: result.entries.length,
			}),
			say('cli_purge_people', {
				proposer: result.proposedBy,
				proposed: result.proposedAt,
				approver: result.approvedBy,
				approved: result.approvedAt,
			}),
			say('cli_purge_why_was', { why: result.why }),
			say('cli_purge_searched', { at: result.searchedAt }),
			countsText(result.counts),
			...result.objects.map(
				({ objectId, kind, action, before, after }) =>
					`${say(`cli_purge_action_${action}`)}  ${kind}  ${objectId}\n  ${before?.inventoryDigest ?? '—'}\n  ${after?.inventoryDigest ?? '—'}`,
			),
			...result.entries.map(({ id }) => id),
			...backupLines(result.backups, say),
		].join('\n'),
};

/** A line of progress of a purge; undefined for any other. */
export function purgeProgressText(progress: unknown, language: Language): string | undefined {
	const { purging, done, total, ...order } = progress as {
		purging?: string;
		done?: number;
		total?: number;
	} & Partial<Pick<ShownPurge, 'failure' | 'decidedAt'>>;
	if (purging === undefined) return undefined;
	const say: Say = (key, params) => words(key, params ?? {}, language);
	const step = say(`cli_purge_step_${purging}`);
	if (order.failure)
		return [step, ...waitingLines({ decidedAt: null, failure: null, ...order }, say)].join(': ');
	return total ? `${step} ${done} / ${total}` : step;
}

function failureText({ code, params }: PurgeFailure, say: Say): string {
	const key = refusalKey(code);
	const said = say(key, params);
	return said === key ? code : said;
}

/** Why an order waits, and since when. */
function waitingLines({ failure, decidedAt }: Pick<ShownPurge, 'failure' | 'decidedAt'>, say: Say): string[] {
	if (!failure) return [];
	const since = failure.sinceAt ?? decidedAt ?? '';
	return [say('cli_purge_waits', { since, reason: failureText(failure, say) })];
}

function detailText(result: PurgeDetail, say: Say): string {
	return [
		cells(result).join('  '),
		...(result.deciderName ? [`${result.deciderName}  ${result.decidedAt}  ${result.decidedWhy ?? ''}`] : []),
		...(result.step ? [say('cli_purge_at_step', { step: say(`cli_purge_step_${result.step}`) })] : []),
		...waitingLines(result, say),
		...(result.hasCertificate ? [say('cli_purge_done', { at: result.finishedAt ?? '' })] : []),
		...backupLines(result.backups, say),
	].join('\n');
}

function previewText(result: PurgePreview, say: Say): string {
	return [
		say('cli_purge_previewed', { entries: result.total }),
		...result.entries.map(({ id, referenceCode, title }) =>
			['  ', id, referenceCode, title].filter(Boolean).join('  '),
		),
		countsText(result.counts),
		...result.objects.map(
			({ objectId, kind, action, before }) =>
				`${say(`cli_purge_action_${action}`)}  ${kind}  ${objectId}  v${before.head}  ${before.files} / ${before.bytes} B`,
		),
		...result.originals.map(({ fileName, others }) => say('cli_purge_original', { file: fileName, others })),
		...result.sameFiles.map(({ fileName, importId }) =>
			say('cli_purge_same_file', { file: fileName, id: importId }),
		),
		say('cli_purge_writing', { size: `${(result.databaseBytes / 1e6).toFixed(1)} MB` }),
		...backupLines(result.backups, say),
	].join('\n');
}

function countsText(counts: Readonly<Record<string, number>>): string {
	return Object.entries(counts)
		.map(([place, count]) => `${place} ${count}`)
		.join(' · ');
}

function backupLines(backups: PurgeDetail['backups'], say: Say): string[] {
	return backups.map(({ file, at, destroyedAt, destroyedBy }) =>
		destroyedAt === null
			? say('cli_purge_backup', { file, at })
			: say('cli_purge_backup_gone', { file, at: destroyedAt, name: destroyedBy ?? '' }),
	);
}

function cells({
	number,
	state,
	ground,
	entries,
	proposerName,
	createdAt,
	why,
}: ShownPurge): (string | number)[] {
	return [number, state, ground, entries, proposerName, createdAt, why.replace(/\s+/g, ' ')];
}
