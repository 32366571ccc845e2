import { fromBase64 } from 'lib0/buffer';
import { must } from '#domain/base/assert.ts';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import { createId } from '#domain/base/ids.ts';
import { request } from '../requests.ts';
import { serverClock } from '../server-clock.ts';
import { DeviceDb, type DevicePerson } from './device-db.ts';
import { isQuotaError, wipePerson } from './indexed-store.ts';
import { askPasskey, createPasskey, forgetPasskey } from './passkey.ts';
import {
	createDataKey,
	unwrapDataKey,
	vaultOf,
	wrapDataKey,
	Vault,
	type Secret,
	type WrappedKey,
} from './vault.ts';

/** Without a word from the server for this long, what a device keeps opens only after the next sign-in. */
export const OFFLINE_DAYS = 14;
/** After this many wrong PINs in a row a device opens only with the server. */
export const MAX_WRONG_PINS = 10;
const DAY_MS = 86_400_000;
const KEY_CHANNEL = 'lantai-keys';
/** How long another tab may take to hand over its key. */
const HAND_OVER_MS = 300;

/** Why nothing can be kept on this device; undefined when it can. */
export function whyNothingIsKept(): 'insecure' | 'device.unusable' | undefined {
	if (!isSecureContext || !crypto.subtle || !navigator.locks) return 'insecure';
	return typeof indexedDB === 'undefined' ? 'device.unusable' : undefined;
}

/** What opens a device without the server. */
export interface OfflineSecrets {
	readonly hasPin: boolean;
	readonly hasPasskey: boolean;
}

/** Somebody who can open this device, as they are shown before that. */
export interface KnownPerson extends OfflineSecrets {
	readonly id: string;
	readonly name: string;
	readonly device: string;
	/** Days until the device wants to hear of the server; 0 or less: it does now. */
	readonly daysLeft: number;
	readonly isBlocked: boolean;
}

/** The people of this device, and the keys that open what each keeps. */
export class DevicePeople {
	#db = new DeviceDb();

	async list(): Promise<KnownPerson[]> {
		return (await this.#db.people.toArray()).map(knownOf);
	}

	/**
	 * Opens what a signed-in person keeps here, with the key the server gives to the session; makes it at first.
	 * @throws {Refusal} 'device.locked-out' when what is here was sealed with a key that is no more; what the server refuses
	 */
	async openWithServer(person: { readonly id: string; readonly name: string }): Promise<{
		readonly vault: Vault;
		readonly known: KnownPerson;
	}> {
		// A browser opens its tabs again all at once: of two keys made, one would be kept nowhere.
		return navigator.locks.request(`lantai-key:${person.id}`, async () => {
			const record = await this.#db.people.get(person.id);
			const [dataKey, known] = record?.keys.length
				? await this.#openKnown(record, person.name)
				: await this.#begin(person);
			return { vault: await vaultOf(dataKey), known };
		});
	}

	/**
	 * Opens what a person keeps here without the server, by their PIN.
	 * @throws {Refusal} 'device.wrong-pin' with `left` · 'device.blocked' · 'device.expired' with `days` · 'device.no-pin'
	 */
	async openWithPin(personId: string, pin: string): Promise<Vault> {
		const { record, wrapped } = await this.#openable(personId, 'pin', 'device.no-pin');
		if (knownOf(record).isBlocked) throw new Refusal('device.blocked');
		try {
			return await this.#opened(record, wrapped, { kind: 'pin', text: pin });
		} catch (error) {
			if (!isRefusal(error)) throw error;
			let left = 0;
			await this.#change(personId, (now) => {
				now.wrongPins++;
				left = MAX_WRONG_PINS - now.wrongPins;
			});
			throw left > 0 ? new Refusal('device.wrong-pin', { left }) : new Refusal('device.blocked');
		}
	}

	/**
	 * Opens what a person keeps here without the server, by their passkey; wrong PINs of others do not block it.
	 * @throws {Refusal} 'device.expired' with `days` · 'device.no-passkey' · 'device.wrong-key' and those of {@link askPasskey}
	 */
	async openWithPasskey(personId: string, signal: AbortSignal): Promise<Vault> {
		const { record, wrapped } = await this.#openable(personId, 'passkey', 'device.no-passkey');
		const credentialId = must(wrapped.credentialId, 'a key wrapped by a passkey names it');
		return this.#opened(record, wrapped, await askPasskey(credentialId, signal));
	}

	/**
	 * Sets a PIN in the place of the one before. Needs the server.
	 * @throws {Refusal} 'device.short-pin' and what the server refuses
	 */
	async setPin(personId: string, pin: string): Promise<KnownPerson> {
		return this.#addSecret(personId, async () => ({ kind: 'pin', text: pin }));
	}

	/**
	 * Makes a passkey and sets it in the place of the one before. Needs the server.
	 * @throws {Refusal} those of {@link createPasskey} and what the server refuses
	 */
	async setPasskey(personId: string, signal: AbortSignal): Promise<KnownPerson> {
		return this.#addSecret(personId, (person) => createPasskey(person, signal));
	}

	/** Takes a secret away: from then on only the others open what is kept. */
	async removeSecret(personId: string, kind: 'pin' | 'passkey'): Promise<KnownPerson> {
		let removed: WrappedKey | undefined;
		const known = await this.#change(personId, (now) => {
			removed = now.keys.find((key) => key.kind === kind);
			now.keys = now.keys.filter((key) => key.kind !== kind);
		});
		if (removed?.credentialId) await forgetPasskey(removed.credentialId);
		return known;
	}

	/** The server said yes to this person just now. */
	async confirmed(personId: string): Promise<void> {
		await this.#db.people.update(personId, confirmation()).catch((error: unknown) => {
			// Then the device only wants to hear of the server a little earlier.
			if (!isQuotaError(error)) throw error;
		});
	}

	/** Removes a person and everything of theirs from this device. */
	async wipe(personId: string): Promise<void> {
		const record = await this.#db.people.get(personId);
		await this.#db.people.delete(personId);
		await wipePerson(personId);
		if (!record) return;
		for (const { credentialId } of record.keys) if (credentialId) await forgetPasskey(credentialId);
		// The server forgets its half of the key; without a connection what is left opens nothing any more.
		await request(`/api/device-key/${record.device}`, { method: 'DELETE' }).catch((error: unknown) => {
			if (!isRefusal(error)) throw error;
		});
	}

	close(): void {
		this.#db.close();
	}

	/** @throws {Refusal} 'device.full': a key that is not kept cannot be used */
	async #begin(person: { readonly id: string; readonly name: string }): Promise<[Uint8Array, KnownPerson]> {
		const device = createId<string>();
		const dataKey = createDataKey();
		const keys = [await wrapDataKey(dataKey, await serverSecret(device))];
		const { id, name } = person;
		const record: DevicePerson = { id, name, device, keys, ...confirmation(), wrongPins: 0 };
		await this.#db.people.put(record).catch((error: unknown) => {
			throw isQuotaError(error) ? new Refusal('device.full') : error;
		});
		return [dataKey, knownOf(record)];
	}

	async #openKnown(record: DevicePerson, name: string): Promise<[Uint8Array, KnownPerson]> {
		const wrapped = record.keys.find((key) => key.kind === 'server');
		const secret = await serverSecret(record.device);
		if (!wrapped) throw new Refusal('device.locked-out');
		const dataKey = await openedOrLockedOut(wrapped, secret);
		try {
			const known = await this.#change(record.id, (now) => {
				Object.assign(now, { name, ...confirmation(), wrongPins: 0 });
			});
			return [dataKey, known];
		} catch (error) {
			// Without room the record stays as it is.
			if (!isQuotaError(error)) throw error;
			return [dataKey, knownOf({ ...record, ...confirmation(), wrongPins: 0 })];
		}
	}

	async #openable(
		personId: string,
		kind: 'pin' | 'passkey',
		missing: string,
	): Promise<{ readonly record: DevicePerson; readonly wrapped: WrappedKey }> {
		const record = await this.#db.people.get(personId);
		const wrapped = record?.keys.find((key) => key.kind === kind);
		if (!record || !wrapped) throw new Refusal(missing);
		if (knownOf(record).daysLeft <= 0) throw new Refusal('device.expired', { days: OFFLINE_DAYS });
		return { record, wrapped };
	}

	async #opened(record: DevicePerson, wrapped: WrappedKey, secret: Secret): Promise<Vault> {
		const vault = await vaultOf(await unwrapDataKey(wrapped, secret));
		serverClock.remember(record.clockOffsetMs ?? 0);
		await this.#db.people
			.update(record.id, { wrongPins: 0, aloneMs: aloneMsOf(record), seenAt: serverClock.now() })
			.catch((error: unknown) => {
				// A full device opens all the same.
				if (!isQuotaError(error)) throw error;
			});
		return vault;
	}

	/** The server is asked first: nobody makes a passkey that then opens nothing. */
	async #addSecret(personId: string, make: (person: DevicePerson) => Promise<Secret>): Promise<KnownPerson> {
		const record = await this.#db.people.get(personId);
		const wrapped = record?.keys.find((key) => key.kind === 'server');
		if (!record || !wrapped) throw new Refusal('device.locked-out');
		const dataKey = await openedOrLockedOut(wrapped, await serverSecret(record.device));
		const added = await wrapDataKey(dataKey, await make(record));
		return this.#change(personId, (now) => {
			now.keys = [...now.keys.filter((key) => key.kind !== added.kind), added];
			now.wrongPins = 0;
		});
	}

	/** Changes a record as it is now: another tab may have changed it meanwhile. */
	async #change(personId: string, change: (now: DevicePerson) => void): Promise<KnownPerson> {
		return this.#db.transaction('rw', this.#db.people, async () => {
			const now = must(await this.#db.people.get(personId), 'who changes a key is known here');
			change(now);
			await this.#db.people.put(now);
			return knownOf(now);
		});
	}
}

/** Asks the other tabs of this browser for the open key of a person. */
export async function askOtherTabs(personId: string): Promise<Vault | undefined> {
	const channel = new BroadcastChannel(KEY_CHANNEL);
	try {
		return await new Promise<Vault | undefined>((resolve) => {
			const timer = setTimeout(() => resolve(undefined), HAND_OVER_MS);
			channel.onmessage = (event: MessageEvent<KeyMessage>) => {
				if (event.data.type !== 'key' || event.data.personId !== personId) return;
				clearTimeout(timer);
				resolve(new Vault(event.data.key));
			};
			channel.postMessage({ type: 'wanted', personId } satisfies KeyMessage);
		});
	} finally {
		channel.close();
	}
}

/** Answers other tabs that ask for the key of this person. @returns ends it */
export function handOver(personId: string, vault: Vault): () => void {
	const channel = new BroadcastChannel(KEY_CHANNEL);
	channel.onmessage = (event: MessageEvent<KeyMessage>) => {
		if (event.data.type === 'wanted' && event.data.personId === personId)
			channel.postMessage({ type: 'key', personId, key: vault.key } satisfies KeyMessage);
	};
	return () => channel.close();
}

type KeyMessage =
	| { readonly type: 'wanted'; readonly personId: string }
	| { readonly type: 'key'; readonly personId: string; readonly key: CryptoKey };

async function serverSecret(device: string): Promise<Secret> {
	const { key } = await request<{ key: string }>('/api/device-key', {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ device }),
	});
	return { kind: 'server', bytes: fromBase64(key) };
}

async function openedOrLockedOut(wrapped: WrappedKey, secret: Secret): Promise<Uint8Array> {
	try {
		return await unwrapDataKey(wrapped, secret);
	} catch (error) {
		const refusal = new Refusal('device.locked-out');
		refusal.cause = error;
		throw refusal;
	}
}

/** The server says yes to the person now. */
function confirmation(): Required<
	Pick<DevicePerson, 'confirmedAt' | 'clockOffsetMs' | 'aloneMs' | 'seenAt'>
> {
	const now = serverClock.now();
	return { confirmedAt: now, clockOffsetMs: serverClock.offsetMs, aloneMs: 0, seenAt: now };
}

/**
 * Time without the server. A clock that was set back says nothing about it: each such opening counts as a day, so an
 * empty battery locks nobody out, and turning the clock back does not make the limit go away.
 */
function aloneMsOf(record: DevicePerson): number {
	const now = Date.now() + (record.clockOffsetMs ?? 0);
	const seenAt = record.seenAt ?? record.confirmedAt;
	return (record.aloneMs ?? 0) + (now >= seenAt ? now - seenAt : DAY_MS);
}

function knownOf(record: DevicePerson): KnownPerson {
	return {
		id: record.id,
		name: record.name,
		device: record.device,
		hasPin: record.keys.some((key) => key.kind === 'pin'),
		hasPasskey: record.keys.some((key) => key.kind === 'passkey'),
		daysLeft: Math.ceil(OFFLINE_DAYS - aloneMsOf(record) / DAY_MS),
		isBlocked: record.wrongPins >= MAX_WRONG_PINS,
	};
}
