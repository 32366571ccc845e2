import type { Generated } from 'kysely';

/**
 * Settings of the archive: `archive.name`, `archive.code`, `deposit.idleSeconds` … ; `value` is JSON. `log.lineage` and
 * `log.restored` belong to `lineage.ts`.
 */
export interface SettingTable {
	key: string;
	value: string;
}

/** Accounts, in the shape better-auth keeps, plus ours. `name` is what people see and sign in with (NFKC). */
export interface UserTable {
	id: string;
	name: string;
	/** Internal address, never shown or written to. */
	email: string;
	emailVerified: number;
	image: string | null;
	createdAt: string;
	updatedAt: string;
	/** Lower-cased NFKC form of the name: what sign-in looks up. */
	username: string;
	displayUsername: string | null;
	role: string;
	/** JSON array of fonds entry ids, or null for all. */
	fonds: string | null;
	/** JSON array of access statuses a reader may see, or null for the default of the role. */
	access_statuses: string | null;
	disabled_at: string | null;
}

export interface SessionTable {
	id: string;
	userId: string;
	token: string;
	expiresAt: string;
	ipAddress: string | null;
	userAgent: string | null;
	createdAt: string;
	updatedAt: string;
}

export interface AccountTable {
	id: string;
	accountId: string;
	providerId: string;
	userId: string;
	accessToken: string | null;
	refreshToken: string | null;
	idToken: string | null;
	accessTokenExpiresAt: string | null;
	refreshTokenExpiresAt: string | null;
	scope: string | null;
	password: string | null;
	createdAt: string;
	updatedAt: string;
}

export interface VerificationTable {
	id: string;
	identifier: string;
	value: string;
	expiresAt: string;
	createdAt: string;
	updatedAt: string;
}

export interface ApiTokenTable {
	id: string;
	user_id: string;
	name: string;
	/** SHA-256 of the token, hex. The token itself is shown once and never kept. */
	hash: string;
	/** JSON array: `read`, `write`. */
	scopes: string;
	created_at: string;
	expires_at: string;
	last_used_at: string | null;
	revoked_at: string | null;
}

/** Who did what to whom: actions of authority. */
export interface AuditTable {
	seq: Generated<number>;
	at: string;
	actor_id: string;
	actor_name: string;
	via: string | null;
	action: string;
	object: string;
	detail: string;
}

/** A device that keeps work of a person, encrypted with a key derived for it. */
export interface DeviceKeyTable {
	device_id: string;
	person_id: string;
	user_agent: string;
	created_at: string;
	last_used_at: string;
	revoked_at: string | null;
}
