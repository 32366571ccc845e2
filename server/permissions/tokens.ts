import { createHash, randomBytes } from 'node:crypto';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { createId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { Statement, Storage } from '#server/storage/storage.ts';

const DAY_MS = 86_400_000;
const MAX_DAYS = 366;
const USE_NOTED_EVERY_MS = 60_000;

/** What a person sees of a token once it is made. */
export interface TokenSummary {
	readonly id: string;
	readonly name: string;
	readonly scopes: readonly string[];
	readonly createdAt: string;
	readonly expiresAt: string;
	readonly lastUsedAt: string | null;
	readonly isRevoked: boolean;
}

/** API tokens: only their hash is kept. */
export class Tokens {
	#storage: Storage;
	#clock: Clock;

	constructor(storage: Storage, clock: Clock) {
		this.#storage = storage;
		this.#clock = clock;
	}

	/**
	 * Makes a token, with further statements in the same transaction; this is the only time it can be read.
	 * @throws {Refusal} 'permissions.bad-token-request'
	 */
	async create(
		personId: string,
		{
			name,
			scopes,
			days,
		}: { readonly name: string; readonly scopes: readonly string[]; readonly days: number },
		along: (tokenId: string) => readonly Statement[] = () => [],
	): Promise<{ readonly token: string; readonly id: string }> {
		if (
			!Number.isInteger(days) ||
			days < 1 ||
			days > MAX_DAYS ||
			scopes.length === 0 ||
			scopes.some((scope) => scope !== 'read' && scope !== 'write')
		)
			throw new Refusal('permissions.bad-token-request', { days: MAX_DAYS });
		const token = `lt_${randomBytes(32).toString('base64url')}`;
		const id = createId<string>();
		await this.#storage.batch([
			this.#storage.db.insertInto('api_token').values({
				id,
				user_id: personId,
				name: name.trim().slice(0, 100) || 'token',
				hash: hashOf(token),
				scopes: JSON.stringify(scopes),
				created_at: isoAt(this.#clock),
				expires_at: new Date(this.#clock.now() + days * DAY_MS).toISOString(),
				last_used_at: null,
				revoked_at: null,
			}),
			...along(id),
		]);
		return { token, id };
	}

	/** The tokens of a person, newest first. */
	async list(personId: string): Promise<TokenSummary[]> {
		const rows = await this.#storage.db
			.selectFrom('api_token')
			.selectAll()
			.where('user_id', '=', personId)
			.orderBy('created_at', 'desc')
			.execute();
		return rows.map((row) => ({
			id: row.id,
			name: row.name,
			scopes: JSON.parse(row.scopes) as string[],
			createdAt: row.created_at,
			expiresAt: row.expires_at,
			lastUsedAt: row.last_used_at,
			isRevoked: row.revoked_at !== null,
		}));
	}

	/** Ends a token of that person, with further statements in the same transaction. */
	async revoke(personId: string, tokenId: string, along: readonly Statement[] = []): Promise<void> {
		await this.#storage.batch([
			this.#storage.db
				.updateTable('api_token')
				.set({ revoked_at: isoAt(this.#clock) })
				.where('id', '=', tokenId)
				.where('user_id', '=', personId)
				.where('revoked_at', 'is', null),
			...along,
		]);
	}

	/** The owner and scopes of a good token. */
	async find(
		token: string,
	): Promise<
		{ readonly id: string; readonly personId: string; readonly scopes: readonly string[] } | undefined
	> {
		if (!/^lt_[A-Za-z0-9_-]{43}$/.test(token)) return undefined;
		const row = await this.#storage.db
			.selectFrom('api_token')
			.selectAll()
			.where('hash', '=', hashOf(token))
			.executeTakeFirst();
		const now = isoAt(this.#clock);
		if (!row || row.revoked_at !== null || row.expires_at <= now) return undefined;
		if (row.last_used_at === null || Date.parse(now) - Date.parse(row.last_used_at) > USE_NOTED_EVERY_MS)
			await this.#storage.db
				.updateTable('api_token')
				.set({ last_used_at: now })
				.where('id', '=', row.id)
				.execute();
		return { id: row.id, personId: row.user_id, scopes: JSON.parse(row.scopes) as string[] };
	}

	/** False once a token was revoked or ran out. */
	async isAlive(tokenId: string): Promise<boolean> {
		const row = await this.#storage.db
			.selectFrom('api_token')
			.select(['expires_at', 'revoked_at'])
			.where('id', '=', tokenId)
			.executeTakeFirst();
		return row !== undefined && row.revoked_at === null && row.expires_at > isoAt(this.#clock);
	}
}

function hashOf(token: string): string {
	return createHash('sha256').update(token).digest('hex');
}
