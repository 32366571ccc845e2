import { resolve } from 'node:path';
import type { Command } from 'commander';

/** What the commands of the archival store are told. */
export interface StoreOptions {
	readonly into?: string;
	readonly from?: string;
	readonly link?: boolean;
	readonly compare?: string;
}

/** Adds `archive verify|rebuild|status|deposit` to the command line. */
export function addStoreCommands(
	program: Command,
	say: (key: string) => string,
	leaf: (
		command: Command,
		verb: string,
		argsOf: (options: StoreOptions, operands: readonly string[]) => Record<string, unknown>,
	) => void,
): Command {
	const archive = program.command('archive').description(say('cli_archive'));
	leaf(archive.command('verify [path]'), 'archive-verify', (_options, [path]) => ({
		path: path === undefined ? undefined : resolve(path),
	}));
	leaf(
		archive
			.command('rebuild')
			.requiredOption('--into <dir>', say('cli_archive_rebuild_into'))
			.option('--from <path>', say('cli_archive_rebuild_from'))
			.option('--link', say('cli_archive_rebuild_link'))
			.option('--compare <database>', say('cli_archive_rebuild_compare')),
		'archive-rebuild',
		({ into, from, link, compare }) => ({
			into: resolve(into ?? ''),
			from: from === undefined ? undefined : resolve(from),
			isLinked: link ?? false,
			compare: compare === undefined ? undefined : resolve(compare),
		}),
	);
	leaf(archive.command('status'), 'archive-status', () => ({}));
	leaf(archive.command('deposit [ids...]'), 'archive-deposit', (_options, ids) => ({ ids }));
	return archive;
}
