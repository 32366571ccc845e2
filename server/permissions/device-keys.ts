import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { Storage } from '#server/storage/storage.ts';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** The last use is noted at most this often. */
const USE_NOTED_EVERY_MS = 60 * 60_000;

/**
 * Keys with which devices encrypt what they keep, one for each device and person. They are kept sealed with a key
 * derived from the server's secret: a stolen database alone opens no stolen device.
 */
export class DeviceKeys {
	#storage: Storage;
	#clock: Clock;
	#sealing: Buffer;

	constructor({ storage, clock, secret }: { storage: Storage; clock: Clock; secret: string }) {
		this.#storage = storage;
		this.#clock = clock;
		this.#sealing = Buffer.from(hkdfSync('sha256', secret, '', 'lantai device keys 1', KEY_BYTES));
	}

	/**
	 * The key of a person's device, made when it is asked for first; 32 bytes.
	 * @throws {Refusal} 'permissions.device-revoked' (410) | 'permissions.device-key-unreadable' (409) when the server's
	 * secret is another than the one it was sealed with
	 */
	async keyOf(personId: string, deviceId: string, userAgent: string): Promise<Buffer> {
		const { db } = this.#storage;
		const now = isoAt(this.#clock);
		const known = await this.#find(personId, deviceId);
		if (!known) {
			// Of two tabs that ask first at the same time one makes the key; both get that one.
			await db
				.insertInto('device_key')
				.values({
					device_id: deviceId,
					person_id: personId,
					key: this.#seal(randomBytes(KEY_BYTES), personId, deviceId),
					user_agent: userAgent.slice(0, 200),
					created_at: now,
					last_used_at: now,
					revoked_at: null,
				})
				.onConflict((conflict) => conflict.doNothing())
				.execute();
			const made = await this.#find(personId, deviceId);
			return this.#open(made, personId, deviceId);
		}
		const key = this.#open(known, personId, deviceId);
		if (Date.parse(now) - Date.parse(known.last_used_at) > USE_NOTED_EVERY_MS)
			await db
				.updateTable('device_key')
				.set({ last_used_at: now, user_agent: userAgent.slice(0, 200) })
				.where('device_id', '=', deviceId)
				.where('person_id', '=', personId)
				.execute();
		return key;
	}

	/**
	 * Destroys the key of a person's device: what it keeps can never be opened again.
	 * @throws {Refusal} 'permissions.unknown-device' (404)
	 */
	async revoke(personId: string, deviceId: string): Promise<void> {
		if (!(await this.#find(personId, deviceId))) throw new Refusal('permissions.unknown-device', {}, 404);
		await this.#storage.db
			.updateTable('device_key')
			.set({ revoked_at: isoAt(this.#clock), key: '' })
			.where('device_id', '=', deviceId)
			.where('person_id', '=', personId)
			.where('revoked_at', 'is', null)
			.execute();
	}

	#find(
		personId: string,
		deviceId: string,
	): Promise<{ key: string; last_used_at: string; revoked_at: string | null } | undefined> {
		return this.#storage.db
			.selectFrom('device_key')
			.select(['key', 'last_used_at', 'revoked_at'])
			.where('device_id', '=', deviceId)
			.where('person_id', '=', personId)
			.executeTakeFirst();
	}

	#seal(key: Buffer, personId: string, deviceId: string): string {
		const iv = randomBytes(IV_BYTES);
		const cipher = createCipheriv('aes-256-gcm', this.#sealing, iv);
		// Bound to its row: moved to another, it does not open.
		cipher.setAAD(Buffer.from(`${personId} ${deviceId}`));
		const sealed = Buffer.concat([cipher.update(key), cipher.final()]);
		return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64');
	}

	#open(
		row: { readonly key: string; readonly revoked_at: string | null } | undefined,
		personId: string,
		deviceId: string,
	): Buffer {
		if (!row || row.revoked_at !== null) throw new Refusal('permissions.device-revoked', {}, 410);
		const sealed = Buffer.from(row.key, 'base64');
		const decipher = createDecipheriv('aes-256-gcm', this.#sealing, sealed.subarray(0, IV_BYTES), {
			authTagLength: TAG_BYTES,
		});
		decipher.setAAD(Buffer.from(`${personId} ${deviceId}`));
		decipher.setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
		try {
			return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
		} catch (error) {
			const refusal = new Refusal('permissions.device-key-unreadable', {}, 409);
			refusal.cause = error;
			throw refusal;
		}
	}
}
