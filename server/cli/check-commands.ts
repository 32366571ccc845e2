import type { Command } from 'commander';

/** What the commands of checks are told. */
export interface CheckOptions {
	readonly fonds?: string;
	readonly rule?: readonly string[];
	readonly limit?: string;
}

/** Adds `check` to the command line. */
export function addCheckCommands(
	program: Command,
	say: (key: string) => string,
	leaf: (
		command: Command,
		verb: string,
		argsOf: (options: CheckOptions, operands: readonly string[]) => Record<string, unknown>,
	) => void,
): void {
	leaf(
		program
			.command('check [id]')
			.option('--fonds <number>', say('cli_check_fonds'))
			.option('--rule <rules...>', say('cli_check_rule'))
			.option('--limit <n>', say('cli_check_limit')),
		'check',
		({ fonds, rule, limit }, [id]) => ({
			id,
			fonds,
			rules: rule?.flatMap((each) => each.split(/[,，]/)).filter(Boolean),
			limit: limit ?? '100',
		}),
	);
}
