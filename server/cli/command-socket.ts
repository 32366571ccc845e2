import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { dirname, join, relative } from 'node:path';
import * as v from 'valibot';
import { isRefusal, Refusal, type Params } from '#domain/base/refusal.ts';
import type { App } from '#server/app.ts';
import { runVerb, type VerbRequest } from './verbs.ts';

const MAX_BODY_BYTES = 1024 * 1024;
/** `sun_path` holds 108 bytes on Linux and 104 elsewhere, its final zero included. */
const MAX_PATH_BYTES = 103;

const Body = v.object({
	args: v.unknown(),
	as: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(200))),
	user: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
	language: v.picklist(['zh-CN', 'en']),
});

/** A line of the answer to a command. */
export type CommandLine =
	| { readonly progress: unknown }
	| { readonly result: unknown }
	| { readonly refusal: { readonly code: string; readonly params: Params } }
	| { readonly error: string };

/** Runs a verb; a stand-in for the archive in tests of the protocol. */
export type RunVerb = (
	request: VerbRequest,
	running: { readonly signal: AbortSignal; readonly progress: (progress: unknown) => void },
) => Promise<unknown>;

/** Where the commands of a data directory are taken. */
export function commandSocketPath(dataDir: string): string {
	return join(dataDir, 'lantai.sock');
}

/**
 * Takes commands for an open archive at `lantai.sock` in its data directory. Only the owner of the process can connect
 * (mode 0600 from the beginning). The caller holds the data directory, so a socket file found there is stale.
 */
export async function serveCommands(
	dataDir: string,
	run: RunVerb,
	onError: (error: unknown) => void,
): Promise<{ readonly close: () => Promise<void> }> {
	const path = commandSocketPath(dataDir);
	rmSync(path, { force: true });
	const answers = new Set<AbortController>();
	const server = createServer((request, response) => {
		const cancelled = new AbortController();
		answers.add(cancelled);
		// Also when the client goes away before the end: Ctrl-C there cancels here.
		response.on('close', () => {
			answers.delete(cancelled);
			cancelled.abort();
		});
		answer(request, response, run, cancelled.signal, onError).catch((error: unknown) => {
			onError(error);
			response.destroy();
		});
	});
	const short = shortPath(path);
	// The mode counts from the moment the file exists; binding is done before `listen` returns.
	const before = process.umask(0o177);
	try {
		const listening = Promise.withResolvers<void>();
		server.once('error', listening.reject);
		server.listen({ path: short.path }, listening.resolve);
		process.umask(before);
		await listening.promise;
	} catch (error) {
		short.release();
		throw error;
	} finally {
		process.umask(before);
	}
	return {
		close: () =>
			new Promise((resolve) => {
				server.close(() => {
					short.release();
					rmSync(path, { force: true });
					resolve();
				});
				for (const cancelled of answers) cancelled.abort();
				server.closeIdleConnections();
			}),
	};
}

/** Takes commands for an app. */
export function serveAppCommands(app: App): Promise<{ readonly close: () => Promise<void> }> {
	return serveCommands(
		app.config.dataDir,
		(request, running) => runVerb(app, request, running),
		(error) => app.logger.error({ err: error }, 'a command failed'),
	);
}

/**
 * Sends a command to the process that holds a data directory.
 * @throws {Refusal} what the verb refuses; 'cli.cancelled'; 'cli.connection-lost' when the process ended in between
 * @throws an error with `code` `ENOENT` or `ECONNREFUSED` when nobody listens
 */
export async function sendCommand(
	dataDir: string,
	{ verb, ...body }: VerbRequest,
	{ signal, progress }: { readonly signal: AbortSignal; readonly progress: (progress: unknown) => void },
): Promise<unknown> {
	const short = shortPath(commandSocketPath(dataDir));
	try {
		const response = await new Promise<IncomingMessage>((resolve, reject) => {
			const asked = ask({
				socketPath: short.path,
				method: 'POST',
				path: `/verbs/${encodeURIComponent(verb)}`,
				headers: { 'content-type': 'application/json' },
				agent: false,
				signal,
			});
			asked.on('response', resolve);
			asked.on('error', reject);
			asked.end(JSON.stringify(body));
		});
		return await resultOf(response, progress);
	} catch (error) {
		if (signal.aborted) throw new Refusal('cli.cancelled');
		if ((error as NodeJS.ErrnoException).code === 'ECONNRESET') throw new Refusal('cli.connection-lost');
		throw error;
	} finally {
		short.release();
	}
}

async function resultOf(response: IncomingMessage, progress: (progress: unknown) => void): Promise<unknown> {
	let rest = '';
	response.setEncoding('utf8');
	for await (const chunk of response) {
		rest += chunk as string;
		const lines = rest.split('\n');
		rest = lines.pop() ?? '';
		for (const text of lines) {
			const line = JSON.parse(text) as CommandLine;
			if ('progress' in line) progress(line.progress);
			else if ('result' in line) return line.result;
			else if ('refusal' in line) throw new Refusal(line.refusal.code, line.refusal.params);
			else throw new Error(line.error);
		}
	}
	throw new Refusal('cli.connection-lost');
}

async function answer(
	request: IncomingMessage,
	response: ServerResponse,
	run: RunVerb,
	signal: AbortSignal,
	onError: (error: unknown) => void,
): Promise<void> {
	const write = (line: CommandLine): void => {
		if (!response.destroyed) response.write(`${JSON.stringify(line)}\n`);
	};
	response.writeHead(200, { 'content-type': 'application/x-ndjson' });
	try {
		const verb = /^\/verbs\/([a-z-]+)$/.exec(request.url ?? '')?.[1];
		if (request.method !== 'POST' || verb === undefined)
			throw new Refusal('cli.unknown-verb', { verb: (request.url ?? '').slice(0, 60) });
		const body = await readBody(request);
		const result = await run(
			{ verb, args: body.args, as: body.as, user: body.user, language: body.language },
			{ signal, progress: (progress) => write({ progress }) },
		);
		write({ result: result ?? null });
	} catch (error) {
		if (isRefusal(error)) write({ refusal: { code: error.code, params: error.params } });
		else {
			onError(error);
			write({ error: error instanceof Error ? error.message : String(error) });
		}
	}
	response.end();
}

async function readBody(request: IncomingMessage): Promise<v.InferOutput<typeof Body>> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of request) {
		chunks.push(chunk as Buffer);
		size += (chunk as Buffer).length;
		if (size > MAX_BODY_BYTES) throw new Refusal('server.bad-request', { field: 'body' }, 413);
	}
	let given: unknown;
	try {
		given = JSON.parse(Buffer.concat(chunks).toString('utf8'));
	} catch {
		throw new Refusal('server.bad-request', { field: 'body' });
	}
	const parsed = v.safeParse(Body, given);
	if (!parsed.success)
		throw new Refusal('server.bad-request', { field: v.getDotPath(parsed.issues[0]) ?? 'body' });
	return parsed.output;
}

/** The path in a form a socket address can hold, until it is released. */
function shortPath(path: string): { readonly path: string; readonly release: () => void } {
	const keep = { release: () => undefined };
	if (Buffer.byteLength(path) <= MAX_PATH_BYTES) return { path, ...keep };
	if (process.platform === 'linux') {
		// A name of the open folder, however deep it lies.
		const folder = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
		let isOpen = true;
		return {
			path: `/proc/self/fd/${folder}/lantai.sock`,
			release() {
				if (isOpen) closeSync(folder);
				isOpen = false;
			},
		};
	}
	return { path: relative(process.cwd(), path), ...keep };
}
