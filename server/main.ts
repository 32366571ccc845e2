import { fileURLToPath } from 'node:url';
import { isRefusal } from '#domain/base/refusal.ts';
import { createApp } from './app.ts';
import { serveAppCommands } from './command-socket.ts';
import { readConfig, type Config } from './config.ts';
import { serve } from './http.ts';
import { words, wordsOf } from './words.ts';

/** Sockets and requests get this long to end by themselves. */
const SHUTDOWN_MS = 4000;

/**
 * Opens the archive and listens until a signal ends it. Resolves with what stops it.
 * @throws {Refusal} what the data directory or the port refuse
 */
export async function startServer(
	config: Config,
): Promise<{ readonly address: string; readonly stop: () => Promise<void> }> {
	const app = await createApp(config);
	let server;
	let commands;
	try {
		server = await serve(app);
		commands = await serveAppCommands(app);
	} catch (error) {
		await server?.close();
		await app.close();
		throw error;
	}
	let stopping: Promise<void> | undefined;
	const stop = (): Promise<void> =>
		(stopping ??= (async () => {
			// Open sockets end here too: the listener waits for them.
			const closing = Promise.all([server.close(), commands.close(), app.collaboration.close()]);
			await Promise.race([closing, new Promise((resolve) => setTimeout(resolve, SHUTDOWN_MS / 2).unref())]);
			await app.close();
		})());
	return { address: server.address, stop };
}

/** What the process says when it listens and when it cannot. */
export interface Announcements {
	readonly listening: (address: string) => string;
	readonly failed: (error: unknown) => string;
}

const inWords: Announcements = {
	listening: (address) => words('server_listening', { address }),
	failed: (error) =>
		isRefusal(error)
			? wordsOf(error)
			: error instanceof Error
				? (error.stack ?? error.message)
				: String(error),
};

/** Runs the process: one clear sentence and exit code 1 when it cannot start. */
export async function main(
	options: Parameters<typeof readConfig>[0],
	announcements: Announcements = inWords,
): Promise<void> {
	try {
		const config = readConfig(options);
		const { address, stop } = await startServer(config);
		process.stdout.write(`${announcements.listening(address)}\n`);
		const end = (): void => {
			// Whatever happens, a second signal or a stuck disk must not keep the process for ever.
			setTimeout(() => process.exit(1), SHUTDOWN_MS + 500).unref();
			stop().then(
				() => process.exit(0),
				(error: unknown) => {
					process.stderr.write(`${String(error)}\n`);
					process.exit(1);
				},
			);
		};
		process.on('SIGTERM', end);
		process.on('SIGINT', end);
	} catch (error) {
		process.stderr.write(`${announcements.failed(error)}\n`);
		process.exit(1);
	}
}

if (process.argv[1] === fileURLToPath(import.meta.url))
	await main({ development: process.argv.includes('--dev') });
