import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy whose line can be cut and mended: a real disconnection, which `setOffline` is not for open sockets. */
export interface CutProxy {
	readonly port: number;
	/** Drops every connection and refuses new ones. */
	cut(): void;
	mend(): void;
	close(): Promise<void>;
}

/** Starts a proxy on loopback before a port of the same machine. */
export async function startCutProxy(targetPort: number): Promise<CutProxy> {
	const sockets = new Set<Socket>();
	let isCut = false;
	const server = createServer((client) => {
		if (isCut) {
			client.destroy();
			return;
		}
		const target = connect(targetPort, '127.0.0.1');
		for (const socket of [client, target]) {
			sockets.add(socket);
			socket.on('close', () => {
				sockets.delete(socket);
				client.destroy();
				target.destroy();
			});
			// The other side going away is what this proxy is for.
			socket.on('error', () => socket.destroy());
		}
		client.pipe(target);
		target.pipe(client);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		port: (server.address() as AddressInfo).port,
		cut() {
			isCut = true;
			for (const socket of sockets) socket.destroy();
		},
		mend() {
			isCut = false;
		},
		close() {
			for (const socket of sockets) socket.destroy();
			return new Promise((resolve) => server.close(() => resolve()));
		},
	};
}
