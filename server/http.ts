import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { Refusal } from '#domain/base/refusal.ts';
import type { App } from './app.ts';
import { handleUpload } from './catalogue/uploads.ts';
import { PLAIN_YJS_PATH } from './collaboration/asked.ts';
import { handleRecover } from './collaboration/recover-request.ts';
import { isWildcard } from './tls/tls-names.ts';
import { SILENCE_LIMITS, takePlainHttp } from './tls/tls-port.ts';

/** Bodies that pages and interfaces take whole: a batch of 1 MiB of updates in base64, with room. */
const BODY_LIMIT = '2M';

const PROJECT = join(import.meta.dirname, '..');

const PLAIN_POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";
/** With the archive's own certificate, browsers are told to insist on TLS for a day. */
const HSTS = 'max-age=86400';

/** A server that listens. */
export interface Served {
	readonly address: string;
	/** Where a device learns to trust our own authority; undefined when there is nothing to learn. */
	readonly trustAddress: string | undefined;
	/** Reads the certificate again; connections stay. */
	readonly refreshCertificate: () => Promise<void>;
	readonly close: () => Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/**
 * One port for pages, API and live editing. The headers that say where a request came from are set here: what a client
 * sends under those names is dropped.
 * @throws {Refusal} 'server.port-in-use' | 'server.port-denied' | 'server.not-built' and what `Tls.open` refuses
 */
export async function serve(app: App, limits = SILENCE_LIMITS): Promise<Served> {
	const { config, logger } = app;
	// The pages find the running app here: Vite and Node each load their own copy of a module.
	(globalThis as Record<symbol, unknown>)[Symbol.for('lantai.app')] = app;
	process.env['PROTOCOL_HEADER'] = 'x-lantai-protocol';
	process.env['HOST_HEADER'] = 'x-lantai-host';
	// Read once, when the handler is imported; as it comes it refuses more than 512 kB.
	process.env['BODY_SIZE_LIMIT'] = BODY_LIMIT;
	const pair = await app.tls.open();
	const server = pair ? createTlsServer({ ...pair, handshakeTimeout: limits.handshakeMs }) : createServer();
	const handler = config.development ? await developmentHandler(server) : await builtHandler();
	const answer = (request: IncomingMessage, response: ServerResponse, protocol: 'http' | 'https'): void => {
		const origin = config.origin === undefined ? undefined : new URL(config.origin);
		request.headers['x-lantai-protocol'] = origin ? origin.protocol.slice(0, -1) : protocol;
		request.headers['x-lantai-host'] = origin ? origin.host : (request.headers.host ?? 'localhost');
		// Of whatever has no page of its own with stricter ones: files, answers of machines, errors.
		response.setHeader('x-content-type-options', 'nosniff');
		if (!config.development) response.setHeader('content-security-policy', PLAIN_POLICY);
		const path = (request.url ?? '/').split('?', 1)[0];
		if (path === '/healthz') return answerHealth(app, response);
		if (path === '/api/uploads') return void handleUpload(app, request, response);
		if (path === '/api/sync/recover') return void handleRecover(app, request, response);
		handler(request, response, () => {
			response.statusCode = 404;
			response.end();
		});
	};
	server.on('request', (request: IncomingMessage, response: ServerResponse) => {
		if (app.tls.kind === 'own') response.setHeader('strict-transport-security', HSTS);
		answer(request, response, pair ? 'https' : 'http');
	});
	server.on('upgrade', (request, socket, head) => {
		// A page that came without TLS may have been changed on its way here.
		if (pair && request.headers.origin?.startsWith('http:')) return void socket.destroy();
		const path = (request.url ?? '/').split('?', 1)[0];
		if (path === '/collab' || path?.startsWith(PLAIN_YJS_PATH)) {
			socket.on('error', (error) => logger.debug({ err: error }, 'socket error before the upgrade'));
			app.collaboration.upgrade(request, socket, head).catch((error: unknown) => {
				logger.error({ err: error }, 'upgrade failed');
				socket.destroy();
			});
		} else if (!config.development) socket.destroy();
	});
	const use = (next: typeof pair): void => {
		if (next && 'setSecureContext' in server) server.setSecureContext(next);
	};
	server.on('tlsClientError', (error) => logger.debug({ err: error }, 'a TLS handshake failed'));
	const endPlain =
		'setSecureContext' in server
			? takePlainHttp(server, (request, response) => answer(request, response, 'http'), limits)
			: () => undefined;
	const unwatch = app.tls.watch(use);
	await listen(server, config.host, config.port);
	const { port } = server.address() as AddressInfo;
	const host = pair && isWildcard(config.host) ? app.tls.nameForPeople : config.host;
	const at = `${host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? 'localhost' : host}:${port}`;
	return {
		address: `${pair ? 'https' : 'http'}://${at}`,
		trustAddress: app.tls.root && `http://${at}/trust`,
		refreshCertificate: () => app.tls.refresh(use),
		close: () =>
			new Promise((resolve) => {
				unwatch();
				server.close(() => resolve());
				server.closeIdleConnections();
				setTimeout(() => {
					server.closeAllConnections();
					endPlain();
				}, 1000).unref();
			}),
	};
}

function answerHealth(app: App, response: ServerResponse): void {
	const isReady = app.collaboration.isReady;
	response.writeHead(isReady ? 200 : 503, { 'content-type': 'application/json' });
	// Editing goes on without the second place of the log, but somebody should look after it.
	const isCopied = app.storage.logCopy?.status().state !== 'failing';
	// Editing goes on while the store is away; who watches the machine wants to know all the same.
	response.end(
		JSON.stringify({
			ready: isReady,
			store: app.preservation.status().state,
			...(isCopied ? {} : { warnings: ['log-copy-failing'] }),
		}),
	);
}

async function builtHandler(): Promise<Handler> {
	try {
		const built = (await import(pathToFileURL(join(PROJECT, 'build/handler.js')).href)) as {
			handler: Handler;
		};
		return built.handler;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND')
			throw new Refusal('server.not-built');
		throw error;
	}
}

async function developmentHandler(server: Server): Promise<Handler> {
	const { createServer: createVite } = await import('vite');
	const vite = await createVite({
		root: PROJECT,
		configLoader: 'native',
		server: { middlewareMode: true, hmr: { server } },
		appType: 'custom',
	});
	return vite.middlewares as unknown as Handler;
}

function listen(server: Server, host: string, port: number): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once('error', (error: NodeJS.ErrnoException) => {
			if (error.code === 'EADDRINUSE') reject(new Refusal('server.port-in-use', { host, port }));
			else if (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL')
				reject(new Refusal('server.port-denied', { host, port, reason: error.code }));
			else reject(error);
		});
		server.listen(port, host, () => resolve());
	});
}
