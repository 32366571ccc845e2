import { resolve } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { Refusal } from '#domain/base/refusal.ts';
import { CONFLICT_CAUSES } from '#domain/collaboration/conflicts.ts';
import type { Language } from '#server/config.ts';
import { words } from '#server/words.ts';
import { addBagCommands, type BagOptions } from './bag-commands.ts';
import { addCheckCommands, type CheckOptions } from './check-commands.ts';
import { addCodeCommands, type CodeOptions } from './code-commands.ts';
import { addCopyCommands, type CopyOptions } from './copy-commands.ts';
import { addFixityCommands, type FixityOptions } from './fixity-commands.ts';
import { addOrderCommands, type OrderOptions } from './order-commands.ts';
import { addPurgeCommands, type PurgeOptions } from './purge-commands.ts';
import { addRegisterCommands, type RegisterOptions } from './register-commands.ts';
import { addStoreCommands, type StoreOptions } from './store-commands.ts';

/** A command line understood: the verb and what it is told, or the server to be run. */
export interface ParsedCommand {
	readonly verb: string;
	readonly args: Readonly<Record<string, unknown>>;
	readonly data: string | undefined;
	readonly as: string | undefined;
	/** The password comes from standard input and joins the arguments. */
	readonly passwordFrom: 'stdin' | 'missing' | undefined;
}

/** Where a command line reads and writes, so that it can be tried without a terminal. */
export interface Terminal {
	readonly stdin: NodeJS.ReadableStream;
	readonly stdout: { write(text: string): unknown };
	readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
	readonly language: Language;
	/** Aborted when the person gives up. */
	readonly signal: AbortSignal;
}

/**
 * Reads a command line.
 * @throws {CommanderError} for one that cannot be understood, or after help was shown
 */
export function parseCommandLine(
	argv: readonly string[],
	terminal: Pick<Terminal, 'stdout' | 'stderr' | 'language'>,
): ParsedCommand {
	const say = (key: string): string => words(key, {}, terminal.language);
	let parsed: ParsedCommand | undefined;
	const program = new Command('lantai')
		.description(say('cli_description'))
		.option('--data <dir>', say('cli_option_data'))
		.option('--json', say('cli_option_json'))
		.option('--as <name>', say('cli_option_as'))
		.configureHelp({ showGlobalOptions: true })
		.exitOverride()
		.configureOutput({
			writeOut: (text) => terminal.stdout.write(text),
			// With --json, errors are told as JSON by whoever catches them.
			writeErr: (text) => (argv.includes('--json') ? undefined : terminal.stderr.write(text)),
		});
	const passwordOption = (): Option => new Option('--password-stdin', say('cli_option_password_stdin'));
	/** Ends a command: what its options and arguments mean for the verb. */
	const leaf = (
		command: Command,
		verb: string,
		argsOf: (options: Options, operands: readonly string[]) => Record<string, unknown>,
	): void => {
		command.description(say(`cli_${verb.replaceAll('-', '_')}`)).action(() => {
			const options: Options = command.optsWithGlobals();
			parsed = {
				verb,
				args: argsOf(options, command.args),
				data: options.data,
				as: options.as,
				passwordFrom: needsPassword(verb) ? (options.passwordStdin ? 'stdin' : 'missing') : undefined,
			};
		});
	};

	leaf(
		program
			.command('serve')
			.option('--port <n>', say('cli_serve_port'))
			.option('--host <address>', say('cli_serve_host'))
			.option('--tls <auto|cert,key|off>', say('cli_serve_tls')),
		'serve',
		({ port, host, tls }) => ({ port, host, tls }),
	);
	leaf(
		program
			.command('setup')
			.requiredOption('--admin <name>', say('cli_setup_admin'))
			.addOption(passwordOption())
			.option('--name <name>', say('cli_setup_name'))
			.option('--code <code>', say('cli_setup_code'))
			.addOption(new Option('--demo <holdings>', say('cli_setup_demo')).choices(['tiny'])),
		'setup',
		({ admin, name, code, demo }) => ({
			adminName: admin,
			archiveName: name ?? '档案馆',
			archiveCode: code ?? '000000',
			holdings: demo ?? 'empty',
		}),
	);
	const user = program.command('user').description(say('cli_user'));
	leaf(user.command('password <name>').addOption(passwordOption()), 'user-password', (_options, [name]) => ({
		name,
	}));
	leaf(
		user
			.command('add <name>')
			.requiredOption('--role <role>', say('cli_user_add_role'))
			.addOption(passwordOption()),
		'user-add',
		({ role }, [name]) => ({ name, role }),
	);
	leaf(program.command('token <name>'), 'token', (_options, [name]) => ({ name }));
	const importing = program
		.command('import [files...]')
		.option('--under <id>', say('cli_import_under'))
		.option('--profile <profile>', say('cli_import_profile'))
		.option('--mapping <file>', say('cli_import_mapping'))
		.option('--authorities', say('cli_import_authorities'))
		.option('--dry-run', say('cli_import_dry_run'));
	leaf(importing, 'import', ({ under, profile, mapping, authorities, dryRun }, files) => {
		if (files.length === 0) importing.error("error: missing required argument 'files'");
		return {
			files: files.map((file) => resolve(file)),
			under,
			profile,
			mapping: mapping === undefined ? undefined : resolve(mapping),
			authorities: authorities ?? false,
			dryRun: dryRun ?? false,
		};
	});
	leaf(
		importing.command('undo <importId>').option('--all', say('cli_import_undo_all')),
		'import-undo',
		({ all }, [importId]) => ({ importId, all: all ?? false }),
	);
	leaf(
		program.command('tree [id]').option('--depth <n>', say('cli_tree_depth')),
		'tree',
		({ depth }, [id]) => ({ id, depth: countOf('--depth', depth ?? '2') }),
	);
	leaf(program.command('show <id>'), 'show', (_options, [id]) => ({ id }));
	leaf(program.command('set <id> <field> <value>'), 'set', (_options, [id, field, value]) => ({
		id,
		field,
		value,
	}));
	const logging = program.command('log [id]').option('--before <n>', say('cli_log_before'));
	leaf(logging, 'log', ({ before }, [id]) => {
		if (id === undefined) return logging.error("error: missing required argument 'id'");
		return { id, before: before === undefined ? undefined : positionOf('--before', before) };
	});
	leaf(
		logging.command('compact').option('--days <n>', say('cli_log_compact_days')),
		'log-compact',
		({ days }) => ({ days: days === undefined ? undefined : countOf('--days', days) }),
	);
	leaf(
		program
			.command('conflicts')
			.option('--fonds <id>', say('cli_conflicts_fonds'))
			.option('--person <name>', say('cli_conflicts_person'))
			.addOption(new Option('--cause <cause>', say('cli_conflicts_cause')).choices(CONFLICT_CAUSES))
			.option('--days <n>', say('cli_conflicts_days'))
			.addOption(new Option('--state <state>', say('cli_conflicts_state')).choices(['open', 'disputed']))
			.option('--limit <n>', say('cli_conflicts_limit')),
		'conflicts',
		({ fonds, person, cause, days, state, limit }) => ({
			fonds,
			person,
			cause,
			days: days === undefined ? undefined : countOf('--days', days),
			state,
			limit: countOf('--limit', limit ?? '100'),
		}),
	);
	leaf(
		program.command('propose <id> <field> <value>').option('--why <reason>', say('cli_propose_why')),
		'propose',
		({ why }, [id, field, value]) => ({ id, field, value, why: why ?? '' }),
	);
	leaf(
		program.command('decide <proposal> <verdict>').option('--why <reason>', say('cli_propose_why')),
		'decide',
		({ why }, [id, verdict]) => ({ id, verdict, why: why ?? '' }),
	);
	leaf(
		program
			.command('review <step> <ids...>')
			.option('--below', say('cli_review_below'))
			.option('--why <reason>', say('cli_propose_why')),
		'review',
		({ below, why }, [step, ...ids]) => ({ step, ids, below: below ?? false, why: why ?? '' }),
	);
	leaf(
		program.command('boards <board>').option('--limit <n>', say('cli_conflicts_limit')),
		'boards',
		({ limit }, [board]) => ({ board, limit: countOf('--limit', limit ?? '100') }),
	);
	addOrderCommands(program, say, leaf, { countOf });
	addCodeCommands(program, say, leaf, { countOf });
	leaf(program.command('comments <id>'), 'comments', (_options, [id]) => ({ id }));
	leaf(
		program
			.command('export <id>')
			.requiredOption('--format <format>', say('cli_export_format'))
			.requiredOption('-o, --output <file>', say('cli_export_output')),
		'export',
		({ format, output }, [id]) => ({ id, format, path: resolve(output ?? '') }),
	);
	const backingUp = program.command('backup [file]').option('--force', say('cli_backup_force'));
	leaf(backingUp, 'backup', ({ force }, [file]) => {
		if (file === undefined) return backingUp.error("error: missing required argument 'file'");
		return { file: resolve(file), force: force ?? false };
	});
	leaf(backingUp.command('verify <file>'), 'backup-verify', (_options, [file]) => ({
		file: resolve(file ?? ''),
	}));
	leaf(program.command('restore <file>'), 'restore', (_options, [file]) => ({ file: resolve(file ?? '') }));
	leaf(
		program.command('unsent').description(say('cli_unsent')).command('import <file>'),
		'unsent-import',
		(_options, [file]) => ({ file: resolve(file ?? '') }),
	);
	const archive = addStoreCommands(program, say, leaf);
	addCopyCommands({ archive, logging }, say, leaf);
	addPurgeCommands(archive, say, leaf);
	addBagCommands(program, say, leaf);
	addFixityCommands(program, say, leaf);
	addCheckCommands(program, say, leaf);
	addRegisterCommands(program, say, leaf);

	program.parse(argv, { from: 'user' });
	if (!parsed) throw new CommanderError(1, 'commander.help', '(outputHelp)');
	return parsed;
}

interface Options
	extends
		OrderOptions,
		BagOptions,
		CopyOptions,
		StoreOptions,
		FixityOptions,
		PurgeOptions,
		CheckOptions,
		CodeOptions,
		RegisterOptions {
	readonly data?: string;
	readonly as?: string;
	readonly passwordStdin?: boolean;
	readonly port?: string;
	readonly host?: string;
	readonly tls?: string;
	readonly admin?: string;
	readonly name?: string;
	readonly code?: string;
	readonly demo?: string;
	readonly role?: string;
	readonly profile?: string;
	readonly mapping?: string;
	readonly authorities?: boolean;
	readonly dryRun?: boolean;
	readonly all?: boolean;
	readonly depth?: string;
	readonly format?: string;
	readonly output?: string;
	readonly force?: boolean;
	readonly below?: boolean;
	readonly before?: string;
	readonly fonds?: string;
	readonly person?: string;
	readonly cause?: string;
	readonly days?: string;
	readonly into?: string;
	readonly from?: string;
	readonly link?: boolean;
	readonly compare?: string;
}

function needsPassword(verb: string): boolean {
	return ['setup', 'user-add', 'user-password'].includes(verb);
}

function countOf(argument: string, value: string): number {
	if (!/^[1-9]\d{0,3}$/.test(value)) throw new Refusal('cli.bad-argument', { argument, value });
	return Number(value);
}

function positionOf(argument: string, value: string): number {
	if (!/^[1-9]\d{0,14}$/.test(value)) throw new Refusal('cli.bad-argument', { argument, value });
	return Number(value);
}
