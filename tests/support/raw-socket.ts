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
	onTestFinished(() => webSocket.terminate());
	let closed: { code: number; reason: string } | undefined;
	webSocket.on('error', () => undefined);
	const isOver = new Promise<void>((resolve) =>
		webSocket.on('close', (code, reason) => {
			closed = { code, reason: reason.toString() };
			resolve();
		}),
	);
	const answered = new Promise<void>((resolve) =>
		webSocket.on('message', (data: Buffer) => {
			if (data[framesBegin(endpoint, name)] === 0) resolve();
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
		async send(bytes) {
			if (webSocket.readyState !== WebSocket.OPEN) return;
			const read = new Promise((resolve) => webSocket.once('pong', resolve));
			webSocket.send(bytes);
			webSocket.ping();
			await Promise.race([read, isOver]);
		},
	};
}

/** A frame with the name of its document where the protocol wants one. */
export function named(endpoint: Endpoint, name: string, frame: Uint8Array): Uint8Array {
	return encoding.encode((encoder) => {
		if (endpoint === '/collab') encoding.writeVarString(encoder, name);
		encoding.writeUint8Array(encoder, frame);
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
