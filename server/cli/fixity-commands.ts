import { resolve } from 'node:path';
import type { Command } from 'commander';
import { Refusal } from '#domain/base/refusal.ts';

/** What the commands of fixity are told. */
export interface FixityOptions {
	readonly all?: boolean;
	readonly rate?: string;
	readonly premis?: boolean;
	readonly output?: string;
	readonly since?: string;
}

/** Adds `fixity run|report` to the command line. */
export function addFixityCommands(
	program: Command,
	say: (key: string) => string,
	leaf: (
		command: Command,
		verb: string,
		argsOf: (options: FixityOptions, operands: readonly string[]) => Record<string, unknown>,
	) => void,
): void {
	const fixity = program.command('fixity').description(say('cli_fixity'));
	leaf(
		fixity
			.command('run [objects...]')
			.option('--all', say('cli_fixity_run_all'))
			.option('--rate <n>', say('cli_fixity_run_rate')),
		'fixity-run',
		({ all, rate }, objects) => ({
			objects,
			all: all ?? false,
			rate: rate === undefined ? undefined : rateOf(rate),
		}),
	);
	const report = fixity
		.command('report [object]')
		.option('--premis', say('cli_fixity_report_premis'))
		.option('-o, --output <file>', say('cli_fixity_report_output'))
		.option('--since <time>', say('cli_fixity_report_since'));
	leaf(report, 'fixity-report', ({ premis, output, since }, [object]) => {
		if (premis && object === undefined) report.error("error: missing required argument 'object'");
		if (premis && output === undefined)
			report.error("error: required option '-o, --output <file>' not specified");
		return { object, since, path: premis ? resolve(output ?? '') : undefined };
	});
}

/** Megabytes a second, and 0 for no limit. */
function rateOf(value: string): number {
	if (!/^\d{1,5}(\.\d{1,3})?$/.test(value))
		throw new Refusal('cli.bad-argument', { argument: '--rate', value });
	return Number(value);
}
