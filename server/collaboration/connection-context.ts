import type { EntryThing } from '#domain/permissions/permissions.ts';
import type { Identity } from '#server/permissions/identity.ts';

/** What travels with every hook of a connection. */
export interface ConnectionContext {
	readonly socket: LiveSocket;
	readonly identity?: Identity;
	/** What the document is, for the permission question; absent for the presence document. */
	readonly entry?: EntryThing;
}

/** The WebSocket under one or more document connections. */
export interface LiveSocket {
	readonly identity: Identity | undefined;
	/** Ends the whole socket; the reason is a refusal code. */
	close(code: number, reason: string): void;
	/** Documents open on it. */
	documents: number;
	/** Takes over an identity proven by a token; false when the socket has another one. */
	adopt(identity: Identity): boolean;
}

/** Close codes of the live editing socket. The reason text is a refusal code. */
export const CLOSE = {
	sessionEnded: 4401,
	denied: 4403,
	refused: 4409,
	tooLarge: 4413,
	failed: 1011,
	logFailed: 4503,
	goingAway: 1001,
} as const;
