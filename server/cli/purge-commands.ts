import { Option, type Command } from 'commander';
import { PURGE_GROUNDS, PURGE_STATES } from '#domain/administration/purge.ts';

/** What the commands of purges are told. */
export interface PurgeOptions {
	readonly ground?: string;
	readonly why?: string;
	readonly below?: boolean;
	readonly keepCode?: boolean;
	readonly state?: string;
}

/** Adds `archive purge propose|preview|…` to the command line. */
export function addPurgeCommands(
	archive: Command,
	say: (key: string) => string,
	leaf: (
		command: Command,
		verb: string,
		argsOf: (options: PurgeOptions, operands: readonly string[]) => Record<string, unknown>,
	) => void,
): void {
	const purge = archive.command('purge').description(say('cli_purge'));
	const why = (command: Command): Command => command.option('--why <reason>', say('cli_purge_why'));
	leaf(
		why(purge.command('propose <ids...>'))
			.addOption(
				new Option('--ground <ground>', say('cli_purge_ground')).choices(PURGE_GROUNDS).makeOptionMandatory(),
			)
			.option('--below', say('cli_purge_below'))
			.option('--keep-code', say('cli_purge_keep_code')),
		'archive-purge-propose',
		({ ground, why: reason, below, keepCode }, entries) => ({
			entries,
			ground,
			why: reason ?? '',
			below: below ?? false,
			keepsCode: keepCode ?? false,
		}),
	);
	leaf(
		purge
			.command('list')
			.addOption(new Option('--state <state>', say('cli_purge_state')).choices(PURGE_STATES)),
		'archive-purge-list',
		({ state }) => ({ state }),
	);
	for (const verb of ['preview', 'show', 'withdraw', 'certificate'])
		leaf(purge.command(`${verb} <order>`), `archive-purge-${verb}`, (_options, [order]) => ({ order }));
	for (const verb of ['approve', 'reject'])
		leaf(why(purge.command(`${verb} <order>`)), `archive-purge-${verb}`, ({ why: reason }, [order]) => ({
			order,
			why: reason ?? '',
		}));
	leaf(purge.command('destroyed <order> <backup>'), 'archive-purge-destroyed', (_options, [order, file]) => ({
		order,
		file,
	}));
}
