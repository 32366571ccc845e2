import { resolve } from 'node:path';
import type { Command } from 'commander';

/** What the commands of registers are told. */
export interface RegisterOptions {
	readonly trial?: boolean;
	readonly preview?: boolean;
	readonly from?: string;
	readonly to?: string;
	readonly body?: string;
	readonly why?: string;
	readonly find?: string;
	readonly fonds?: string;
}

/** Adds `authority import|list|resolve` and `gates` to the command line. */
export function addRegisterCommands(
	program: Command,
	say: (key: string) => string,
	leaf: (
		command: Command,
		verb: string,
		argsOf: (options: RegisterOptions, operands: readonly string[]) => Record<string, unknown>,
	) => void,
): void {
	const authority = program.command('authority').description(say('cli_authority'));
	leaf(
		authority
			.command('import <file>')
			.option('--trial', say('cli_authority_trial'))
			.option('--why <reason>', say('cli_authority_why')),
		'authority-import',
		({ trial, why }, [file]) => ({ file: resolve(file ?? ''), isTrial: trial ?? false, why: why ?? '' }),
	);
	leaf(
		authority.command('list').option('--find <words>', say('cli_authority_find')),
		'authority-list',
		({ find }) => ({ find: find ?? '' }),
	);
	leaf(
		authority
			.command('resolve <text>')
			.option('--from <day>', say('cli_authority_from'))
			.option('--to <day>', say('cli_authority_to'))
			.requiredOption('--body <id>', say('cli_authority_body'))
			.option('--why <reason>', say('cli_authority_why'))
			.option('--preview', say('cli_authority_preview')),
		'authority-resolve',
		({ from, to, body, why, preview }, [text]) => ({
			text,
			from,
			to,
			authorityId: body,
			why: why ?? '',
			isPreview: preview ?? false,
		}),
	);
	leaf(
		program.command('gates').option('--fonds <number>', say('cli_gates_fonds')).description(say('cli_gates')),
		'gates',
		({ fonds }) => ({ fonds }),
	);
}
