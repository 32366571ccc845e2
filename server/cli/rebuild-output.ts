import type { RebuildAnswer } from '#server/administration/rebuild/rebuild.ts';
import type { Say } from '#server/words.ts';

/** Lines of a list that are printed; `--json` has all. */
const MAX_LINES = 200;

/** A rebuild as people read it: what came back, what was damaged, what the store never had, and what is to be done now. */
export function rebuildText(answer: RebuildAnswer, say: Say): string {
	const { damage, notDeposited, administrators, aside } = answer;
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
	if (notDeposited) {
		const { entries, imports, orders, steps, registers, codeEvents } = notDeposited;
		const count =
			entries.length + imports.length + orders.length + steps.length + registers.length + codeEvents;
		lines.push('', say(count === 0 ? 'cli_archive_rebuilt_all' : 'cli_archive_rebuilt_lost', { count }));
		list([
			...entries.map(({ id, of, title, stored, lost }) => `${of}:${id}  ${stored} → ${lost}  ${title}`),
			...imports.map((id) => `import:${id}`),
			...orders.map((id) => `order:${id}`),
			...steps.map((id) => `step:${id}`),
			...registers.map((id) => `register:${id}`),
			...(codeEvents > 0 ? [`codes: ${codeEvents}`] : []),
		]);
	}
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

function pick<K extends keyof RebuildAnswer>(
	answer: RebuildAnswer,
	names: readonly K[],
): Readonly<Record<string, string | number>> {
	return Object.fromEntries(names.map((name) => [name, answer[name] as string | number]));
}
