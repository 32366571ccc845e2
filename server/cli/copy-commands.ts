import { resolve } from 'node:path';
import type { Command } from 'commander';

/** What the commands of copies are told. */
export interface CopyOptions {
	readonly to?: string;
	readonly verify?: boolean;
	readonly begin?: boolean;
	readonly from?: string;
	readonly copy?: string;
	readonly allFailed?: boolean;
	readonly into?: string;
}

/** Adds `archive copies|replicate|repair` and `log recover` to the command line. */
export function addCopyCommands(
	{ archive, logging }: { readonly archive: Command; readonly logging: Command },
	say: (key: string) => string,
	leaf: (
		command: Command,
		verb: string,
		argsOf: (options: CopyOptions, operands: readonly string[]) => Record<string, unknown>,
	) => void,
): void {
	const pathOf = (path: string | undefined): string | undefined =>
		path === undefined ? undefined : resolve(path);
	leaf(archive.command('copies'), 'archive-copies', () => ({}));
	leaf(
		archive
			.command('replicate')
			.option('--to <dir>', say('cli_archive_replicate_to'))
			.option('--verify', say('cli_archive_replicate_verify'))
			.option('--begin', say('cli_archive_replicate_begin')),
		'archive-replicate',
		({ to, verify, begin }) => ({ to: pathOf(to), verify: verify ?? false, begin: begin ?? false }),
	);
	leaf(
		archive
			.command('repair [objects...]')
			.option('--all-failed', say('cli_archive_repair_all_failed'))
			.option('--from <dir>', say('cli_archive_repair_from'))
			.option('--copy <dir>', say('cli_archive_repair_copy')),
		'archive-repair',
		({ allFailed, from, copy }, objects) => ({
			objects,
			allFailed: allFailed ?? false,
			from: pathOf(from),
			copy: pathOf(copy),
		}),
	);
	leaf(
		logging
			.command('recover')
			.requiredOption('--from <dir>', say('cli_log_recover_from'))
			.requiredOption('--into <dir>', say('cli_log_recover_into')),
		'log-recover',
		({ from, into }) => ({ from: pathOf(from), into: pathOf(into) }),
	);
}
