import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { WebSocketServer, type WebSocket } from 'ws';
import { readSyncMessage, writeSyncStep1, writeUpdate } from 'y-protocols/sync';
import * as Y from 'yjs';

const SYNC = 0;

/**
 * What a plain Yjs server does at the least: it keeps each document in memory, answers, and tells everybody of every
 * update. It asks nobody who they are and stores nothing.
 */
export async function startPlainRelay(
	states: ReadonlyMap<string, Uint8Array>,
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
	const rooms = new Map<string, { doc: Y.Doc; members: Set<WebSocket> }>();
	const roomOf = (name: string): { doc: Y.Doc; members: Set<WebSocket> } => {
		let room = rooms.get(name);
		if (!room) {
			const doc = new Y.Doc();
			const state = states.get(name);
			if (state) Y.applyUpdate(doc, state);
			const members = new Set<WebSocket>();
			doc.on('update', (update: Uint8Array) => {
				const frame = syncFrame((encoder) => writeUpdate(encoder, update));
				for (const member of members) member.send(frame);
			});
			rooms.set(name, (room = { doc, members }));
		}
		return room;
	};
	const server = createServer();
	const sockets = new WebSocketServer({ server, perMessageDeflate: false });
	sockets.on('connection', (webSocket, request) => {
		const path = new URL(request.url ?? '/', 'http://localhost').pathname;
		const { doc, members } = roomOf(decodeURIComponent(path.replace('/yjs/', '')));
		members.add(webSocket);
		webSocket.on('close', () => members.delete(webSocket));
		webSocket.on('message', (data: Buffer) => {
			const decoder = decoding.createDecoder(new Uint8Array(data));
			// Presence is no part of the measurement.
			if (decoding.readVarUint(decoder) !== SYNC) return;
			const answer = syncFrame((encoder) => readSyncMessage(decoder, encoder, doc, webSocket));
			if (answer.byteLength > 1) webSocket.send(answer);
		});
		webSocket.send(syncFrame((encoder) => writeSyncStep1(encoder, doc)));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		port: (server.address() as AddressInfo).port,
		async close() {
			for (const webSocket of sockets.clients) webSocket.terminate();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

function syncFrame(write: (encoder: encoding.Encoder) => void): Uint8Array {
	return encoding.encode((encoder) => {
		encoding.writeVarUint(encoder, SYNC);
		write(encoder);
	});
}
