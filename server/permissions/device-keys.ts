import { hkdfSync } from 'node:crypto';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { Storage } from '#server/storage/storage.ts';

const KEY_BYTES = 32;
/** The last use is noted at most this often. */
const USE_NOTED_EVERY_MS = 60 * 60_000;

/**
 * Keys with which devices encrypt what they keep, one for each device and person. They are derived from the server's
 * secret and never stored: a stolen database opens no stolen device, and after a restore from a backup older than a
 * device its key is still the same, so that what the server lost can come back from it.
 */
export class DeviceKeys {
	#storage: Storage;
	#clock: Clock;
	#secret: string;

	constructor({ storage, clock, secret }: { storage: Storage; clock: Clock; secret: string }) {
		this.#storage = storage;
		this.#clock = clock;
		this.#secret = secret;
	}

	/**
	 * The key of a person's device; 32 bytes. The device is on record from the first time it asks.
	 * @throws {Refusal} 'permissions.device-revoked' (410)
	 */
	async keyOf(personId: string, deviceId: string, userAgent: string): Promise<Buffer> {
		const { db } = this.#storage;
		const now = isoAt(this.#clock);
		const known = await this.#find(personId, deviceId);
		if (known && known.revoked_at !== null) throw new Refusal('permissions.device-revoked', {}, 410);
		if (!known)
			await db
				.insertInto('device_key')
				.values({
					device_id: deviceId,
					person_id: personId,
					user_agent: userAgent.slice(0, 200),
					created_at: now,
					last_used_at: now,
					revoked_at: null,
				})
				.onConflict((conflict) => conflict.doNothing())
				.execute();
		else if (Date.parse(now) - Date.parse(known.last_used_at) > USE_NOTED_EVERY_MS)
			await db
				.updateTable('device_key')
				.set({ last_used_at: now, user_agent: userAgent.slice(0, 200) })
				.where('device_id', '=', deviceId)
				.where('person_id', '=', personId)
				.execute();
		return Buffer.from(
			hkdfSync('sha256', this.#secret, `${personId} ${deviceId}`, 'lantai device key 1', KEY_BYTES),
		);
	}

	/**
	 * From now on the key of a person's device is not given out any more.
	 * @throws {Refusal} 'permissions.unknown-device' (404)
	 */
	async revoke(personId: string, deviceId: string): Promise<void> {
		if (!(await this.#find(personId, deviceId))) throw new Refusal('permissions.unknown-device', {}, 404);
		await this.#storage.db
			.updateTable('device_key')
			.set({ revoked_at: isoAt(this.#clock) })
			.where('device_id', '=', deviceId)
			.where('person_id', '=', personId)
			.where('revoked_at', 'is', null)
			.execute();
	}

	#find(
		personId: string,
		deviceId: string,
	): Promise<{ last_used_at: string; revoked_at: string | null } | undefined> {
		return this.#storage.db
			.selectFrom('device_key')
			.select(['last_used_at', 'revoked_at'])
			.where('device_id', '=', deviceId)
			.where('person_id', '=', personId)
			.executeTakeFirst();
	}
}
