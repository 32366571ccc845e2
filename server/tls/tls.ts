import { X509Certificate } from 'node:crypto';
import {
	chmodSync,
	closeSync,
	existsSync,
	fsyncSync,
	mkdirSync,
	openSync,
	renameSync,
	writeSync,
} from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '#domain/base/clock.ts';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import type { Config } from '#server/config.ts';
import type { KeyPair } from './tls-issue.ts';
import { canonicalName, nameForPeople, namesServed, type NameSources } from './tls-names.ts';
import { readKeyPair } from './tls-own.ts';

const DAY_MS = 24 * 3600 * 1000;
/** A certificate with less than this left is made anew. */
const RENEW_MS = 30 * DAY_MS;
/** Names and remaining days are looked at this often: an address may change while the process runs. */
const CHECK_MS = 3600 * 1000;

/** The certificate of the local authority, which every device has to trust once. */
export interface TrustRoot {
	readonly name: string;
	readonly der: Buffer;
	/** `AB:CD:…`, to be compared by people. */
	readonly sha256: string;
	/** The same for Windows, whose certificate window knows no other. */
	readonly sha1: string;
	readonly until: string;
}

/** Where the certificate of this server comes from, and whom to trust for it. Nothing is read or made before `open`. */
export class Tls {
	readonly #config: Config;
	readonly #clock: Clock;
	readonly #logger: Logger;
	readonly #folder: string;
	#root: TrustRoot | undefined;
	#current: KeyPair | undefined;

	constructor(parts: { config: Config; clock: Clock; logger: Logger }) {
		this.#config = parts.config;
		this.#clock = parts.clock;
		this.#logger = parts.logger;
		this.#folder = join(parts.config.dataDir, 'tls');
	}

	get kind(): 'off' | 'auto' | 'own' {
		return this.#config.tls.kind;
	}

	/** The authority to be trusted; undefined unless it is our own. */
	get root(): TrustRoot | undefined {
		return this.#root;
	}

	/** Host to tell people. */
	get nameForPeople(): string {
		return nameForPeople(this.#sources());
	}

	/**
	 * Certificate and key to serve with, made or renewed where needed; undefined when TLS is off.
	 * @throws {Refusal} 'tls.unreadable' | 'tls.key-mismatch' | 'tls.expired' | 'tls.not-yet-valid' | 'storage.unwritable'
	 */
	async open(): Promise<KeyPair | undefined> {
		const { tls } = this.#config;
		if (tls.kind === 'off') return undefined;
		return (this.#current =
			tls.kind === 'own'
				? readKeyPair(tls.certificateFile, tls.keyFile, this.#clock.now())
				: await this.#issued());
	}

	/** Looks again at names, dates and files; calls back when another certificate is to be served from now on. */
	async refresh(use: (pair: KeyPair) => void): Promise<void> {
		try {
			const before = this.#current?.cert;
			const pair = await this.open();
			if (!pair || pair.cert === before) return;
			use(pair);
			this.#logger.info('serving another certificate');
		} catch (error) {
			// The certificate of before still serves; a person has to look.
			this.#logger.error({ err: error }, 'the certificate stays as it was');
		}
	}

	/** Renews in time while the process runs. The archive's own certificate is its own affair: `refresh` reads it again. */
	watch(use: (pair: KeyPair) => void): () => void {
		if (this.kind !== 'auto') return () => undefined;
		const timer = setInterval(() => void this.refresh(use), CHECK_MS);
		timer.unref();
		return () => clearInterval(timer);
	}

	async #issued(): Promise<KeyPair> {
		const now = this.#clock.now();
		const authority = await this.#authority(now);
		const names = namesServed(this.#sources());
		const served = this.#readServed(now);
		const why = served ? whyReissue(served.cert, authority.cert, names, now) : 'none';
		if (served && !why) return served;
		const { issueCertificate } = await import('./tls-issue.ts');
		const pair = await issueCertificate(authority, names, now);
		this.#write('server', pair);
		this.#logger.info({ names, why }, 'issued a server certificate');
		return pair;
	}

	/** The authority on the disk, or a new one when there is none or it ends soon. */
	async #authority(now: number): Promise<KeyPair> {
		let pair = existsSync(this.#file('authority.crt')) ? this.#readAuthority(now) : undefined;
		if (!pair) {
			const { createAuthority } = await import('./tls-issue.ts');
			pair = await createAuthority(hostname(), now);
			this.#write('authority', pair);
			this.#logger.info('made a local authority: every device has to trust it once');
		}
		const certificate = new X509Certificate(pair.cert);
		this.#root = {
			name: certificate.subject.replace(/^CN=/, ''),
			der: certificate.raw,
			sha256: certificate.fingerprint256,
			sha1: certificate.fingerprint,
			until: certificate.validToDate.toISOString().slice(0, 10),
		};
		return pair;
	}

	/** An authority that ended is none; one that is damaged is a person's matter, since every device trusts it. */
	#readAuthority(now: number): KeyPair | undefined {
		try {
			return this.#read('authority', now + RENEW_MS);
		} catch (error) {
			if (isRefusal(error) && error.code === 'tls.expired') return undefined;
			throw error;
		}
	}

	/** The last server certificate; one that cannot serve is simply made again. */
	#readServed(now: number): KeyPair | undefined {
		try {
			return this.#read('server', now);
		} catch (error) {
			if (isRefusal(error)) return undefined;
			throw error;
		}
	}

	#read(name: 'authority' | 'server', nowMs: number): KeyPair {
		return readKeyPair(this.#file(`${name}.crt`), this.#file(`${name}.key`), nowMs);
	}

	#write(name: 'authority' | 'server', pair: KeyPair): void {
		try {
			mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
			// The certificate last: without it, the key counts for nothing.
			writeWhole(this.#file(`${name}.key`), pair.key, 0o600);
			writeWhole(this.#file(`${name}.crt`), pair.cert, 0o644);
		} catch (error) {
			throw new Refusal('storage.unwritable', {
				path: this.#folder,
				reason: (error as NodeJS.ErrnoException).code ?? String(error),
			});
		}
	}

	#file(name: string): string {
		return join(this.#folder, name);
	}

	#sources(): NameSources {
		const { host, origin, tlsNames } = this.#config;
		return { hostname: hostname(), interfaces: networkInterfaces(), host, origin, extra: tlsNames };
	}
}

/** Why a server certificate has to be made anew; undefined when it still serves. */
export function whyReissue(
	cert: string,
	authorityCert: string,
	names: readonly string[],
	nowMs: number,
): 'authority' | 'ending' | 'names' | undefined {
	const certificate = new X509Certificate(cert);
	const authority = new X509Certificate(authorityCert);
	if (!certificate.checkIssued(authority) || !certificate.verify(authority.publicKey)) return 'authority';
	// The authority itself may end sooner than a full term.
	const end = Math.min(certificate.validToDate.getTime(), authority.validToDate.getTime());
	if (end - nowMs < RENEW_MS) return 'ending';
	const has = new Set(
		(certificate.subjectAltName ?? '')
			.split(', ')
			.map((each) => canonicalName(each.replace(/^(?:DNS|IP Address):/, ''))),
	);
	return names.length === has.size && names.every((name) => has.has(name)) ? undefined : 'names';
}

/** Writes a file that is there whole or not at all. */
function writeWhole(path: string, text: string, mode: number): void {
	const temporary = `${path}.new`;
	const file = openSync(temporary, 'w', mode);
	try {
		// A file left from before keeps its own mode.
		chmodSync(temporary, mode);
		writeSync(file, text);
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
	renameSync(temporary, path);
}
