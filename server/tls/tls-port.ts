import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import type { Socket } from 'node:net';

/** First byte of a TLS handshake record. */
const HANDSHAKE = 0x16;
/** How long connections may take to come to something, in milliseconds. */
export interface SilenceLimits {
	/** Until the first byte. */
	readonly firstByteMs: number;
	/** Until a device that has begun with TLS speaks it properly. */
	readonly handshakeMs: number;
	/** Without TLS a connection is over after this, whatever it does: it only gets a page or is sent on. */
	readonly plainMs: number;
}

export const SILENCE_LIMITS: SilenceLimits = { firstByteMs: 10_000, handshakeMs: 15_000, plainMs: 20_000 };

/** Pages that must be reachable before the certificate is trusted, and what they look like with. */
const BEFORE_TRUST = /^\/(?:trust|trust\/root\.crt|seal\.svg|_app\/immutable\/assets\/[\w.-]+\.css)$/;

/**
 * Lets the port of a TLS server take plain HTTP too: what is needed to begin to trust it is answered by `pages`,
 * everything else that reads is sent on to https, the rest is refused.
 * @returns ends what is left open
 */
export function takePlainHttp(
	server: Server,
	pages: (request: IncomingMessage, response: ServerResponse) => void,
	{ firstByteMs, plainMs }: SilenceLimits,
): () => void {
	const secure = server.listeners('connection') as ((socket: Socket) => void)[];
	server.removeAllListeners('connection');
	const plain = createServer((request, response) => answerPlain(request, response, pages));
	plain.on('upgrade', (_request, socket) => socket.destroy());
	const open = new Set<Socket>();
	server.on('connection', (socket: Socket) => {
		open.add(socket);
		socket.on('close', () => open.delete(socket));
		// Nobody else listens before the first byte: a reset must not end the process.
		socket.on('error', () => socket.destroy());
		const timer = setTimeout(() => socket.destroy(), firstByteMs);
		socket.once('close', () => clearTimeout(timer));
		socket.once('readable', () => {
			clearTimeout(timer);
			const begun = socket.read() as Buffer | null;
			if (begun === null) return void socket.destroy();
			socket.unshift(begun);
			if (begun[0] === HANDSHAKE) {
				for (const listener of secure) listener.call(server, socket);
				return;
			}
			const limit = setTimeout(() => socket.destroy(), plainMs);
			socket.once('close', () => clearTimeout(limit));
			plain.emit('connection', socket);
		});
	});
	return () => {
		for (const socket of open) socket.destroy();
	};
}

function answerPlain(
	request: IncomingMessage,
	response: ServerResponse,
	pages: (request: IncomingMessage, response: ServerResponse) => void,
): void {
	response.setHeader('connection', 'close');
	const isRead = request.method === 'GET' || request.method === 'HEAD';
	if (isRead && BEFORE_TRUST.test((request.url ?? '').split('?', 1)[0] ?? ''))
		return pages(request, response);
	const target = isRead ? secureUrl(request.headers.host, request.url) : undefined;
	response.writeHead(target === undefined ? 400 : 308, target === undefined ? {} : { location: target });
	response.end();
}

/** The same address over https, with the port said: the same one, whatever is usual. Undefined for a strange request. */
export function secureUrl(host: string | undefined, path: string | undefined): string | undefined {
	if (host === undefined || !path?.startsWith('/')) return undefined;
	const url = URL.parse(`http://${host}`);
	if (!url || url.username || url.password || url.pathname !== '/' || url.search || url.hash)
		return undefined;
	return `https://${url.hostname}:${url.port || '80'}${path}`;
}
