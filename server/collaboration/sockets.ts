import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Hocuspocus } from '@hocuspocus/server';
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import { CLOSE } from './connection-context.ts';
import { HOCUSPOCUS, type Dialect } from './dialect.ts';
import { watchLine } from './heartbeat.ts';
import { OpenSocket } from './open-socket.ts';
import { PlainYjs } from './plain-yjs.ts';
import { readAsked, type Asked } from './asked.ts';
import { ReadingPace } from './reading-pace.ts';
import { headersOf, isOwnOrigin, type Identities, type Identity } from '#server/permissions/identity.ts';

/** Largest frame taken. */
const MAX_PAYLOAD_BYTES = 4 * 1024 * 1024;
/** Sockets at a time of which nobody knows yet who is behind them: a token comes with the first message. */
const MAX_SOCKETS_OF_NOBODY = 1000;
/** Sockets of one person at a time, all tabs and scripts together. */
const MAX_SOCKETS_PER_PERSON = 200;
const SESSION_CHECK_MS = 60_000;

/** The WebSockets of live editing: who is behind each, and when it must end. */
export class Sockets {
	#hocuspocus: Hocuspocus;
	#identities: Identities;
	#logger: Logger;
	#origin: string | undefined;
	#server = new WebSocketServer({ noServer: true, maxPayload: MAX_PAYLOAD_BYTES, perMessageDeflate: false });
	#open = new Set<OpenSocket>();
	#timer: NodeJS.Timeout;
	#stopListening: () => void;
	#isReady: () => boolean;
	#lineage: () => Promise<string>;
	#isStopping = false;

	constructor(parts: {
		hocuspocus: Hocuspocus;
		identities: Identities;
		logger: Logger;
		origin: string | undefined;
		/** False while the log cannot be written: nobody is let in to edit what cannot be kept. */
		isReady: () => boolean;
		/** History of the log; see `server/storage/lineage.ts`. */
		lineage: () => Promise<string>;
	}) {
		this.#hocuspocus = parts.hocuspocus;
		this.#identities = parts.identities;
		this.#logger = parts.logger;
		this.#origin = parts.origin;
		this.#isReady = parts.isReady;
		this.#lineage = parts.lineage;
		this.#timer = setInterval(() => void this.recheck(), SESSION_CHECK_MS);
		this.#timer.unref();
		this.#stopListening = parts.identities.onRevoked((isRevoked) => {
			for (const socket of this.#open)
				if (socket.identity && isRevoked(socket.identity))
					socket.close(CLOSE.sessionEnded, 'permissions.sign-in');
		});
	}

	/** Number of sockets open. */
	get count(): number {
		return this.#open.size;
	}

	/**
	 * Takes over an HTTP upgrade of `/collab`, or of `/yjs/…` for plain Yjs clients. A wrong Origin is answered 403 before
	 * anything else happens.
	 */
	async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
		if (this.#isStopping || !this.#isReady()) return answer(socket, 503, 'Service Unavailable');
		if (!isOwnOrigin(headersOf(request), this.#origin)) return answer(socket, 403, 'Forbidden');
		const asked = readAsked(request.url ?? '/');
		let identity: Identity | undefined;
		try {
			// A device whose copies follow another history of the log first gives back what the log lost.
			if (asked.lineage !== null && asked.lineage !== (await this.#lineage()))
				return answer(socket, 409, 'Conflict');
			// Who brings a bad token is let in to hear so: a plain Yjs client takes an HTTP status for a bad line.
			const found = asked.token
				? await this.#identities.personOfToken(asked.token)
				: await this.#identities.personOf(headersOf(request));
			// In the name of somebody else there is nobody, and a socket of nobody is told to sign in.
			if (asked.personId === null || asked.personId === found?.person.id) identity = found;
		} catch (error) {
			this.#logger.error({ err: error }, 'session look-up failed');
			return answer(socket, 500, 'Internal Server Error');
		}
		if (socket.destroyed) return;
		const limit = identity ? MAX_SOCKETS_PER_PERSON : MAX_SOCKETS_OF_NOBODY;
		if (this.#countOf(identity?.person.id) >= limit) return answer(socket, 429, 'Too Many Requests');
		this.#server.handleUpgrade(request, socket, head, (webSocket) =>
			this.#accept(webSocket, request, asked, identity),
		);
	}

	/** Ends sockets whose session or token is over. Runs every minute. */
	async recheck(): Promise<void> {
		for (const socket of [...this.#open]) {
			if (!socket.identity) continue;
			try {
				if (!(await this.#identities.isAlive(socket.identity)))
					socket.close(CLOSE.sessionEnded, 'permissions.sign-in');
			} catch (error) {
				this.#logger.error({ err: error }, 'session check failed');
			}
		}
	}

	/** Ends every socket with a code: people keep what they typed and come back by themselves. */
	closeAll(code: number, reason: string): void {
		for (const socket of [...this.#open]) socket.close(code, reason);
	}

	/** Stops taking sockets and ends the open ones. */
	shutDown(): void {
		this.#isStopping = true;
		clearInterval(this.#timer);
		this.#stopListening();
		this.closeAll(CLOSE.goingAway, 'collaboration.going-away');
		// A client that does not answer the closing handshake must not hold up the process.
		for (const socket of this.#open) setTimeout(() => socket.webSocket.terminate(), 1000).unref();
	}

	#accept(
		webSocket: WebSocket,
		request: IncomingMessage,
		asked: Asked,
		identity: Identity | undefined,
	): void {
		const socket = new OpenSocket(webSocket, {
			identity,
			dialect: (open) => this.#dialectOf(asked, open),
			onStalled: () =>
				this.#logger.warn({ person: socket.identity?.person.id }, 'closed a socket that does not read'),
		});
		const pace = new ReadingPace(performance.now());
		this.#open.add(socket);
		watchLine(webSocket);
		const connection = this.#hocuspocus.handleConnection(
			{
				get readyState() {
					return webSocket.readyState;
				},
				send: (data: Parameters<WebSocket['send']>[0]) => socket.send(data as Uint8Array),
				close: (code, reason) => socket.close(code ?? 1000, reason ?? ''),
			},
			// Without what was asked for: a token stands in it.
			new Request('http://localhost/', { headers: headersOf(request) }),
			{ socket },
		);
		webSocket.on('message', (data: Buffer | ArrayBuffer | Buffer[], isBinary: boolean) => {
			if (!isBinary) return socket.close(CLOSE.refused, 'collaboration.unknown-message');
			const bytes = Array.isArray(data) ? Buffer.concat(data) : new Uint8Array(data as Buffer);
			const waitMs = pace.take(bytes.byteLength, performance.now());
			if (waitMs > 0 && !webSocket.isPaused) {
				webSocket.pause();
				setTimeout(() => webSocket.resume(), waitMs);
			}
			try {
				const frame = socket.dialect.fromClient(bytes);
				if (frame) connection.handleMessage(frame);
			} catch (error) {
				this.#logger.warn({ err: error }, 'malformed frame');
				socket.close(CLOSE.refused, 'collaboration.unknown-message');
			}
		});
		webSocket.on('close', (code: number, reason: Buffer) => {
			this.#open.delete(socket);
			connection.handleClose({ code, reason: reason.toString() });
		});
		// `ws` reports protocol errors (oversized frames among them) here and closes by itself.
		webSocket.on('error', (error: Error) => this.#logger.warn({ err: error }, 'socket error'));
		const opening = socket.dialect.opening();
		if (opening) connection.handleMessage(opening);
	}

	#dialectOf({ docName, token }: Asked, socket: OpenSocket): Dialect {
		if (docName === undefined) return HOCUSPOCUS;
		return new PlainYjs({
			docName,
			token: token ?? '',
			awareness: () => this.#hocuspocus.documents.get(docName)?.awareness,
			send: (frame) => socket.sendPlain(frame),
			close: (code, reason) => socket.close(code, reason),
		});
	}

	#countOf(personId: string | undefined): number {
		let count = 0;
		for (const socket of this.#open) if (socket.identity?.person.id === personId) count++;
		return count;
	}
}

function answer(socket: Duplex, status: number, text: string): void {
	socket.end(`HTTP/1.1 ${status} ${text}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
