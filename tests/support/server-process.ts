import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const PROJECT = join(import.meta.dirname, '../..');

/** The real process, as people start it, in a process group of its own. */
export interface ServerProcess {
	readonly child: ChildProcess;
	readonly port: number;
	readonly output: () => string;
	/** Sends a signal to the whole group; resolves with the exit code when it has ended. */
	kill(signal: NodeJS.Signals): Promise<number | null>;
	readonly ended: Promise<number | null>;
}

/** Starts `lantai serve` on a free port and waits for its address. */
export async function startServerProcess(
	dataDir: string,
	options: { readonly env?: NodeJS.ProcessEnv; readonly command?: readonly string[] } = {},
): Promise<ServerProcess> {
	const started = spawnServer(['serve', '--port', '0', '--data', dataDir], options);
	const port = await new Promise<number>((resolve, reject) => {
		const look = (): void => {
			const found = /https?:\/\/[^\s/]+:(\d+)/.exec(started.output());
			if (found) resolve(Number(found[1]));
		};
		started.child.stdout?.on('data', look);
		started.ended.then(
			(code) => reject(new Error(`the server ended with ${code}: ${started.output()}`)),
			reject,
		);
	});
	return { ...started, port };
}

/** Starts the command line and collects what it says. */
export function spawnServer(
	args: readonly string[],
	options: {
		readonly env?: NodeJS.ProcessEnv;
		readonly command?: readonly string[];
		readonly input?: string;
	} = {},
): Omit<ServerProcess, 'port'> {
	const [command = process.execPath, ...before] = options.command ?? [];
	const child = spawn(
		command,
		[...before, ...(before.length ? [process.execPath] : []), join(PROJECT, 'server/cli.ts'), ...args],
		{
			cwd: PROJECT,
			detached: true,
			stdio: ['pipe', 'pipe', 'pipe'],
			env: { ...process.env, LANTAI_LOG_LEVEL: 'warn', ...options.env },
		},
	);
	let text = '';
	child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
	child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
	child.stdin.end(options.input ?? '');
	const ended = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));
	const kill = (signal: NodeJS.Signals): Promise<number | null> => {
		if (child.exitCode === null && child.signalCode === null && child.pid) process.kill(-child.pid, signal);
		return ended;
	};
	onTestFinished(async () => {
		await kill('SIGKILL');
	});
	return { child, output: () => text, kill, ended };
}
