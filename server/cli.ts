import { userInfo } from 'node:os';
import { createInterface } from 'node:readline';
import { CommanderError } from 'commander';
import { Refusal } from '#domain/base/refusal.ts';
import { isCheckGood, type CheckAnswer } from './cli/check-verbs.ts';
import { parseCommandLine, type ParsedCommand, type Terminal } from './cli/command-line.ts';
import { errorJson, errorText, progressText, resultText } from './cli/output.ts';
import { readConfig, terminalLanguage } from './config.ts';

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
		const { runCommand } = await import('./cli/run-command.ts');
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
	if (verb === 'archive-rebuild') {
		const { damage, notCompared } = result as { damage: readonly unknown[]; notCompared?: string };
		return damage.length === 0 && notCompared === undefined;
	}
	if (verb === 'unsent-import') return (result as { refused: readonly unknown[] }).refused.length === 0;
	if (verb === 'authority-import') return (result as { counts: { wrong: number } }).counts.wrong === 0;
	if (verb === 'order-decide' || verb === 'order-undo') return (result as { isWhole: boolean }).isWhole;
	if (verb === 'check') return isCheckGood(result as CheckAnswer);
	if (verb === 'code-parse' || verb === 'code-format') return (result as { ok: boolean }).ok;
	if (verb === 'archive-purge-approve') return (result as { hasCertificate: boolean }).hasCertificate;
	return true;
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
