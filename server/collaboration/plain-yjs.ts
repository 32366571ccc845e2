import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { encodeAwarenessUpdate, type Awareness } from 'y-protocols/awareness';
import { CLOSE } from './connection-context.ts';
import type { Dialect } from './dialect.ts';

/** Kinds of frames that both protocols share, and those that only Hocuspocus knows. */
const KIND = { sync: 0, awareness: 1, auth: 2, queryAwareness: 3, syncReply: 4, close: 7 } as const;
const AUTH = { token: 0, denied: 1, authenticated: 2 } as const;

/** Hocuspocus closes sockets that say nothing for a while with it. */
const SILENT = 4408;
/** What y-websocket takes for a no for ever begins with 44; these are its "try again later". */
const AGAIN = { sessionChanged: 4501, silent: 4508 } as const;

/**
 * What a plain Yjs client speaks: one document on each socket, so its frames name none and prove nobody. Here they get
 * the name of the document and, first of all, the token; for Hocuspocus it is then a client like any other.
 * @see y-websocket 3.1, src/y-websocket.js
 */
export class PlainYjs implements Dialect {
	#prefix: Uint8Array;
	#parts: ConstructorParameters<typeof PlainYjs>[0];
	#isJoined = false;
	#isOver = false;

	constructor(parts: {
		readonly docName: string;
		readonly token: string;
		/** Who is present in the document, once it is loaded. */
		readonly awareness: () => Awareness | undefined;
		readonly send: (frame: Uint8Array) => void;
		readonly close: (code: number, reason: string) => void;
	}) {
		this.#parts = parts;
		this.#prefix = encoding.encode((encoder) => encoding.writeVarString(encoder, parts.docName));
	}

	opening(): Uint8Array {
		return encoding.encode((encoder) => {
			encoding.writeUint8Array(encoder, this.#prefix);
			encoding.writeVarUint(encoder, KIND.auth);
			encoding.writeVarUint(encoder, AUTH.token);
			encoding.writeVarString(encoder, this.#parts.token);
		});
	}

	fromClient(frame: Uint8Array): Uint8Array | undefined {
		// Hocuspocus would take it for the beginning of a second attempt to join.
		if (this.#isOver) return undefined;
		const kind = decoding.readVarUint(decoding.createDecoder(frame));
		if (kind === KIND.queryAwareness) return void this.#tellWhoIsPresent();
		if (kind !== KIND.sync && kind !== KIND.awareness) throw new Error(`unknown kind of frame ${kind}`);
		const named = new Uint8Array(this.#prefix.byteLength + frame.byteLength);
		named.set(this.#prefix);
		named.set(frame, this.#prefix.byteLength);
		return named;
	}

	toClient(frame: Uint8Array): Uint8Array | undefined {
		const plain = frame.subarray(this.#prefix.byteLength);
		const decoder = decoding.createDecoder(plain);
		const kind = decoding.readVarUint(decoder);
		if (kind === KIND.sync || kind === KIND.awareness) return plain;
		if (kind === KIND.syncReply) return Uint8Array.of(KIND.sync, ...plain.subarray(1));
		if (kind === KIND.auth) this.#heardOfRights(decoder);
		// The document is no more for this client, and it has no other on this socket.
		else if (kind === KIND.close) this.#parts.close(CLOSE.failed, decoding.readVarString(decoder));
		// Acknowledgements and stateless messages mean nothing to it.
		return undefined;
	}

	closeCode(code: number): number {
		this.#isOver = true;
		if (code === SILENT) return AGAIN.silent;
		// Rights that changed end a socket, too: with the next one it is told what it may, or that it is over.
		return code === CLOSE.sessionEnded && this.#isJoined ? AGAIN.sessionChanged : code;
	}

	#heardOfRights(decoder: decoding.Decoder): void {
		const kind = decoding.readVarUint(decoder);
		if (kind === AUTH.authenticated) this.#isJoined = true;
		if (kind !== AUTH.denied) return;
		const reason = decoding.readVarString(decoder);
		this.#parts.close(closeCodeOf(reason), reason);
	}

	#tellWhoIsPresent(): void {
		const awareness = this.#isJoined ? this.#parts.awareness() : undefined;
		if (!awareness) return;
		this.#parts.send(
			encoding.encode((encoder) => {
				encoding.writeVarUint(encoder, KIND.awareness);
				encoding.writeVarUint8Array(
					encoder,
					encodeAwarenessUpdate(awareness, [...awareness.getStates().keys()]),
				);
			}),
		);
	}
}

function closeCodeOf(reason: string): number {
	if (reason === 'permissions.bad-token' || reason === 'permissions.sign-in') return CLOSE.sessionEnded;
	if (reason === 'permissions.denied') return CLOSE.denied;
	// Without a code of ours it is no judgement but a failure, and passes.
	return reason.includes('.') ? CLOSE.refused : CLOSE.failed;
}
