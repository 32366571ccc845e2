import { resolve } from 'node:path';
import type { Command } from 'commander';

/** What the commands of bags are told. */
export interface BagOptions {
	readonly output?: string;
	readonly sha256?: boolean;
	readonly under?: string;
	readonly profile?: string;
	readonly mapping?: string;
	readonly dryRun?: boolean;
}

/** Adds `bag verify|export|import` to the command line. */
export function addBagCommands(
	program: Command,
	say: (key: string) => string,
	leaf: (
		command: Command,
		verb: string,
		argsOf: (options: BagOptions, operands: readonly string[]) => Record<string, unknown>,
	) => void,
): void {
	const bag = program.command('bag').description(say('cli_bag'));
	leaf(bag.command('verify <path>'), 'bag-verify', (_options, [path]) => ({ path: resolve(path ?? '') }));
	leaf(
		bag
			.command('export <id>')
			.requiredOption('-o, --output <path>', say('cli_bag_export_output'))
			.option('--sha256', say('cli_bag_export_sha256')),
		'bag-export',
		({ output, sha256 }, [id]) => ({ id, path: resolve(output ?? ''), sha256: sha256 ?? false }),
	);
	leaf(
		bag
			.command('import <paths...>')
			.option('--under <id>', say('cli_import_under'))
			.option('--profile <profile>', say('cli_import_profile'))
			.option('--mapping <file>', say('cli_import_mapping'))
			.option('--dry-run', say('cli_import_dry_run')),
		'bag-import',
		({ under, profile, mapping, dryRun }, paths) => ({
			paths: paths.map((path) => resolve(path)),
			under,
			profile,
			mapping: mapping === undefined ? undefined : resolve(mapping),
			dryRun: dryRun ?? false,
		}),
	);
}
