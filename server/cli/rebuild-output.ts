import type { RebuildAnswer } from '#server/administration/rebuild/rebuild.ts';
import { NOT_HELD, type NotHeld } from '#server/administration/rebuild/compared-tables.ts';
import type { Difference } from '#server/administration/rebuild/compare.ts';
import type { Say } from '#server/words.ts';

/** Lines of a list that are printed; `--json` has all. */
const MAX_LINES = 200;
/** Groups whose rows are things that somebody misses. */
const COUNTED: ReadonlySet<NotHeld> = new Set(['signIn', 'tokens', 'devices', 'seen', 'audit', 'unfinished']);

/** A rebuild as people read it: what came back, what was damaged, what the store never had, and what is to be done now. */
export function rebuildText(answer: RebuildAnswer, say: Say): string {
	const { damage, notDeposited, notCompared, administrators, aside } = answer;
	const lines = [
		say('cli_archive_rebuilt', {
			...pick(answer, ['dir', 'objects', 'entries', 'edited', 'imports', 'comments', 'proposals', 'orders']),
			seconds: answer.seconds.toFixed(1),
		}),
		say(answer.newestAt === null ? 'cli_archive_rebuilt_no_position' : 'cli_archive_rebuilt_position', {
			seq: answer.atSeq,
			at: answer.newestAt ?? '',
		}),
	];
	const list = (all: readonly string[]): void => {
		lines.push(...all.slice(0, MAX_LINES).map((line) => `  ${line}`));
		if (all.length > MAX_LINES) lines.push(`  … ${all.length - MAX_LINES}`);
	};
	if (damage.length > 0) {
		lines.push('', say('cli_archive_rebuilt_damaged', { count: damage.length }));
		list(damage.map(({ object, file, reason }) => [reason, object, file].filter(Boolean).join('  ')));
	}
	lines.push('', say('cli_archive_rebuilt_unread'));
	if (notDeposited) {
		const { differences, onlyStored } = notDeposited;
		const count = differences.length;
		lines.push('', say(count === 0 ? 'cli_archive_rebuilt_all' : 'cli_archive_rebuilt_lost', { count }));
		list(differences.map((each) => differenceText(each, say)));
		if (onlyStored > 0) lines.push(say('cli_archive_rebuilt_only_stored', { count: onlyStored }));
	}
	if (notCompared !== undefined)
		lines.push('', say('cli_archive_rebuilt_not_compared', { reason: notCompared }));
	lines.push('', say('cli_archive_rebuilt_not_held'));
	list(
		NOT_HELD.map((group) => {
			const words = say(`cli_archive_not_held_${group}`);
			return notDeposited && COUNTED.has(group) ? `${words} (${notDeposited.notHeld[group]})` : words;
		}),
	);
	if (aside.length > 0) lines.push('', say('cli_archive_rebuilt_aside', { names: aside.join(', ') }));
	const [name] = administrators;
	lines.push(
		'',
		say(name === undefined ? 'cli_archive_rebuilt_no_people' : 'cli_archive_rebuilt_password', {
			name: name ?? '',
		}),
	);
	return lines.join('\n');
}

function differenceText({ of, id, is, stored, lost, title }: Difference, say: Say): string {
	const from = stored === null && lost === null ? '' : `${stored ?? '—'} → ${lost ?? '—'}`;
	return [`${say(`cli_archive_of_${of}`)} ${id}`, say(`cli_archive_is_${is}`), from, title]
		.filter(Boolean)
		.join('  ');
}

function pick<K extends keyof RebuildAnswer>(
	answer: RebuildAnswer,
	names: readonly K[],
): Readonly<Record<string, string | number>> {
	return Object.fromEntries(names.map((name) => [name, answer[name] as string | number]));
}
