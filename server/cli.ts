import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Command, CommanderError, Option } from 'commander';
import { Refusal } from '#domain/base/refusal.ts';
import { CONFLICT_CAUSES } from '#domain/collaboration/conflicts.ts';
import { addBagCommands, type BagOptions } from './cli-bags.ts';
import { addCodeCommands, type CodeOptions } from './cli-codes.ts';
import { addCopyCommands, type CopyOptions } from './cli-copies.ts';
import { addStoreCommands, type StoreOptions } from './cli-store.ts';
import { isCheckGood, type CheckAnswer } from './check-verbs.ts';
import { addCheckCommands, type CheckOptions } from './cli-checks.ts';
import { addFixityCommands, type FixityOptions } from './cli-fixity.ts';
import { addOrderCommands, type OrderOptions } from './cli-orders.ts';
import { addPurgeCommands, type PurgeOptions } from './cli-purges.ts';
import { addRegisterCommands, type RegisterOptions } from './cli-registers.ts';
import { errorJson, errorText, progressText, resultText } from './cli-output.ts';
import { readConfig, terminalLanguage, type Language } from './config.ts';
import { words } from './words.ts';

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

/** Runs a command line to its end; gives the exit code, 0 only on success. */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<number> {
	const { language, stdout, stderr } = terminal;
	const isJson = argv.includes('--json');
	const fail = (error: unknown): number => {
		stderr.write(`${isJson ? errorJson(error, language) : errorText(error, language)}\n`);
		return 1;
	};
	let command: ParsedCommand;
	try {
		command = parseCommandLine(argv, terminal);
	} catch (error) {
		if (!(error instanceof CommanderError)) return fail(error);
		if (error.exitCode !== 0 && isJson)
			stderr.write(
				`${JSON.stringify({ error: { code: 'cli.usage', params: {}, message: error.message.replace(/^error: /, '') } })}\n`,
			);
		return error.exitCode;
	}
	try {
		const { verb, data } = command;
		if (verb === 'serve') {
			const given = Object.entries(command.args).filter(([, value]) => value !== undefined);
			const { main } = await import('./main.ts');
			await main(
				{ ...(data === undefined ? {} : { data }), ...Object.fromEntries(given) },
				isJson
					? {
							listening: (address, trust) => JSON.stringify({ address, trust }),
							failed: (error) => errorJson(error, language),
						}
					: undefined,
			);
			return 0;
		}
		const config = readConfig({ ...(data === undefined ? {} : { data }), logLevel: 'error' });
		const args = command.passwordFrom
			? { ...command.args, password: await passwordOf(command, terminal) }
			: command.args;
		const { runCommand } = await import('./run-command.ts');
		const result = await runCommand(
			config,
			{ verb, args, as: command.as, user: userInfo().username, language },
			{ signal: terminal.signal, progress: progressLine(isJson, terminal) },
		);
		stdout.write(`${isJson ? JSON.stringify(result) : resultText(verb, result, language)}\n`);
		return isGood(verb, result) ? 0 : 1;
	} catch (error) {
		return fail(error);
	}
}

/** False for a result that says that something is wrong: it is printed all the same. */
function isGood(verb: string, result: unknown): boolean {
	if (verb === 'archive-verify' || verb === 'bag-verify' || verb === 'bag-import')
		return (result as { valid: boolean }).valid;
	if (verb === 'archive-replicate' || verb === 'archive-repair')
		return (result as { isWhole: boolean }).isWhole;
	if (verb === 'log-recover') return (result as { damaged: readonly unknown[] }).damaged.length === 0;
	if (verb === 'archive-deposit') return (result as { waiting: number }).waiting === 0;
	if (verb === 'fixity-run') return (result as { failures: number }).failures === 0;
	if (verb === 'archive-rebuild') return (result as { damage: readonly unknown[] }).damage.length === 0;
	if (verb === 'unsent-import') return (result as { refused: readonly unknown[] }).refused.length === 0;
	if (verb === 'authority-import') return (result as { counts: { wrong: number } }).counts.wrong === 0;
	if (verb === 'order-decide' || verb === 'order-undo') return (result as { isWhole: boolean }).isWhole;
	if (verb === 'check') return isCheckGood(result as CheckAnswer);
	if (verb === 'code-parse' || verb === 'code-format') return (result as { ok: boolean }).ok;
	if (verb === 'archive-purge-approve') return (result as { hasCertificate: boolean }).hasCertificate;
	return true;
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

/** The first line of standard input. */
async function passwordOf(command: ParsedCommand, { stdin }: Terminal): Promise<string> {
	if (command.passwordFrom === 'missing') throw new Refusal('cli.missing-password');
	const lines = createInterface({ input: stdin, crlfDelay: Infinity });
	try {
		for await (const line of lines) {
			if (line === '') break;
			return line;
		}
	} finally {
		lines.close();
	}
	throw new Refusal('cli.empty-password');
}

/** Progress goes to a terminal only, where each line takes the place of the one before it. */
function progressLine(isJson: boolean, { stderr, language }: Terminal): (progress: unknown) => void {
	if (isJson || !stderr.isTTY) return () => undefined;
	return (progress) => {
		const text = progressText(progress, language);
		if (text === undefined) return;
		const isDone = (progress as { done?: boolean }).done === true;
		stderr.write(`\r\u001b[K${text}${isDone ? '\n' : ''}`);
	};
}

if (import.meta.main) {
	let cancelled: AbortController | undefined;
	const code = await runCli(process.argv.slice(2), {
		stdin: process.stdin,
		stdout: process.stdout,
		stderr: process.stderr,
		language: terminalLanguage(),
		// Asked for by verbs only: the server ends by its own rules.
		get signal() {
			cancelled ??= cancelledBySignals();
			return cancelled.signal;
		},
	});
	process.exitCode = cancelled?.signal.aborted ? 130 : code;
	// Standard input may still be open; nothing is waited for any more.
	process.stdin.destroy();
}

function cancelledBySignals(): AbortController {
	const cancelled = new AbortController();
	let cancelledAt: number | undefined;
	const cancel = (): void => {
		// A terminal and the launcher may both pass on the same Ctrl-C; a later one means it.
		if (cancelledAt !== undefined && Date.now() - cancelledAt > 500) process.exit(130);
		cancelledAt ??= Date.now();
		cancelled.abort();
	};
	for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, cancel);
	return cancelled;
}
