import { toBase64UrlEncoded } from 'lib0/buffer';
import { must } from '#domain/base/assert.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { Secret } from './vault.ts';

/**
 * Passkeys of this device. No server takes part: a passkey is asked for nothing but the secret of its PRF extension.
 * @see Web Authentication Level 3, Pseudo-random function extension (prf)
 */
export type PasskeySecret = Extract<Secret, { readonly kind: 'passkey' }>;

/** What every passkey makes its secret of; with other bytes none would open anything any more. */
const PRF_INPUT = new TextEncoder().encode('lantai device key 1');
const TIMEOUT_MS = 60_000;
/** Ed25519, ES256, RS256: every authenticator has one. @see IANA COSE Algorithms */
const ALGORITHMS = [-8, -7, -257];

/** Why no passkey can be set here, as a refusal code; undefined when one can, as far as the browser says. */
export async function whyNoPasskey(): Promise<string | undefined> {
	if (typeof PublicKeyCredential === 'undefined') return 'device.passkey-unsupported';
	// A passkey belongs to a name of the server; an address is none.
	if (/^[\d.]+$|:/.test(location.hostname)) return 'device.passkey-address';
	const capabilities = await PublicKeyCredential.getClientCapabilities?.();
	return capabilities?.['extension:prf'] === false ? 'device.passkey-unsupported' : undefined;
}

/**
 * Makes a passkey for a person on this device.
 * @param person.device tells this device from the person's others, whose passkeys the same keeper may hold
 * @throws {Refusal} 'device.passkey-no-secret' when it has no PRF; 'device.passkey-cancelled' and the others of a ceremony
 */
export async function createPasskey(
	person: { readonly name: string; readonly device: string },
	signal: AbortSignal,
): Promise<PasskeySecret> {
	// The hint is newer than the types: this device before a key or a telephone.
	const publicKey: PublicKeyCredentialCreationOptions & { readonly hints: readonly string[] } = {
		rp: { id: location.hostname, name: 'Lantai 兰台' },
		user: { id: new TextEncoder().encode(person.device), name: person.name, displayName: person.name },
		challenge: crypto.getRandomValues(new Uint8Array(32)),
		pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
		authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
		hints: ['client-device'],
		timeout: TIMEOUT_MS,
		extensions: { prf: { eval: { first: PRF_INPUT } } },
	};
	const credential = await ceremony(() => navigator.credentials.create({ signal, publicKey }));
	const credentialId = new Uint8Array(credential.rawId);
	const { prf } = credential.getClientExtensionResults();
	try {
		if (prf?.results) return secretOf(credentialId, prf.results);
		if (prf?.enabled !== true) throw new Refusal('device.passkey-no-secret');
		// Many authenticators give the secret only when asked for it later.
		return await askPasskey(credentialId, signal);
	} catch (error) {
		await forgetPasskey(credentialId);
		throw error;
	}
}

/**
 * Asks the person for a passkey, and it for its secret.
 * @throws {Refusal} 'device.passkey-no-secret' · 'device.passkey-cancelled' and the others of a ceremony
 */
export async function askPasskey(credentialId: Uint8Array, signal: AbortSignal): Promise<PasskeySecret> {
	const credential = await ceremony(() =>
		navigator.credentials.get({
			signal,
			publicKey: {
				rpId: location.hostname,
				challenge: crypto.getRandomValues(new Uint8Array(32)),
				allowCredentials: [{ type: 'public-key', id: new Uint8Array(credentialId) }],
				userVerification: 'required',
				timeout: TIMEOUT_MS,
				extensions: { prf: { eval: { first: PRF_INPUT } } },
			},
		}),
	);
	const { prf } = credential.getClientExtensionResults();
	if (!prf?.results) throw new Refusal('device.passkey-no-secret');
	return secretOf(credentialId, prf.results);
}

/** Tells whoever keeps the passkey that it opens nothing any more, where the browser can; nothing depends on it. */
export async function forgetPasskey(credentialId: Uint8Array): Promise<void> {
	if (typeof PublicKeyCredential === 'undefined' || !('signalUnknownCredential' in PublicKeyCredential))
		return;
	try {
		await PublicKeyCredential.signalUnknownCredential({
			rpId: location.hostname,
			credentialId: toBase64UrlEncoded(credentialId),
		});
	} catch (error) {
		console.warn(error);
	}
}

/** Runs what the browser asks the person; what comes of it instead of a passkey becomes a refusal. */
async function ceremony(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
	try {
		return must(await ask(), 'a ceremony gives a credential') as PublicKeyCredential;
	} catch (error) {
		if (!(error instanceof DOMException)) throw error;
		const refusal = new Refusal(CEREMONY_REFUSALS[error.name] ?? 'device.passkey-failed', {
			reason: error.name,
		});
		refusal.cause = error;
		throw refusal;
	}
}

/** @see Web Authentication Level 3, exceptions of [[Create]] and [[DiscoverFromExternalSource]] */
const CEREMONY_REFUSALS: Readonly<Record<string, string>> = {
	// The browser does not tell a refusal from a timeout or a missing passkey.
	NotAllowedError: 'device.passkey-cancelled',
	AbortError: 'device.passkey-cancelled',
	SecurityError: 'device.passkey-address',
	NotSupportedError: 'device.passkey-unsupported',
	ConstraintError: 'device.passkey-unsupported',
};

function secretOf(credentialId: Uint8Array, { first }: AuthenticationExtensionsPRFValues): PasskeySecret {
	const bytes = ArrayBuffer.isView(first)
		? new Uint8Array(first.buffer, first.byteOffset, first.byteLength)
		: new Uint8Array(first);
	return { kind: 'passkey', bytes: bytes.slice(), credentialId };
}
