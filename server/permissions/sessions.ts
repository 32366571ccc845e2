import { betterAuth } from 'better-auth';
import { username } from 'better-auth/plugins/username';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { createId } from '#domain/base/ids.ts';
import type { Storage } from '#server/storage/storage.ts';
import { MAX_NAME_LENGTH, MAX_PASSWORD_LENGTH, nameKey } from './names.ts';
import { hashPassword, verifyPassword } from './passwords.ts';

const HOUR_SECONDS = 3600;
/** However often it is used, a session ends after this. */
const LONGEST_MS = 7 * 24 * HOUR_SECONDS * 1000;

/** A session as its owner sees it. */
export interface SessionSummary {
	readonly id: string;
	/** Network address it was begun from; empty when unknown. */
	readonly address: string;
	readonly userAgent: string;
	readonly createdAt: string;
	/** Last noted use; noted at most once an hour. */
	readonly usedAt: string;
}

/** A session found behind a cookie. */
export interface FoundSession {
	readonly id: string;
	readonly personId: string;
	/** Cookies that carry its new end to the browser. */
	readonly setCookie: readonly string[];
}

/** Sessions of signed-in people, kept by better-auth: 12 hours idle, 7 days in all. */
export interface Sessions {
	/** Begins a session; undefined for a wrong name or password, which take the same time. */
	begin(given: {
		readonly name: string;
		readonly password: string;
		readonly headers: Headers;
		readonly address: string | undefined;
	}): Promise<{ readonly setCookie: readonly string[] } | undefined>;
	/** The session of a cookie. `extend` moves its end, when the answer can carry the new cookie. */
	find(headers: Headers, extend: boolean): Promise<FoundSession | undefined>;
	/** Ends the session of these cookies. */
	end(headers: Headers): Promise<{ readonly setCookie: readonly string[] }>;
	isAlive(sessionId: string): Promise<boolean>;
	/** Sessions of a person that have not ended, the one used last first. */
	list(personId: string): Promise<SessionSummary[]>;
	/** Ends sessions of a person: one, all but one, or all. */
	endOf(
		personId: string,
		which: { readonly only?: string | undefined; readonly except?: string | undefined },
	): Promise<void>;
}

/** Builds the sessions of an archive over its database. */
export function createSessions({
	storage,
	clock,
	secret,
	origin,
	isSecure = false,
	passwordWork,
}: {
	storage: Storage;
	clock: Clock;
	secret: string;
	origin: string | undefined;
	/** True when this server itself speaks TLS: cookies are for https alone. */
	isSecure?: boolean;
	/** See {@link hashPassword}. */
	passwordWork?: number | undefined;
}): Sessions {
	const { db } = storage;
	const auth = betterAuth({
		// Ours, not a connection of its own: a second writer would only meet a busy database.
		database: { db, type: 'sqlite' },
		secret,
		baseURL: origin ?? 'http://localhost',
		telemetry: { enabled: false },
		logger: { disabled: true },
		emailAndPassword: {
			enabled: true,
			autoSignIn: false,
			maxPasswordLength: MAX_PASSWORD_LENGTH,
			password: {
				hash: (password) => hashPassword(password, passwordWork),
				verify: ({ hash, password }) => verifyPassword(hash, password),
			},
		},
		session: { expiresIn: 12 * HOUR_SECONDS, updateAge: HOUR_SECONDS },
		advanced: {
			cookiePrefix: 'lantai',
			useSecureCookies: isSecure || (origin?.startsWith('https:') ?? false),
			defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/' },
			ipAddress: { ipAddressHeaders: ['x-lantai-address'] },
			database: { generateId: () => createId<string>() },
		},
		plugins: [
			username({
				minUsernameLength: 1,
				maxUsernameLength: MAX_NAME_LENGTH,
				usernameNormalization: nameKey,
				usernameValidator: (name) => name.trim() !== '',
				validationOrder: { username: 'post-normalization' },
			}),
		],
	});

	function isWithinLimits(session: { readonly createdAt: string; readonly expiresAt: string }): boolean {
		return session.expiresAt > isoAt(clock) && Date.parse(session.createdAt) + LONGEST_MS > clock.now();
	}

	return {
		async begin({ name, password, headers, address }) {
			const asked = new Headers(headers);
			// Only the server knows where a request came from; what a client sends under this name is dropped.
			asked.delete('x-lantai-address');
			if (address) asked.set('x-lantai-address', address);
			try {
				const answer = await auth.api.signInUsername({
					body: { username: name, password },
					headers: asked,
					returnHeaders: true,
				});
				return { setCookie: answer.headers.getSetCookie() };
			} catch (error) {
				// An answer of better-auth has a status; anything else is a bug or a broken database.
				const status = (error as { statusCode?: number }).statusCode;
				if (status === undefined || status >= 500) throw error;
				return undefined;
			}
		},
		async find(headers, extend) {
			if (!headers.get('cookie')?.includes('lantai')) return undefined;
			const answer = await auth.api.getSession({
				headers,
				query: { disableRefresh: !extend },
				returnHeaders: true,
			});
			const found = answer.response;
			if (!found) return undefined;
			const { id, createdAt, expiresAt } = found.session;
			if (!isWithinLimits({ createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() }))
				return undefined;
			return { id, personId: found.user.id, setCookie: answer.headers.getSetCookie() };
		},
		async end(headers) {
			const answer = await auth.api.signOut({ headers, returnHeaders: true });
			return { setCookie: answer.headers.getSetCookie() };
		},
		async isAlive(sessionId) {
			const row = await db
				.selectFrom('session')
				.select(['createdAt', 'expiresAt'])
				.where('id', '=', sessionId)
				.executeTakeFirst();
			return row !== undefined && isWithinLimits(row);
		},
		async list(personId) {
			const rows = await db
				.selectFrom('session')
				.selectAll()
				.where('userId', '=', personId)
				.orderBy('updatedAt', 'desc')
				.execute();
			return rows.filter(isWithinLimits).map((row) => ({
				id: row.id,
				address: row.ipAddress ?? '',
				userAgent: row.userAgent ?? '',
				createdAt: row.createdAt,
				usedAt: row.updatedAt,
			}));
		},
		async endOf(personId, { only, except }) {
			let query = db.deleteFrom('session').where('userId', '=', personId);
			if (only !== undefined) query = query.where('id', '=', only);
			if (except !== undefined) query = query.where('id', '!=', except);
			await query.execute();
		},
	};
}
