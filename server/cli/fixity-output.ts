import { table } from './columns.ts';
import type { Language } from '#server/config.ts';
import type { FixityProgress, FixityRunReport } from '#server/preservation/fixity/fixity.ts';
import type { FixityFinding } from '#server/preservation/fixity/fixity-finding.ts';
import type { FixityReport, ShownEvent } from '#server/preservation/fixity/fixity-report.ts';
import { words, type Say } from '#server/words.ts';

/** Results of the verbs of fixity as people read them. */
export const FIXITY_PRINTERS: Readonly<Record<string, (result: never, say: Say) => string>> = {
	'fixity-run': runText,
	'fixity-report': (
		result:
			| FixityReport
			| { readonly object: string; readonly events: readonly ShownEvent[] }
			| { readonly path: string; readonly bytes: number },
		say,
	) => {
		if ('path' in result) return say('cli_fixity_premis_written', { path: result.path, bytes: result.bytes });
		return 'events' in result ? eventsText(result.events, say) : reportText(result, say);
	},
};

/** A line of progress of a run; undefined for any other. */
export function fixityProgressText(progress: unknown, language: Language): string | undefined {
	const { failures, total, objects, bytes } = progress as Partial<FixityProgress>;
	if (failures === undefined || total === undefined || objects === undefined) return undefined;
	return words('cli_fixity_progress', { objects, total, failures, size: sizeText(bytes ?? 0) }, language);
}

function runText(result: FixityRunReport, say: Say): string {
	const { objects, files, failures, added, seconds } = result;
	const said = { objects, files, failures, size: sizeText(result.bytes), seconds: seconds.toFixed(1) };
	return [
		...result.failed.flatMap(({ objectId, findings }) => [
			objectId ?? say('cli_fixity_root'),
			...findingLines(findings, say),
		]),
		...(added > 0 ? [say('cli_fixity_added', { added })] : []),
		say(failures === 0 ? 'cli_fixity_passed' : 'cli_fixity_failed', said),
	].join('\n');
}

function reportText(result: FixityReport, say: Say): string {
	const { schedule, oldestUnverified: oldest } = result;
	const { neededMegabytesPerSecond: needed } = schedule;
	return [
		say('cli_fixity_objects', {
			objects: result.objects,
			checked: result.checked,
			never: result.neverChecked,
		}),
		...(oldest ? [say('cli_fixity_oldest', { id: oldest.objectId, since: oldest.since })] : []),
		say('cli_fixity_schedule', {
			days: schedule.everyDays,
			rate: schedule.megabytesPerSecond,
			perDay: schedule.objectsPerDay,
			overdue: schedule.overdue,
		}),
		...(needed > schedule.megabytesPerSecond
			? [say('cli_fixity_too_slow', { needed: needed.toFixed(1) })]
			: []),
		result.failureCount === 0
			? say('cli_fixity_no_failures')
			: say('cli_fixity_open', { count: result.failureCount }),
		...result.failures.flatMap((failure) => [
			[failure.objectId ?? say('cli_fixity_root'), failure.referenceCode, failure.title, failure.at]
				.filter(Boolean)
				.join('  '),
			...findingLines(failure.findings, say),
		]),
		...(result.unseenFailures ? [say('store_fixity_unseen', { count: result.unseenFailures })] : []),
		...(result.runs.length ? ['', say('cli_fixity_runs')] : []),
		...table(
			[],
			result.runs.map((run) => [
				run.startedAt,
				run.trigger,
				run.scope,
				run.agentName,
				run.outcome,
				run.objects,
				sizeText(run.bytes),
				run.failures,
			]),
		),
	].join('\n');
}

function eventsText(events: readonly ShownEvent[], say: Say): string {
	if (events.length === 0) return say('cli_fixity_no_events');
	return events
		.flatMap(({ at, type, version, outcome, agent, detail }) => [
			[at, type, version === null ? '' : `v${version}`, outcome, agent].filter(Boolean).join('  '),
			...findingLines((detail['findings'] ?? []) as readonly FixityFinding[], say),
		])
		.join('\n');
}

function findingLines(findings: readonly FixityFinding[], say: Say): string[] {
	return findings.map(({ code, path, message, params }) => {
		const said = code.startsWith('F') ? say(`preservation_fixity_${code}`, params) : message;
		return `  ${code}  ${path}  ${said}`;
	});
}

function sizeText(bytes: number): string {
	return `${(bytes / 1e6).toFixed(1)} MB`;
}
