import { isoAt, type Clock } from '#domain/base/clock.ts';
import type { EntryId, PersonId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { Person, Role } from '#domain/permissions/permissions.ts';
import type { Statement, Storage } from '#server/storage/storage.ts';
import { PERSON_HEADER } from '#sync/person-header.ts';
import { Attempts } from './attempts.ts';
import type { Identities, Identity } from './identity.ts';
import { DeviceKeys } from './device-keys.ts';
import { demandPassword, nameKey } from './names.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { createSessions, type SessionSummary } from './sessions.ts';
import { Tokens } from './tokens.ts';

/** Sessions, tokens and who is behind them. */
export interface Permissions extends Identities {
	readonly tokens: Tokens;
	readonly deviceKeys: DeviceKeys;
	/**
	 * The identity of a request: a Bearer token, else the session cookie, whose end moves; `setCookie` must then reach
	 * the browser. Nobody, when the request is in the name of somebody else: see {@link PERSON_HEADER}.
	 * @param address of the request, where a form says in whose name it is
	 */
	identify(
		headers: Headers,
		address?: URL,
	): Promise<{ readonly identity: Identity | undefined; readonly setCookie: readonly string[] }>;
	/**
	 * @returns the cookies to set
	 * @throws {Refusal} 'permissions.wrong-password' (401) for a wrong name too; 'permissions.disabled' (403); 'permissions.too-many-attempts' (429)
	 */
	signIn(given: {
		readonly name: string;
		readonly password: string;
		readonly headers: Headers;
		readonly address?: string;
	}): Promise<{ readonly setCookie: readonly string[] }>;
	/** Ends the session of these cookies and its sockets; gives the cookies that clear it. */
	signOut(headers: Headers): Promise<{ readonly setCookie: readonly string[] }>;
	/** Ends every session of a person; open sockets too. Tokens stay. */
	signOutEverywhere(personId: string): Promise<void>;
	/** The sessions of a person, the one used last first. */
	sessions(personId: string): Promise<SessionSummary[]>;
	/** Ends one session of that person and its sockets. */
	endSession(personId: string, sessionId: string): Promise<void>;
	/**
	 * Changes a person's own password and ends their sessions but the one it was changed in.
	 * @throws {Refusal} 'permissions.wrong-password' | 'permissions.weak-password' | 'permissions.too-many-attempts'
	 */
	changePassword(
		personId: string,
		given: { readonly current: string; readonly next: string; readonly sessionId?: string | undefined },
	): Promise<void>;
	/**
	 * What is kept of a password.
	 * @throws {Refusal} 'permissions.weak-password'
	 */
	passwordHash(password: string): Promise<string>;
	/**
	 * Sets a password without asking for the old one, with further statements in the same transaction.
	 * @throws {Refusal} 'permissions.weak-password'
	 */
	setPassword(personId: string, password: string, along?: readonly Statement[]): Promise<void>;
	/** The account as a person, disabled or not there: undefined. */
	personById(personId: string): Promise<Person | undefined>;
	/** The account of that name, in any case and width; disabled or not there: undefined. */
	personByName(name: string): Promise<Person | undefined>;
	/** Makes an API token of a person; see {@link Tokens.create}. */
	createToken: Tokens['create'];
	/** Ends a token and its sockets; see {@link Tokens.revoke}. */
	revokeToken: Tokens['revoke'];
}

/** Name and password sign-in and API tokens, with our accounts and roles on top. */
export function createPermissions(parts: {
	storage: Storage;
	clock: Clock;
	secret: string;
	origin: string | undefined;
	/** True when this server itself speaks TLS. */
	isSecure?: boolean;
	/** See {@link hashPassword}. */
	passwordWork?: number | undefined;
}): Permissions {
	const { storage, clock } = parts;
	const { db } = storage;
	const attempts = new Attempts(clock);
	const tokens = new Tokens(storage, clock);
	const sessions = createSessions(parts);
	const listeners = new Set<(isRevoked: (identity: Identity) => boolean) => void>();

	async function personWhere(column: 'id' | 'username', value: string): Promise<Person | undefined> {
		const row = await db
			.selectFrom('user')
			.select(['id', 'name', 'role', 'fonds', 'access_statuses', 'disabled_at'])
			.where(column, '=', value)
			.executeTakeFirst();
		if (!row || row.disabled_at !== null) return undefined;
		return {
			id: row.id as PersonId,
			name: row.name,
			role: row.role as Role,
			fonds: row.fonds === null ? null : (JSON.parse(row.fonds) as EntryId[]),
			accessStatuses: row.access_statuses === null ? null : (JSON.parse(row.access_statuses) as string[]),
		};
	}

	async function personOfToken(token: string): Promise<Identity | undefined> {
		const found = await tokens.find(token);
		const person = found && (await personWhere('id', found.personId));
		return person && { person: { ...person, scopes: found.scopes }, tokenId: found.id, via: 'token' };
	}

	async function identityOfSession(
		headers: Headers,
		extend: boolean,
	): Promise<{ readonly identity: Identity | undefined; readonly setCookie: readonly string[] }> {
		const found = await sessions.find(headers, extend);
		const person = found && (await personWhere('id', found.personId));
		return person
			? { identity: { person, sessionId: found.id, via: null }, setCookie: found.setCookie }
			: { identity: undefined, setCookie: [] };
	}

	function announce(isRevoked: (identity: Identity) => boolean): void {
		for (const listener of listeners) listener(isRevoked);
	}

	async function signOutEverywhere(personId: string): Promise<void> {
		await sessions.endOf(personId, {});
		announce((identity) => identity.person.id === personId);
	}

	async function passwordHash(password: string): Promise<string> {
		return hashPassword(demandPassword(password), parts.passwordWork);
	}

	async function setPassword(
		personId: string,
		password: string,
		along: readonly Statement[] = [],
	): Promise<void> {
		const hash = await passwordHash(password);
		await storage.batch([
			db
				.updateTable('account')
				.set({ password: hash, updatedAt: isoAt(clock) })
				.where('userId', '=', personId)
				.where('providerId', '=', 'credential'),
			...along,
		]);
	}

	/** What an open socket was let in for. */
	function rightsOf({ role, fonds, accessStatuses }: Person): string {
		return JSON.stringify([role, fonds, accessStatuses]);
	}

	return {
		tokens,
		deviceKeys: new DeviceKeys(parts),
		personById: (personId) => personWhere('id', personId),
		personByName: (name) => personWhere('username', nameKey(name)),
		personOf: async (headers) => (await identityOfSession(headers, false)).identity,
		personOfToken,
		async identify(headers, address) {
			const bearer = /^Bearer (.+)$/.exec(headers.get('authorization') ?? '');
			const found = bearer
				? { identity: await personOfToken(bearer[1] as string), setCookie: [] }
				: await identityOfSession(headers, true);
			const asking = [headers.get(PERSON_HEADER), address?.searchParams.get(PERSON_HEADER)];
			return asking.every((id) => typeof id !== 'string' || id === found.identity?.person.id)
				? found
				: { identity: undefined, setCookie: [] };
		},
		async isAlive(identity) {
			const person = await personWhere('id', identity.person.id);
			if (!person || rightsOf(person) !== rightsOf(identity.person)) return false;
			if (identity.tokenId) return tokens.isAlive(identity.tokenId);
			return identity.sessionId !== undefined && sessions.isAlive(identity.sessionId);
		},
		onRevoked(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		async signIn({ name, password, headers, address }) {
			const key = nameKey(name);
			const attempt = `${key}\n${address ?? ''}`;
			attempts.begin(attempt);
			const begun = await sessions.begin({ name: key || '?', password, headers, address });
			if (!begun) throw new Refusal('permissions.wrong-password', {}, 401);
			attempts.succeeded(attempt);
			const account = await db
				.selectFrom('user')
				.select('id')
				.where('username', '=', key)
				.where('disabled_at', 'is not', null)
				.executeTakeFirst();
			if (account) {
				await signOutEverywhere(account.id);
				throw new Refusal('permissions.disabled', {}, 403);
			}
			return begun;
		},
		async signOut(headers) {
			const found = await sessions.find(headers, false);
			const ended = await sessions.end(headers);
			if (found) announce((identity) => identity.sessionId === found.id);
			return ended;
		},
		signOutEverywhere,
		passwordHash,
		sessions: (personId) => sessions.list(personId),
		async endSession(personId, sessionId) {
			await sessions.endOf(personId, { only: sessionId });
			announce((identity) => identity.person.id === personId && identity.sessionId === sessionId);
		},
		async changePassword(personId, { current, next, sessionId }) {
			demandPassword(next);
			attempts.begin(personId);
			const row = await db
				.selectFrom('account')
				.select('password')
				.where('userId', '=', personId)
				.where('providerId', '=', 'credential')
				.executeTakeFirst();
			if (!row?.password || !(await verifyPassword(row.password, current)))
				throw new Refusal('permissions.wrong-password', {}, 401);
			attempts.succeeded(personId);
			await setPassword(personId, next);
			await sessions.endOf(personId, { except: sessionId });
			announce(
				(identity) =>
					identity.person.id === personId &&
					identity.tokenId === undefined &&
					identity.sessionId !== sessionId,
			);
		},
		setPassword,
		async revokeToken(personId, tokenId, along) {
			await tokens.revoke(personId, tokenId, along);
			announce((identity) => identity.person.id === personId && identity.tokenId === tokenId);
		},
		createToken: (personId, given, along) => tokens.create(personId, given, along),
	};
}
