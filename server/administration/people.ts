import type { Transaction } from 'kysely';
import type { Actor } from '#domain/base/actor.ts';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { createId, parseEntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { ACCESS_STATUSES, ROLES, type Role } from '#domain/permissions/permissions.ts';
import { demandName, nameKey } from '#server/permissions/names.ts';
import type { Permissions } from '#server/permissions/permissions.ts';
import type { Schema } from '#server/storage/schema.ts';
import type { Statement, Storage } from '#server/storage/storage.ts';
import { auditLine } from '#server/storage/audit.ts';

/** What an account may do. */
export interface Rights {
	readonly role: Role;
	/** Fonds the person works with, by the entries that stand for them; null for all. */
	readonly fonds: readonly string[] | null;
	/** Access statuses a reader may see; null for the default of the role. */
	readonly accessStatuses: readonly string[] | null;
}

/** An account to be made. */
export interface NewPerson extends Partial<Rights> {
	readonly name: string;
	readonly role: Role;
	readonly password: string;
}

/** An account as administrators see it. */
export interface Account extends Rights {
	readonly id: string;
	readonly name: string;
	readonly isDisabled: boolean;
	readonly createdAt: string;
	/** Sessions that have not ended. */
	readonly sessions: number;
}

/** Accounts: who there is and what they may do. Every change is audited in its own transaction. */
export class People {
	#storage: Storage;
	#clock: Clock;
	#permissions: Permissions;
	#onChanged: () => void;

	constructor(parts: {
		storage: Storage;
		clock: Clock;
		permissions: Permissions;
		/** There are other people, or others rights. */
		onChanged: () => void;
	}) {
		this.#storage = parts.storage;
		this.#clock = parts.clock;
		this.#permissions = parts.permissions;
		this.#onChanged = parts.onChanged;
	}

	/** Every account, disabled ones too, by name. */
	async list(): Promise<Account[]> {
		const rows = await this.#storage.db
			.selectFrom('user')
			.select(['id', 'name', 'role', 'fonds', 'access_statuses', 'disabled_at', 'createdAt'])
			.select((select) =>
				select
					.selectFrom('session')
					.select((count) => count.fn.countAll<number>().as('n'))
					.whereRef('session.userId', '=', 'user.id')
					.where('session.expiresAt', '>', isoAt(this.#clock))
					.as('sessions'),
			)
			.orderBy('name')
			.execute();
		return rows.map((row) => ({
			id: row.id,
			name: row.name,
			role: row.role as Role,
			fonds: row.fonds === null ? null : (JSON.parse(row.fonds) as string[]),
			accessStatuses: row.access_statuses === null ? null : (JSON.parse(row.access_statuses) as string[]),
			isDisabled: row.disabled_at !== null,
			createdAt: row.createdAt,
			sessions: row.sessions ?? 0,
		}));
	}

	/**
	 * Makes an account.
	 * @throws {Refusal} 'administration.name-taken' (409) and what {@link addition} refuses
	 */
	async add(person: NewPerson, actor: Actor): Promise<{ readonly id: string }> {
		const { id, name, statements } = await this.addition(person);
		await this.#storage.db.transaction().execute(async (transaction) => {
			// The writer is ours until the end: nobody can take the name in between.
			const taken = await transaction
				.selectFrom('user')
				.select('id')
				.where('username', '=', nameKey(name))
				.executeTakeFirst();
			if (taken) throw new Refusal('administration.name-taken', { name }, 409);
			for (const statement of statements) await transaction.executeQuery(statement);
			await this.#audit(transaction, actor, 'people.add', id, { name, ...rightsOf(person) });
		});
		this.#onChanged();
		return { id };
	}

	/**
	 * The statements that make an account, for a larger transaction.
	 * @throws {Refusal} 'permissions.bad-name' | 'permissions.weak-password' | 'administration.unknown-role' |
	 * 'administration.unknown-status' | 'catalogue.unknown-entry'
	 */
	async addition(
		person: NewPerson,
	): Promise<{ readonly id: string; readonly name: string; readonly statements: Statement[] }> {
		const name = demandName(person.name);
		const rights = rightsOf(person);
		const password = await this.#permissions.passwordHash(person.password);
		const id = createId<string>();
		const now = isoAt(this.#clock);
		const { db } = this.#storage;
		return {
			id,
			name,
			statements: [
				db.insertInto('user').values({
					id,
					name,
					email: `${id}@people.invalid`,
					emailVerified: 0,
					image: null,
					createdAt: now,
					updatedAt: now,
					username: nameKey(name),
					displayUsername: name,
					...columnsOf(rights),
					disabled_at: null,
				}),
				db.insertInto('account').values({
					id: createId<string>(),
					accountId: id,
					providerId: 'credential',
					userId: id,
					accessToken: null,
					refreshToken: null,
					idToken: null,
					accessTokenExpiresAt: null,
					refreshTokenExpiresAt: null,
					scope: null,
					password,
					createdAt: now,
					updatedAt: now,
				}),
			],
		};
	}

	/**
	 * Changes role and limits. The person is signed out, so that no open page or socket goes on with the old ones.
	 * @throws {Refusal} 'administration.last-administrator' (409) | 'administration.unknown-person' (404) and what the
	 * rights refuse
	 */
	async update(id: string, change: Rights, actor: Actor): Promise<void> {
		const rights = rightsOf(change);
		await this.#change(id, rights.role !== 'administrator', async (transaction) => {
			await transaction
				.updateTable('user')
				.set({ ...columnsOf(rights), updatedAt: isoAt(this.#clock) })
				.where('id', '=', id)
				.execute();
			await this.#audit(transaction, actor, 'people.update', id, rights);
		});
		await this.#permissions.signOutEverywhere(id);
	}

	/**
	 * Locks an account out, or lets it in again. What its devices keep stays closed meanwhile: their keys go to living
	 * sessions only.
	 * @throws {Refusal} 'administration.last-administrator' (409) | 'administration.unknown-person' (404)
	 */
	async setDisabled(id: string, isDisabled: boolean, actor: Actor): Promise<void> {
		const now = isoAt(this.#clock);
		await this.#change(id, isDisabled, async (transaction) => {
			await transaction
				.updateTable('user')
				.set({ disabled_at: isDisabled ? now : null, updatedAt: now })
				.where('id', '=', id)
				.execute();
			await this.#audit(transaction, actor, isDisabled ? 'people.disable' : 'people.enable', id);
		});
		if (isDisabled) await this.#permissions.signOutEverywhere(id);
	}

	/**
	 * Sets a new password and ends the person's sessions.
	 * @throws {Refusal} 'permissions.weak-password' | 'administration.unknown-person' (404)
	 */
	async resetPassword(id: string, password: string, actor: Actor): Promise<void> {
		await this.#demandKnown(id);
		await this.#permissions.setPassword(id, password, [
			auditLine(this.#storage, this.#clock, actor, 'people.reset-password', id),
		]);
		await this.#permissions.signOutEverywhere(id);
	}

	/**
	 * Ends the person's sessions.
	 * @throws {Refusal} 'administration.unknown-person' (404)
	 */
	async signOutEverywhere(id: string, actor: Actor): Promise<void> {
		await this.#demandKnown(id);
		await this.#storage.batch([
			auditLine(this.#storage, this.#clock, actor, 'people.sign-out-everywhere', id),
		]);
		await this.#permissions.signOutEverywhere(id);
	}

	/**
	 * Makes an API token that acts for a person.
	 * @throws {Refusal} 'permissions.bad-token-request'
	 */
	createToken(
		id: string,
		given: { readonly name: string; readonly scopes: readonly string[]; readonly days: number },
		actor: Actor,
	): Promise<{ readonly token: string; readonly id: string }> {
		return this.#permissions.createToken(id, given, (tokenId) => [
			auditLine(this.#storage, this.#clock, actor, 'token.create', tokenId, { person: id, ...given }),
		]);
	}

	/** Ends an API token of a person. */
	async revokeToken(id: string, tokenId: string, actor: Actor): Promise<void> {
		await this.#permissions.revokeToken(id, tokenId, [
			auditLine(this.#storage, this.#clock, actor, 'token.revoke', tokenId, { person: id }),
		]);
	}

	/** Runs a change of an account in a transaction that first asks who stays administrator. */
	async #change(
		id: string,
		takesAway: boolean,
		change: (transaction: Transaction<Schema>) => Promise<void>,
	): Promise<void> {
		await this.#storage.db.transaction().execute(async (transaction) => {
			const people = await transaction.selectFrom('user').select(['id', 'role', 'disabled_at']).execute();
			if (!people.some((person) => person.id === id))
				throw new Refusal('administration.unknown-person', {}, 404);
			const staying = people.filter(
				(person) =>
					person.role === 'administrator' && person.disabled_at === null && !(takesAway && person.id === id),
			);
			if (staying.length === 0) throw new Refusal('administration.last-administrator', {}, 409);
			await change(transaction);
		});
		this.#onChanged();
	}

	async #demandKnown(id: string): Promise<void> {
		const row = await this.#storage.db
			.selectFrom('user')
			.select('id')
			.where('id', '=', id)
			.executeTakeFirst();
		if (!row) throw new Refusal('administration.unknown-person', {}, 404);
	}

	async #audit(
		transaction: Transaction<Schema>,
		actor: Actor,
		action: string,
		id: string,
		detail: object = {},
	): Promise<void> {
		await transaction.executeQuery(auditLine(this.#storage, this.#clock, actor, action, id, detail));
	}
}

function rightsOf(given: Partial<Rights> & { readonly role: Role }): Rights {
	if (!(ROLES as readonly string[]).includes(given.role))
		throw new Refusal('administration.unknown-role', { role: given.role });
	for (const status of given.accessStatuses ?? [])
		if (!(ACCESS_STATUSES as readonly string[]).includes(status))
			throw new Refusal('administration.unknown-status', { status });
	return {
		role: given.role,
		fonds:
			given.fonds?.map((text) => {
				const id = parseEntryId(text);
				if (!id) throw new Refusal('catalogue.unknown-entry', { id: text.slice(0, 60) }, 404);
				return id;
			}) ?? null,
		accessStatuses: given.accessStatuses ?? null,
	};
}

function columnsOf(rights: Rights): { role: string; fonds: string | null; access_statuses: string | null } {
	return {
		role: rights.role,
		fonds: rights.fonds && JSON.stringify(rights.fonds),
		access_statuses: rights.accessStatuses && JSON.stringify(rights.accessStatuses),
	};
}
