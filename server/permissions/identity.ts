import type { IncomingMessage } from 'node:http';
import type { Actor } from '#domain/base/actor.ts';
import type { Person } from '#domain/permissions/permissions.ts';

/** Who asks, as the server established it. A session or a token, or neither for the command line. */
export interface Identity {
	readonly person: Person;
	readonly sessionId?: string;
	readonly tokenId?: string;
	readonly via: 'token' | 'cli' | null;
}

/** What live editing asks of sessions and tokens. */
export interface Identities {
	/** The person of a session cookie. */
	personOf(headers: Headers): Promise<Identity | undefined>;
	/** The person of an API token. */
	personOfToken(token: string): Promise<Identity | undefined>;
	/** False once the session or token ended, or its account was disabled or has other rights than the identity says. */
	isAlive(identity: Identity): Promise<boolean>;
	/** Calls back when sessions end before their time, with the question whether an identity is one of them. */
	onRevoked(listener: (isRevoked: (identity: Identity) => boolean) => void): () => void;
}

/** The actor of an identity, for log and audit. */
export function actorOf(identity: Identity): Actor {
	return { id: identity.person.id, name: identity.person.name, via: identity.via };
}

/** The headers of a Node request as the web sees them. */
export function headersOf(request: IncomingMessage): Headers {
	const headers = new Headers();
	for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
		const name = request.rawHeaders[index] as string;
		if (!name.startsWith(':')) headers.append(name, request.rawHeaders[index + 1] as string);
	}
	return headers;
}

/** True when a browser's request comes from one of our own pages, or the request names no origin. */
export function isOwnOrigin(headers: Headers, origin: string | undefined): boolean {
	const given = headers.get('origin');
	if (given === null || given === origin) return true;
	return URL.parse(given)?.host === headers.get('host');
}
