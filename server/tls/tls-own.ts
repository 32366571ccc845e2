import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Refusal } from '#domain/base/refusal.ts';
import type { KeyPair } from './tls-issue.ts';

/**
 * Reads a certificate (with its chain, if there is one) and its key from PEM files, and checks that they serve.
 * @throws {Refusal} 'tls.unreadable' | 'tls.key-mismatch' | 'tls.expired' | 'tls.not-yet-valid'
 */
export function readKeyPair(certificateFile: string, keyFile: string, nowMs: number): KeyPair {
	const cert = read(certificateFile);
	const key = read(keyFile);
	const certificate = certificateOf(cert, certificateFile);
	if (!certificate.checkPrivateKey(privateKeyOf(key, keyFile)))
		throw new Refusal('tls.key-mismatch', { certificate: certificateFile, key: keyFile });
	if (certificate.validToDate.getTime() <= nowMs)
		throw new Refusal('tls.expired', {
			file: certificateFile,
			until: certificate.validToDate.toISOString().slice(0, 10),
		});
	if (certificate.validFromDate.getTime() > nowMs)
		throw new Refusal('tls.not-yet-valid', {
			file: certificateFile,
			from: certificate.validFromDate.toISOString(),
		});
	return { cert, key };
}

function read(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch (error) {
		throw new Refusal('tls.unreadable', { file, reason: (error as NodeJS.ErrnoException).code ?? 'read' });
	}
}

function certificateOf(pem: string, file: string): X509Certificate {
	try {
		return new X509Certificate(pem);
	} catch {
		throw new Refusal('tls.unreadable', { file, reason: 'PEM CERTIFICATE' });
	}
}

function privateKeyOf(pem: string, file: string): KeyObject {
	try {
		return createPrivateKey(pem);
	} catch (error) {
		// A key under a passphrase says so by this code; every other failure is no PEM key.
		const isLocked = (error as NodeJS.ErrnoException).code === 'ERR_MISSING_PASSPHRASE';
		throw new Refusal('tls.unreadable', { file, reason: isLocked ? 'passphrase' : 'PEM PRIVATE KEY' });
	}
}
