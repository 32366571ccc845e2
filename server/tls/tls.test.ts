import { X509Certificate } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { aFolder } from '#tests/support/folder.ts';
import { readConfig } from '#server/config.ts';
import { createAuthority, issueCertificate, type KeyPair } from './tls-issue.ts';
import { secureUrl } from './tls-port.ts';
import { Tls, whyReissue } from './tls.ts';

const DAY_MS = 24 * 3600 * 1000;
const NOW = Date.parse('2026-11-25T08:00:00Z');

function daysOf(pem: string): number {
	const { validFromDate, validToDate } = new X509Certificate(pem);
	return (validToDate.getTime() - validFromDate.getTime()) / DAY_MS;
}

/** The certificates of a data directory, at a time that can be moved. */
function openAt(
	dataDir: string,
	env: NodeJS.ProcessEnv = {},
): { readonly tls: Tls; readonly clock: { ms: number }; readonly open: () => Promise<KeyPair> } {
	const clock = { ms: NOW };
	const tls = new Tls({
		config: readConfig({ data: dataDir }, { LANTAI_TLS: 'auto', ...env }),
		clock: { now: () => clock.ms },
		logger: pino({ level: 'silent' }),
	});
	const open = async (): Promise<KeyPair> => {
		const pair = await tls.open();
		if (!pair) throw new Error('no certificate');
		return pair;
	};
	return { tls, clock, open };
}

describe('the local authority', () => {
	it('is an authority of ten years, named for machine and day, that can sign nothing but certificates', async () => {
		const { cert } = await createAuthority('reading-room', NOW);
		const certificate = new X509Certificate(cert);
		expect(certificate.subject).toBe('CN=Lantai 兰台 local authority reading-room 2026-11-25');
		expect([certificate.ca, certificate.checkIssued(certificate), Math.round(daysOf(cert) / 365.25)]).toEqual(
			[true, true, 10],
		);
		expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
	});

	it('has a name of at most 64 characters', async () => {
		const certificate = new X509Certificate((await createAuthority('h'.repeat(200), NOW)).cert);
		expect(certificate.subject.replace('CN=', '')).toHaveLength(64);
		expect(certificate.subject).toMatch(/h 2026-11-25$/);
	});
});

describe('a server certificate', () => {
	it('names what is served, for at most 397 days, and is no authority', async () => {
		const authority = await createAuthority('a', NOW);
		const { cert } = await issueCertificate(authority, ['a.local', '10.0.0.7', '2001:db8::5'], NOW);
		const certificate = new X509Certificate(cert);
		expect(daysOf(cert)).toBeLessThanOrEqual(397);
		expect(certificate.ca).toBe(false);
		expect(certificate.verify(new X509Certificate(authority.cert).publicKey)).toBe(true);
		expect([
			certificate.checkHost('a.local'),
			certificate.checkHost('b.local'),
			certificate.checkIP('10.0.0.7'),
			certificate.checkIP('2001:db8::5'),
		]).toEqual(['a.local', undefined, '10.0.0.7', '2001:db8::5']);
	});

	it('is made anew for other names, in the last 30 days, or for another authority', async () => {
		const authority = await createAuthority('a', NOW);
		const names = ['::1', 'a.local', '10.0.0.7'];
		const { cert } = await issueCertificate(authority, names, NOW);
		const why = (others: readonly string[], days = 0, by = authority): string | undefined =>
			whyReissue(cert, by.cert, others, NOW + days * DAY_MS);
		expect(why(names)).toBeUndefined();
		expect(why([...names].reverse(), 365)).toBeUndefined();
		expect(why(names.slice(1))).toBe('names');
		expect(why([...names, 'b.local'])).toBe('names');
		expect(why(['::1', 'a.local', '10.0.0.8'])).toBe('names');
		expect(why(names, 367)).toBe('ending');
		expect(why(names, 0, await createAuthority('a', NOW))).toBe('authority');
	});
});

describe('certificates of a data directory', () => {
	it('are kept, and their keys are for the owner alone', async () => {
		const dataDir = await aFolder();
		const { tls, open } = openAt(dataDir);
		expect(tls.root).toBeUndefined();
		const first = await open();
		expect(await openAt(dataDir).open()).toEqual(first);
		for (const name of ['authority.key', 'server.key'])
			expect(statSync(join(dataDir, 'tls', name)).mode & 0o777).toBe(0o600);
		expect(statSync(join(dataDir, 'tls')).mode & 0o777).toBe(0o700);
		const root = new X509Certificate(readFileSync(join(dataDir, 'tls/authority.crt')));
		expect(tls.root).toMatchObject({ sha256: root.fingerprint256, sha1: root.fingerprint, der: root.raw });
		expect(tls.root?.name).toContain(hostname().slice(0, 20));
		expect(new X509Certificate(first.cert).checkHost('localhost')).toBe('localhost');
	});

	it('other names get another certificate of the same authority', async () => {
		const dataDir = await aFolder();
		const first = openAt(dataDir);
		const before = await first.open();
		const second = openAt(dataDir, { LANTAI_TLS_NAMES: 'archive.lan, 10.20.30.40' });
		const after = await second.open();
		expect(after.cert).not.toBe(before.cert);
		expect(new X509Certificate(after.cert).checkHost('archive.lan')).toBe('archive.lan');
		expect(new X509Certificate(after.cert).checkIP('10.20.30.40')).toBe('10.20.30.40');
		expect(second.tls.root?.sha256).toBe(first.tls.root?.sha256);
	});

	it('are renewed while the process runs, once', async () => {
		const { tls, clock, open } = openAt(await aFolder());
		const before = await open();
		const used: KeyPair[] = [];
		const use = (pair: KeyPair): void => void used.push(pair);
		await tls.refresh(use);
		expect(used).toEqual([]);
		clock.ms += 380 * DAY_MS;
		await tls.refresh(use);
		await tls.refresh(use);
		expect(used).toHaveLength(1);
		expect(used[0]?.cert).not.toBe(before.cert);
	});

	it('a server certificate that is damaged is made again', async () => {
		const dataDir = await aFolder();
		await openAt(dataDir).open();
		writeFileSync(join(dataDir, 'tls/server.crt'), 'damaged');
		expect((await openAt(dataDir).open()).cert).toContain('BEGIN CERTIFICATE');
	});

	it('an authority that is damaged is not quietly replaced, one that ends is', async () => {
		const dataDir = await aFolder();
		const first = openAt(dataDir);
		await first.open();
		const later = openAt(dataDir);
		later.clock.ms += 3640 * DAY_MS;
		await later.open();
		expect(later.tls.root?.sha256).not.toBe(first.tls.root?.sha256);
		rmSync(join(dataDir, 'tls/authority.key'));
		await expect(openAt(dataDir).open()).rejects.toMatchObject({ code: 'tls.unreadable' });
	});
});

describe('the option', () => {
	it.each([
		['off', { kind: 'off' }],
		['', { kind: 'off' }],
		['auto', { kind: 'auto' }],
		['/a.pem, /b.pem', { kind: 'own', certificateFile: '/a.pem', keyFile: '/b.pem' }],
	])('%j is understood', (value, tls) => {
		expect(readConfig({}, { LANTAI_TLS: value }).tls).toEqual(tls);
		expect(readConfig({ tls: value }, { LANTAI_TLS: 'a,b' }).tls).toEqual(tls);
	});

	it.each([
		[{ LANTAI_TLS: 'on' }, 'tls.bad-option'],
		[{ LANTAI_TLS: 'a,' }, 'tls.bad-option'],
		[{ LANTAI_TLS: 'a,b,c' }, 'tls.bad-option'],
		[{ LANTAI_TLS: 'auto', LANTAI_TLS_NAMES: 'https://a' }, 'tls.bad-name'],
		[{ LANTAI_TLS: 'auto', LANTAI_ORIGIN: 'http://archive.example' }, 'tls.origin'],
	])('%j is refused as %s', (env, code) => {
		expect(() => readConfig({}, env)).toThrow(expect.objectContaining({ code }));
	});
});

describe('the address over https', () => {
	it.each([
		['archive.lan:8600', '/catalogue?x=1', 'https://archive.lan:8600/catalogue?x=1'],
		['[::1]:8600', '/', 'https://[::1]:8600/'],
		['archive.lan', '/', 'https://archive.lan:80/'],
		['user@evil', '/', undefined],
		['a/b', '/', undefined],
		['a b', '/', undefined],
		[undefined, '/', undefined],
		['archive.lan', 'http://evil/', undefined],
	])('of %j and %j is %j', (host, path, url) => {
		expect(secureUrl(host, path)).toBe(url);
	});
});
