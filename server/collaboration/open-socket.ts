import type { WebSocket } from 'ws';
import type { Identity } from '#server/permissions/identity.ts';
import type { LiveSocket } from './connection-context.ts';
import type { Dialect } from './dialect.ts';

/** Bytes waiting for a client that does not read; above this its socket is closed. */
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;

/** A WebSocket of live editing, and who is behind it. */
export class OpenSocket implements LiveSocket {
	readonly webSocket: WebSocket;
	documents = 0;
	#identity: Identity | undefined;
	#dialect: Dialect;
	#onStalled: () => void;

	constructor(
		webSocket: WebSocket,
		parts: {
			readonly identity: Identity | undefined;
			readonly dialect: (socket: OpenSocket) => Dialect;
			/** The client does not read, and its socket was closed. */
			readonly onStalled: () => void;
		},
	) {
		this.webSocket = webSocket;
		this.#identity = parts.identity;
		this.#onStalled = parts.onStalled;
		this.#dialect = parts.dialect(this);
	}

	get identity(): Identity | undefined {
		return this.#identity;
	}

	get readyState(): WebSocket['readyState'] {
		return this.webSocket.readyState;
	}

	get dialect(): Dialect {
		return this.#dialect;
	}

	adopt(identity: Identity): boolean {
		// Another token of the same person has other limits and another end, which nobody would look after.
		const known = this.#identity;
		if (known && (known.person.id !== identity.person.id || known.tokenId !== identity.tokenId)) return false;
		this.#identity ??= identity;
		return true;
	}

	/** A frame of Hocuspocus for the client. */
	send(frame: Uint8Array): void {
		const said = this.#dialect.toClient(frame);
		if (said) this.sendPlain(said);
	}

	/** A frame as the client takes it. */
	sendPlain(frame: Uint8Array): void {
		if (this.webSocket.bufferedAmount > MAX_BUFFERED_BYTES) {
			this.#onStalled();
			this.webSocket.terminate();
			return;
		}
		this.webSocket.send(frame);
	}

	close(code: number, reason: string): void {
		// The protocol allows 123 bytes of reason; refusal codes are ASCII.
		const said = this.#dialect.closeCode(code === 1005 || code === 1006 ? 1000 : code);
		this.webSocket.close(said, reason.slice(0, 120));
	}
}
