import { flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isRefusal } from '#domain/base/refusal.ts';
import { createApp } from './app.ts';
import type { TrustRoot } from './tls/tls.ts';
import { serveAppCommands } from './cli/command-socket.ts';
import { readConfig, type Config } from './config.ts';
import { serve, type Served } from './http.ts';
import { words, wordsOf } from './words.ts';

/** Sockets and requests get this long to end by themselves. */
const SHUTDOWN_MS = 4000;

/**
 * Opens the archive and listens until a signal ends it. Resolves with what stops it.
 * @throws {Refusal} what the data directory or the port refuse
 */
export async function startServer(config: Config): Promise<
	Pick<Served, 'address' | 'refreshCertificate'> & {
		readonly trust: Trust | undefined;
		readonly stop: () => Promise<void>;
	}
> {
	const app = await createApp(config);
	let server: Served | undefined;
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
	const { address, trustAddress, refreshCertificate } = server;
	const { root } = app.tls;
	const trust = trustAddress && root && { address: trustAddress, sha256: root.sha256, sha1: root.sha1 };
	return { address, refreshCertificate, trust: trust || undefined, stop };
}

/** Where other devices learn to trust our own authority, and the fingerprints to compare. */
export type Trust = Pick<TrustRoot, 'sha256' | 'sha1'> & { readonly address: string };

/** What the process says when it listens and when it cannot. */
export interface Announcements {
	readonly listening: (address: string, trust?: Trust) => string;
	readonly failed: (error: unknown) => string;
}

const inWords: Announcements = {
	listening: (address, trust) =>
		[
			words('server_listening', { address }),
			...(trust
				? [words('server_trust', { address: trust.address, sha256: trust.sha256, sha1: trust.sha1 })]
				: []),
		].join('\n'),
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
		const { address, trust, refreshCertificate, stop } = await startServer(config);
		process.stdout.write(`${announcements.listening(address, trust)}\n`);
		// A process that is killed later would keep nothing for the next start.
		flushCompileCache();
		const end = (): void => {
			// Whatever happens, a second signal or a stuck disk must not keep the process for ever.
			setTimeout(() => process.exit(1), 2 * SHUTDOWN_MS).unref();
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
		if (config.tls.kind === 'own') process.on('SIGHUP', () => void refreshCertificate());
	} catch (error) {
		process.stderr.write(`${announcements.failed(error)}\n`);
		process.exit(1);
	}
}

if (process.argv[1] === fileURLToPath(import.meta.url))
	await main({ development: process.argv.includes('--dev') });
