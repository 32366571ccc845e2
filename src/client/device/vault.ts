import { Refusal } from '#domain/base/refusal.ts';

/**
 * Encryption at rest on a device. Everything a person keeps there is sealed with one data key; the data key is kept
 * only wrapped: by a secret the server gives to a living session, by the person's PIN, or by a passkey.
 */
export interface WrappedKey {
	readonly kind: Secret['kind'];
	readonly salt: Uint8Array;
	readonly iv: Uint8Array;
	readonly key: Uint8Array;
	/** Of a passkey: which one. */
	readonly credentialId?: Uint8Array;
}

export type Secret =
	/** 32 bytes that the server gives to a living session. */
	| { readonly kind: 'server'; readonly bytes: Uint8Array }
	| { readonly kind: 'pin'; readonly text: string }
	/** What a passkey's PRF extension gives. */
	| { readonly kind: 'passkey'; readonly bytes: Uint8Array; readonly credentialId: Uint8Array };

/** Shortest PIN, in characters. */
export const MIN_PIN_LENGTH = 6;

/** Of PBKDF2 with SHA-256; about a third of a second on a desk computer. */
const PIN_ROUNDS = 1_000_000;
const VERSION = 1;
const IV_BYTES = 12;

/** Seals and opens what one person keeps on this device. */
export class Vault {
	/** Not extractable; may be handed to another tab of this browser, nowhere else. */
	readonly key: CryptoKey;

	constructor(key: CryptoKey) {
		this.key = key;
	}

	/** @param name where the box will lie: a box opens only under the name it was sealed for */
	async seal(name: string, bytes: Uint8Array): Promise<Uint8Array> {
		const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
		const sealed = new Uint8Array(
			await crypto.subtle.encrypt(
				{ name: 'AES-GCM', iv, additionalData: nameBytes(name) },
				this.key,
				owned(bytes),
			),
		);
		const box = new Uint8Array(1 + IV_BYTES + sealed.byteLength);
		box[0] = VERSION;
		box.set(iv, 1);
		box.set(sealed, 1 + IV_BYTES);
		return box;
	}

	/** @throws {Refusal} 'device.damaged' for a box that was changed, moved or sealed with another key */
	async open(name: string, box: Uint8Array): Promise<Uint8Array> {
		if (box[0] !== VERSION) throw new Refusal('device.damaged', { name });
		try {
			return new Uint8Array(
				await crypto.subtle.decrypt(
					{ name: 'AES-GCM', iv: owned(box.slice(1, 1 + IV_BYTES)), additionalData: nameBytes(name) },
					this.key,
					owned(box.slice(1 + IV_BYTES)),
				),
			);
		} catch (error) {
			const refusal = new Refusal('device.damaged', { name });
			refusal.cause = error;
			throw refusal;
		}
	}

	async sealJson(name: string, value: unknown): Promise<Uint8Array> {
		return this.seal(name, new TextEncoder().encode(JSON.stringify(value)));
	}

	async openJson<T>(name: string, box: Uint8Array): Promise<T> {
		return JSON.parse(new TextDecoder().decode(await this.open(name, box))) as T;
	}
}

/** A new data key, raw: wrap it, make a {@link Vault} of it, then forget it. */
export function createDataKey(): Uint8Array {
	return crypto.getRandomValues(new Uint8Array(32));
}

/** The vault of a raw data key. */
export async function vaultOf(dataKey: Uint8Array): Promise<Vault> {
	return new Vault(
		await crypto.subtle.importKey('raw', owned(dataKey), 'AES-GCM', false, ['encrypt', 'decrypt']),
	);
}

/** @throws {Refusal} 'device.short-pin' */
export async function wrapDataKey(dataKey: Uint8Array, secret: Secret): Promise<WrappedKey> {
	if (secret.kind === 'pin' && [...secret.text.normalize('NFKC')].length < MIN_PIN_LENGTH)
		throw new Refusal('device.short-pin', { min: MIN_PIN_LENGTH });
	const salt = crypto.getRandomValues(new Uint8Array(16));
	const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
	const wrapping = await wrappingKey(secret, salt);
	const key = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, wrapping, owned(dataKey)));
	return {
		kind: secret.kind,
		salt,
		iv,
		key,
		...(secret.kind === 'passkey' ? { credentialId: secret.credentialId } : {}),
	};
}

/** @throws {Refusal} 'device.wrong-pin' | 'device.wrong-key' */
export async function unwrapDataKey(wrapped: WrappedKey, secret: Secret): Promise<Uint8Array> {
	const wrapping = await wrappingKey(secret, wrapped.salt);
	try {
		return new Uint8Array(
			await crypto.subtle.decrypt({ name: 'AES-GCM', iv: owned(wrapped.iv) }, wrapping, owned(wrapped.key)),
		);
	} catch (error) {
		const refusal = new Refusal(secret.kind === 'pin' ? 'device.wrong-pin' : 'device.wrong-key');
		refusal.cause = error;
		throw refusal;
	}
}

async function wrappingKey(secret: Secret, salt: Uint8Array): Promise<CryptoKey> {
	const usages: KeyUsage[] = ['encrypt', 'decrypt'];
	if (secret.kind === 'pin') {
		const text = new TextEncoder().encode(secret.text.normalize('NFKC'));
		const base = await crypto.subtle.importKey('raw', text, 'PBKDF2', false, ['deriveKey']);
		return crypto.subtle.deriveKey(
			{ name: 'PBKDF2', hash: 'SHA-256', salt: owned(salt), iterations: PIN_ROUNDS },
			base,
			{ name: 'AES-GCM', length: 256 },
			false,
			usages,
		);
	}
	const base = await crypto.subtle.importKey('raw', owned(secret.bytes), 'HKDF', false, ['deriveKey']);
	return crypto.subtle.deriveKey(
		{ name: 'HKDF', hash: 'SHA-256', salt: owned(salt), info: nameBytes(`lantai device ${secret.kind}`) },
		base,
		{ name: 'AES-GCM', length: 256 },
		false,
		usages,
	);
}

function nameBytes(name: string): Uint8Array<ArrayBuffer> {
	return new TextEncoder().encode(name);
}

/** WebCrypto wants bytes over a buffer that is not shared. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
	return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}
