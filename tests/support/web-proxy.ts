import { createServer, request as requestOf, type RequestOptions } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { CutProxy } from './cut-proxy.ts';

/** A proxy that ends TLS, as many archives have one in their network: it sees requests, and can stand in their way. */
export interface WebProxy extends CutProxy {
	/**
	 * What becomes of requests for a WebSocket: `refused` with 403; `silent`, never answered; `held` until they may pass.
	 * Open ones end.
	 */
	upgrades(mode: UpgradeMode): void;
	/** Requests for a WebSocket that are held and still wanted. */
	readonly heldUpgrades: number;
	/** Stops what asks for a path, before the server has it or before the answer goes back. */
	hold(path: string, where: 'request' | 'answer'): Held;
	/** Changes the text the server answers for a path; undefined ends it. */
	rewrite(path: string, change: ((text: string) => string) | undefined): void;
}

export type UpgradeMode = 'pass' | 'refused' | 'silent' | 'held';

/** Requests that are held. */
export interface Held {
	/** How many have come this far. */
	readonly count: number;
	/** Lets them go on, and those that come later pass. */
	release(): void;
}

/** Starts a proxy on loopback before a TLS server of the same machine, with that server's own certificate. */
export async function startWebProxy(
	targetPort: number,
	pair: { readonly cert: string; readonly key: string },
): Promise<WebProxy> {
	const sockets = new Set<Socket>();
	const webSockets = new Set<Socket>();
	const holds = new Map<string, HeldRequests>();
	const rewrites = new Map<string, (text: string) => string>();
	let isCut = false;
	let upgradeMode: UpgradeMode = 'pass';
	const heldUpgrades = new Map<Socket, () => void>();
	// The same key on both sides: nobody else is in between.
	const target = { host: '127.0.0.1', port: targetPort, rejectUnauthorized: false } as const;
	const follow = (set: Set<Socket>, socket: Socket): void => {
		set.add(socket);
		socket.on('close', () => set.delete(socket));
		// The other side going away is what this proxy is for.
		socket.on('error', () => socket.destroy());
	};

	async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const path = (request.url ?? '/').split('?', 1)[0] as string;
		const held = holds.get(path);
		const change = rewrites.get(path);
		if (held?.where === 'request') await held.wait();
		const options: RequestOptions = {
			...target,
			path: request.url,
			method: request.method,
			headers: change ? wholeAndPlain(request.headers) : request.headers,
		};
		const asked = requestOf(options, (answer) => {
			void (async () => {
				if (held?.where === 'answer') await held.wait();
				if (!change) {
					response.writeHead(answer.statusCode ?? 502, answer.headers);
					answer.pipe(response);
					return;
				}
				let text = '';
				for await (const chunk of answer.setEncoding('utf8')) text += chunk as string;
				const { 'content-length': _length, etag: _etag, ...headers } = answer.headers;
				response.writeHead(answer.statusCode ?? 502, headers);
				response.end(change(text));
			})().catch((error: Error) => response.destroy(error));
		});
		asked.on('error', () => response.destroy());
		response.on('close', () => asked.destroy());
		request.pipe(asked);
	}

	const server = createServer(pair, (request, response) => void pass(request, response));
	server.on('connection', (socket: Socket) => {
		if (isCut) socket.destroy();
		else follow(sockets, socket);
	});
	server.on('upgrade', (request: IncomingMessage, client: Socket, head: Buffer) => {
		follow(webSockets, client);
		const connect = (): void => joinWebSocket(request, client, head);
		if (upgradeMode === 'silent') return;
		if (upgradeMode === 'held') {
			heldUpgrades.set(client, connect);
			// Else nobody notices that the client gave up; it says nothing before it is answered.
			client.resume();
			client.on('close', () => heldUpgrades.delete(client));
			return;
		}
		if (upgradeMode === 'refused')
			return void client.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
		connect();
	});
	const joinWebSocket = (request: IncomingMessage, client: Socket, head: Buffer): void => {
		const upstream = connectTls(target, () => {
			const headers = request.rawHeaders
				.map((each, index) => (index % 2 ? `${each}\r\n` : `${each}: `))
				.join('');
			upstream.write(`${request.method} ${request.url} HTTP/1.1\r\n${headers}\r\n`);
			upstream.write(head);
			client.pipe(upstream);
			upstream.pipe(client);
		});
		follow(webSockets, upstream);
		client.on('close', () => upstream.destroy());
		upstream.on('close', () => client.destroy());
	};
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

	const end = (...sets: Set<Socket>[]): void => {
		for (const set of sets) for (const socket of set) socket.destroy();
	};
	return {
		port: (server.address() as AddressInfo).port,
		cut() {
			isCut = true;
			end(webSockets, sockets);
		},
		mend() {
			isCut = false;
		},
		upgrades(mode) {
			upgradeMode = mode;
			const held = mode === 'pass' ? [...heldUpgrades] : [];
			heldUpgrades.clear();
			for (const [client] of held) webSockets.delete(client);
			end(webSockets);
			for (const [client, connect] of held) {
				webSockets.add(client);
				connect();
			}
		},
		get heldUpgrades() {
			return heldUpgrades.size;
		},
		hold(path, where) {
			const held = new HeldRequests(where, () => holds.delete(path));
			holds.set(path, held);
			return held;
		},
		rewrite(path, change) {
			if (change) rewrites.set(path, change);
			else rewrites.delete(path);
		},
		close() {
			for (const held of holds.values()) held.release();
			end(webSockets, sockets);
			return new Promise((resolve) => server.close(() => resolve()));
		},
	};
}

/** Asks for the whole text, whatever the browser has of it. */
function wholeAndPlain(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
	const { 'if-none-match': _match, 'if-modified-since': _since, ...rest } = headers;
	return { ...rest, 'accept-encoding': 'identity' };
}

class HeldRequests implements Held {
	readonly where: 'request' | 'answer';
	count = 0;
	#waiting: (() => void)[] = [];
	#onRelease: () => void;
	#isReleased = false;

	constructor(where: 'request' | 'answer', onRelease: () => void) {
		this.where = where;
		this.#onRelease = onRelease;
	}

	wait(): Promise<void> {
		this.count++;
		return this.#isReleased ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
	}

	release(): void {
		this.#isReleased = true;
		this.#onRelease();
		for (const go of this.#waiting.splice(0)) go();
	}
}
