import * as encoding from 'lib0/encoding';
import { onTestFinished } from 'vitest';
import WebSocket from 'ws';

/** The two ways in. */
export type Endpoint = '/collab' | '/yjs';

/** A socket of a client that keeps to no protocol, joined to one document. */
export interface RawSocket {
	readonly webSocket: WebSocket;
	/** Set once it is closed. */
	readonly closed: () => { readonly code: number; readonly reason: string } | undefined;
	/** False once the socket is closed, or only its document, which the server then deals with no more. */
	readonly isJoined: () => boolean;
	/** Sends bytes as they are; resolves when the server has read them. */
	send(bytes: Uint8Array): Promise<void>;
}

/** Opens a socket and proves who it is; resolves when the document answers, or when the server has closed it. */
export async function openRaw(
	port: number,
	endpoint: Endpoint,
	name: string,
	token: string,
): Promise<RawSocket> {
	const path = endpoint === '/yjs' ? `/yjs/${name}?token=${token}` : endpoint;
	const webSocket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
	stopAfterTest(webSocket);
	let closed: { code: number; reason: string } | undefined;
	let isDocumentClosed = false;
	webSocket.on('error', () => undefined);
	const isOver = new Promise<void>((resolve) =>
		webSocket.on('close', (code, reason) => {
			closed = { code, reason: reason.toString() };
			resolve();
		}),
	);
	const answered = new Promise<void>((resolve) =>
		webSocket.on('message', (data: Buffer) => {
			const kind = data[framesBegin(endpoint, name)];
			if (kind === 0) resolve();
			if (kind === 7) isDocumentClosed = true;
		}),
	);
	await Promise.race([new Promise((resolve) => webSocket.on('open', resolve)), isOver]);
	if (!closed) {
		if (endpoint === '/collab') webSocket.send(authFrame(name, token));
		webSocket.send(named(endpoint, name, Uint8Array.of(0, 0, 1, 0)));
	}
	await Promise.race([answered, isOver]);
	return {
		webSocket,
		closed: () => closed,
		isJoined: () => webSocket.readyState === WebSocket.OPEN && !isDocumentClosed,
		async send(bytes) {
			if (webSocket.readyState !== WebSocket.OPEN) return;
			const read = new Promise((resolve) => webSocket.once('pong', resolve));
			webSocket.send(bytes);
			webSocket.ping();
			await Promise.race([read, isOver]);
		},
	};
}

const open = new Set<WebSocket>();

/** Thousands of them are opened, and what a test is to do at its end it keeps. */
function stopAfterTest(webSocket: WebSocket): void {
	if (open.size === 0)
		onTestFinished(() => {
			for (const each of open) each.terminate();
			open.clear();
		});
	open.add(webSocket);
	webSocket.on('close', () => open.delete(webSocket));
}

/** A frame with the name of its document where the protocol wants one. */
export function named(endpoint: Endpoint, name: string, frame: Uint8Array): Uint8Array {
	return encoding.encode((encoder) => {
		if (endpoint === '/collab') encoding.writeVarString(encoder, name);
		encoding.writeUint8Array(encoder, frame);
	});
}

/** Asks (0), answers (1) or tells (2); see y-protocols. */
export function syncFrame(kind: number, payload: Uint8Array): Uint8Array {
	return encoding.encode((encoder) => {
		encoding.writeVarUint(encoder, 0);
		encoding.writeVarUint(encoder, kind);
		encoding.writeVarUint8Array(encoder, payload);
	});
}

/** What one client id says of itself, whoever sends it. */
export function awarenessFrame(clientId: number, clock: number, state: unknown): Uint8Array {
	const states = encoding.encode((encoder) => {
		encoding.writeVarUint(encoder, 1);
		encoding.writeVarUint(encoder, clientId);
		encoding.writeVarUint(encoder, clock);
		encoding.writeVarString(encoder, JSON.stringify(state));
	});
	return encoding.encode((encoder) => {
		encoding.writeVarUint(encoder, 1);
		encoding.writeVarUint8Array(encoder, states);
	});
}

/** Names a document and proves who wants it, as Hocuspocus has it. */
export function authFrame(name: string, token: string): Uint8Array {
	return named(
		'/collab',
		name,
		encoding.encode((encoder) => {
			encoding.writeVarUint(encoder, 2);
			encoding.writeVarUint(encoder, 0);
			encoding.writeVarString(encoder, token);
		}),
	);
}

function framesBegin(endpoint: Endpoint, name: string): number {
	return named(endpoint, name, Uint8Array.of()).byteLength;
}
