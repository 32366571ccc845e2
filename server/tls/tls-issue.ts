// The library's container needs this polyfill before it is loaded.
import 'reflect-metadata';
import { createPrivateKey } from 'node:crypto';
import { isIP } from 'node:net';
import {
	AuthorityKeyIdentifierExtension,
	BasicConstraintsExtension,
	ExtendedKeyUsage,
	ExtendedKeyUsageExtension,
	KeyUsageFlags,
	KeyUsagesExtension,
	PemConverter,
	SubjectAlternativeNameExtension,
	SubjectKeyIdentifierExtension,
	X509Certificate,
	X509CertificateGenerator,
} from '@peculiar/x509';

const DAY_MS = 24 * 3600 * 1000;
const AUTHORITY_DAYS = 3652;
/** Browsers refuse server certificates that last longer than 398 days. */
const SERVER_DAYS = 397;
const KEY = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' };
/** A common name may have 64 characters (RFC 5280, ub-common-name). */
const LONGEST_NAME = 64;

/** A certificate and its private key, both PEM. */
export interface KeyPair {
	readonly cert: string;
	readonly key: string;
}

/** Makes an authority of ten years, named for the machine and the day. */
export async function createAuthority(hostname: string, nowMs: number): Promise<KeyPair> {
	const keys = await newKeys();
	const before = 'Lantai 兰台 local authority ';
	const after = ` ${new Date(nowMs).toISOString().slice(0, 10)}`;
	const host = hostname.slice(0, LONGEST_NAME - before.length - after.length);
	const certificate = await X509CertificateGenerator.createSelfSigned({
		name: [{ CN: [before + host + after] }],
		...validity(nowMs, AUTHORITY_DAYS),
		serialNumber: serialNumber(),
		keys,
		signingAlgorithm: SIGNATURE,
		extensions: [
			new BasicConstraintsExtension(true, 0, true),
			new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
			await SubjectKeyIdentifierExtension.create(keys.publicKey),
		],
	});
	return pairOf(certificate, keys);
}

/** Issues a certificate for names and addresses, of 397 days or as long as the authority lasts. */
export async function issueCertificate(
	authority: KeyPair,
	names: readonly string[],
	nowMs: number,
): Promise<KeyPair> {
	const issuer = new X509Certificate(authority.cert);
	const keys = await newKeys();
	const lasts = validity(nowMs, SERVER_DAYS);
	const certificate = await X509CertificateGenerator.create({
		subject: [{ CN: [(names.find((name) => !isIP(name)) ?? 'localhost').slice(0, LONGEST_NAME)] }],
		issuer: issuer.subjectName,
		notBefore: lasts.notBefore,
		notAfter: lasts.notAfter < issuer.notAfter ? lasts.notAfter : issuer.notAfter,
		serialNumber: serialNumber(),
		publicKey: keys.publicKey,
		signingKey: await signingKeyOf(authority.key),
		signingAlgorithm: SIGNATURE,
		extensions: [
			new BasicConstraintsExtension(false, undefined, true),
			new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
			new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
			new SubjectAlternativeNameExtension(
				names.map((name) => ({ type: isIP(name) ? ('ip' as const) : ('dns' as const), value: name })),
			),
			await AuthorityKeyIdentifierExtension.create(issuer),
			await SubjectKeyIdentifierExtension.create(keys.publicKey),
		],
	});
	return pairOf(certificate, keys);
}

function newKeys(): Promise<CryptoKeyPair> {
	return crypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
}

async function pairOf(certificate: X509Certificate, keys: CryptoKeyPair): Promise<KeyPair> {
	const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
	return {
		cert: `${certificate.toString('pem')}\n`,
		key: `${PemConverter.encode(pkcs8, PemConverter.PrivateKeyTag)}\n`,
	};
}

function signingKeyOf(pem: string): Promise<CryptoKey> {
	const pkcs8 = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
	return crypto.subtle.importKey('pkcs8', pkcs8, KEY, false, ['sign']);
}

/** From a day ago, since clocks of a local network differ. */
function validity(nowMs: number, days: number): { readonly notBefore: Date; readonly notAfter: Date } {
	const from = nowMs - DAY_MS;
	return { notBefore: new Date(from), notAfter: new Date(from + days * DAY_MS) };
}

/** 126 random bits, positive and without a leading zero. */
function serialNumber(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
	return Buffer.from(bytes).toString('hex');
}
