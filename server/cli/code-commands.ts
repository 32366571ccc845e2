import type { Command } from 'commander';

/** What the commands of reference codes are told. */
export interface CodeOptions {
	readonly regime?: string;
	readonly fonds?: string;
	readonly category?: string;
	readonly year?: string;
	readonly catalogue?: string;
	readonly part?: readonly string[];
	readonly limit?: string;
	readonly like?: string;
	readonly count?: string;
	readonly why?: string;
	readonly from?: string;
	readonly step?: string;
	readonly insertAt?: string;
	readonly insert?: string;
	readonly plan?: boolean;
}

/** Adds `code parse|format|…` and `renumber` to the command line. */
export function addCodeCommands(
	program: Command,
	say: (key: string) => string,
	leaf: (
		command: Command,
		verb: string,
		argsOf: (options: CodeOptions, operands: readonly string[]) => Record<string, unknown>,
	) => void,
	numbers: {
		/** From 1. */
		readonly countOf: (argument: string, value: string) => number;
	},
): void {
	const { countOf } = numbers;
	const code = program.command('code').description(say('cli_code'));
	const maybe = (argument: string, value: string | undefined): number | undefined =>
		value === undefined ? undefined : countOf(argument, value);
	const asked = (command: Command): Command =>
		command
			.option('--regime <regime>', say('cli_code_regime'))
			.option('--fonds <number>', say('cli_code_fonds'))
			.option('--category <code>', say('cli_code_category'))
			.option('--year <year>', say('cli_code_year'))
			.option('--catalogue <number>', say('cli_code_catalogue'));
	const askedOf = ({ regime, fonds, category, year, catalogue }: CodeOptions): Record<string, unknown> => ({
		regime,
		fonds,
		categoryCode: category,
		year: maybe('--year', year),
		catalogueNumber: catalogue,
	});

	leaf(asked(code.command('parse <text>')), 'code-parse', (options, [text]) => ({
		text,
		...askedOf(options),
	}));
	leaf(asked(code.command('format <parts...>')), 'code-format', (options, parts) => ({
		parts: [...parts],
		...askedOf(options),
	}));
	for (const what of ['gaps', 'duplicates'] as const)
		leaf(
			code
				.command(what)
				.option('--fonds <number>', say('cli_code_fonds'))
				.option('--limit <n>', say('cli_conflicts_limit')),
			`code-${what}`,
			({ fonds, limit }) => ({ fonds, limit: countOf('--limit', limit ?? '1000') }),
		);
	leaf(code.command('resolve <code>'), 'code-resolve', (_options, [text]) => ({ text }));
	leaf(
		code.command('renumberings [id]').option('--limit <n>', say('cli_conflicts_limit')),
		'code-renumberings',
		({ limit }, [id]) => ({ id, limit: countOf('--limit', limit ?? '50') }),
	);
	leaf(
		code
			.command('reserve')
			.requiredOption('--like <id>', say('cli_code_like'))
			.requiredOption('--count <n>', say('cli_code_count'))
			.option('--why <reason>', say('cli_propose_why')),
		'code-reserve',
		({ like, count, why }) => ({ like, count: countOf('--count', count ?? ''), why: why ?? '' }),
	);
	leaf(
		code.command('return <block>').option('--why <reason>', say('cli_propose_why')),
		'code-return',
		({ why }, [block]) => ({ block, why: why ?? '' }),
	);
	leaf(
		program
			.command('renumber <under>')
			.option('--from <n>', say('cli_renumber_from'))
			.option('--step <n>', say('cli_renumber_step'))
			.option('--insert-at <number>', say('cli_renumber_insert_at'))
			.option('--insert <n>', say('cli_renumber_insert'))
			.option('--plan', say('cli_renumber_plan'))
			.option('--why <reason>', say('cli_propose_why')),
		'renumber',
		({ from, step, insertAt, insert, plan, why }, [under]) => ({
			under,
			from: maybe('--from', from),
			step: maybe('--step', step),
			insertAt: maybe('--insert-at', insertAt),
			insertCount: maybe('--insert', insert),
			isPlan: plan ?? false,
			why: why ?? '',
		}),
	);
}
