import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Hocuspocus, type WebSocketLike } from '@hocuspocus/server';
import { WebSocketServer } from 'ws';

/** Hocuspocus as it comes, that asks nobody who they are and stores nothing. */
export async function startBareHocuspocus(
	states: ReadonlyMap<string, Uint8Array>,
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
	const hocuspocus = new Hocuspocus({
		quiet: true,
		maxPendingDocuments: 500,
		onAuthenticate: async () => undefined,
		onLoadDocument: async ({ documentName }) => states.get(documentName),
	});
	const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
	const server = createServer();
	server.on('upgrade', (request, socket, head) =>
		sockets.handleUpgrade(request, socket, head, (webSocket) => {
			const connection = hocuspocus.handleConnection(
				webSocket as unknown as WebSocketLike,
				new Request('http://localhost/collab'),
			);
			webSocket.on('message', (data: Buffer) => connection.handleMessage(new Uint8Array(data)));
			webSocket.on('close', (code, reason) => connection.handleClose({ code, reason: reason.toString() }));
		}),
	);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		port: (server.address() as AddressInfo).port,
		async close() {
			for (const webSocket of sockets.clients) webSocket.terminate();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
