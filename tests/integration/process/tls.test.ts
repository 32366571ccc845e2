import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { request as plainRequest, type IncomingHttpHeaders } from 'node:http';
import { request as secureRequest } from 'node:https';
import { connect as connectPlain, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectSecure } from 'node:tls';
import pino from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '#domain/base/clock.ts';
import { errorText } from '#server/cli/output.ts';
import { readConfig } from '#server/config.ts';
import { createAuthority, issueCertificate, type KeyPair } from '#server/tls/tls-issue.ts';
import { Tls } from '#server/tls/tls.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { spawnServer, startServerProcess } from '#tests/support/server-process.ts';
import { aFolder, PASSWORD, startTestServer } from '#tests/support/server.ts';

const DAY_MS = 24 * 3600 * 1000;

interface Answer {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly body: Buffer;
	readonly text: string;
}

interface Asking {
	/** The only root trusted; without one, plain HTTP. */
	readonly ca?: string;
	/** Name asked for, in place of the address. */
	readonly name?: string;
	readonly method?: string;
	readonly headers?: Record<string, string>;
	readonly body?: string;
}

/** Reads the certificates as a start does. */
async function openTls(dataDir: string, tls: string): Promise<unknown> {
	const config = readConfig({ data: dataDir, port: '0', tls }, {});
	return new Tls({ config, clock: systemClock, logger: pino({ level: 'silent' }) }).open();
}

function ask(port: number, path: string, { ca, name, method, headers, body }: Asking = {}): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const options = {
			host: '127.0.0.1',
			port,
			path,
			method: method ?? 'GET',
			agent: false as const,
			headers: { host: `${name ?? '127.0.0.1'}:${port}`, ...headers },
		};
		const asked = ca
			? secureRequest({ ...options, ca, ...(name === undefined ? {} : { servername: name }) })
			: plainRequest(options);
		asked.on('error', reject);
		asked.on('response', (response) => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk));
			response.on('error', reject);
			response.on('end', () => {
				const whole = Buffer.concat(chunks);
				resolve({
					status: response.statusCode ?? 0,
					headers: response.headers,
					body: whole,
					text: whole.toString(),
				});
			});
		});
		asked.end(body);
	});
}

/** The root a person would download, as PEM. */
async function rootOf(port: number): Promise<string> {
	const { body } = await ask(port, '/trust/root.crt');
	return new X509Certificate(body).toString();
}

/** Sends bytes and waits until the server ends the connection; what it answered. */
function talk(port: number, bytes: Buffer | string): Promise<string> {
	return new Promise((resolve) => {
		const socket = connectPlain(port, '127.0.0.1', () => socket.write(bytes));
		let text = '';
		socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
		socket.on('error', () => undefined);
		socket.on('close', () => resolve(text));
	});
}

function opened(socket: Socket): Socket {
	socket.on('error', () => undefined);
	onTestFinished(() => void socket.destroy());
	return socket;
}

/** A certificate of some other authority, in files. */
async function anOwnCertificate(
	folder: string,
	nowMs = Date.now(),
): Promise<{ readonly value: string; readonly ca: string; readonly pair: KeyPair }> {
	const authority = await createAuthority('other', nowMs);
	const pair = await issueCertificate(authority, ['archive.lan', '127.0.0.1'], nowMs);
	writeFileSync(join(folder, 'own.crt'), pair.cert + authority.cert);
	writeFileSync(join(folder, 'own.key'), pair.key);
	return { value: `${join(folder, 'own.crt')},${join(folder, 'own.key')}`, ca: authority.cert, pair };
}

/** As the server is, but ten times as fast. */
const IMPATIENT = { firstByteMs: 1000, handshakeMs: 1500, plainMs: 2000 };

describe('pages over TLS', () => {
	it('sign-in works for a client that trusts the root alone, by name and by address, with Secure cookies', async () => {
		const server = await startTestServer({ tls: 'auto', env: { LANTAI_TLS_NAMES: 'archive.lan' } });
		const ca = await rootOf(server.port);
		for (const name of [undefined, 'archive.lan', 'localhost']) {
			const asking = { ca, ...(name === undefined ? {} : { name }) };
			const origin = `https://${name ?? '127.0.0.1'}:${server.port}`;
			expect((await ask(server.port, '/sign-in', asking)).text).toContain('/trust');
			const form = {
				...asking,
				method: 'POST',
				body: new URLSearchParams({ name: '管理员', password: PASSWORD }).toString(),
			};
			const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' };
			const done = await ask(server.port, '/sign-in', { ...form, headers: { ...headers, origin } });
			expect([done.status, done.headers.location]).toEqual([303, '/']);
			const [cookie = ''] = done.headers['set-cookie'] ?? [];
			expect(cookie).toMatch(/^__Secure-lantai\.session_token=.*; Secure/);
			const me = await ask(server.port, '/api/me', {
				...asking,
				headers: { cookie: cookie.split(';', 1)[0] as string },
			});
			expect(JSON.parse(me.text)).toMatchObject({ me: { name: '管理员' } });
			for (const foreign of [origin.replace('https', 'http'), 'https://evil.example'])
				expect(
					(await ask(server.port, '/sign-in', { ...form, headers: { ...headers, origin: foreign } })).status,
				).toBe(403);
			expect(done.headers['strict-transport-security']).toBeUndefined();
		}
		await expect(ask(server.port, '/', { ca, name: 'other.lan' })).rejects.toThrow(/altnames/);
		await expect(
			ask(server.port, '/', { ca: (await createAuthority('x', Date.now())).cert }),
		).rejects.toThrow();
	});

	it('live editing works over wss, and not from a page that came without TLS', async () => {
		const server = await startTestServer({ tls: 'auto' });
		const ca = await rootOf(server.port);
		const id = await aMadeEntry(server.app, { title: '旧' });
		const cookie = await server.cookie('甲', 'archivist');
		const client = await joinLive(server.port, id, { cookie, origin: server.origin, ca, by: '甲' });
		client.set('title', '新');
		await client.durable();
		await eventually(async () => expect((await server.app.catalogue.entry(system, id)).title).toBe('新'));
		const upgrade = {
			connection: 'Upgrade',
			upgrade: 'websocket',
			'sec-websocket-version': '13',
			'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
			cookie,
		};
		for (const origin of [server.origin.replace('https', 'http'), 'https://evil.example'])
			await expect(
				ask(server.port, '/collab', { ca, headers: { ...upgrade, origin } }).then(({ status }) => {
					throw new Error(String(status));
				}),
			).rejects.toThrow(/hang up|403/);
		// Without TLS nothing is upgraded.
		await expect(ask(server.port, '/collab', { headers: upgrade })).rejects.toThrow(/hang up/);
	});
});

describe('the same port without TLS', () => {
	it('answers what is needed to begin to trust, and sends readers on', async () => {
		const server = await startTestServer({ tls: 'auto' });
		const { port, app } = server;
		const page = await ask(port, '/trust', {
			headers: { 'accept-language': 'zh-CN', 'user-agent': 'Windows NT' },
		});
		expect(page.status).toBe(200);
		expect(page.text).toContain('<html lang="zh-CN">');
		expect(page.text).toContain(app.tls.root?.sha256);
		expect(page.text).toContain('受信任的根证书颁发机构');
		expect(page.text).toContain(`https://127.0.0.1:${port}/`);
		expect(page.text).not.toContain('/_app/immutable/entry');
		for (const [, file = ''] of page.text.matchAll(/(?:href|src)="(\/[^"]+\.(?:css|svg))"/g))
			expect([file, (await ask(port, file)).status]).toEqual([file, 200]);
		const english = await ask(port, '/trust', { headers: { cookie: 'lantai-language=en' } });
		expect(english.text).toContain('Trusted Root Certification Authorities');
		const root = await ask(port, '/trust/root.crt');
		expect(root.headers).toMatchObject({
			'content-type': 'application/x-x509-ca-cert',
			'content-disposition': expect.stringContaining('attachment'),
		});
		expect(root.body).toEqual(app.tls.root?.der);
		expect((await ask(port, '/trust', { method: 'HEAD' })).status).toBe(200);
		for (const path of ['/', '/catalogue?x=1', '/api/me', '/trust/x', '/_app/immutable/assets/../../x.css']) {
			const sent = await ask(port, path);
			expect([sent.status, sent.headers.location, sent.headers.connection]).toEqual([
				308,
				`https://127.0.0.1:${port}${path}`,
				'close',
			]);
		}
		for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
			for (const path of ['/sign-in', '/trust']) expect((await ask(port, path, { method })).status).toBe(400);
		expect((await ask(port, '/', { headers: { host: 'user@evil' } })).status).toBe(400);
		const ca = await rootOf(port);
		expect((await ask(port, '/trust', { ca })).text).toContain(app.tls.root?.sha256);
	});

	it('is there before the archive is set up, and asks for nothing', async () => {
		const server = await startServerProcess(await aFolder(), { env: { LANTAI_TLS: 'auto' } });
		expect((await ask(server.port, '/trust')).status).toBe(200);
		const ca = await rootOf(server.port);
		expect((await ask(server.port, '/', { ca })).headers.location).toBe('/setup');
		await server.kill('SIGTERM');
	});

	it('says that there is nothing to install when TLS is off', async () => {
		const server = await startTestServer();
		const page = await ask(server.port, '/trust', { headers: { 'accept-language': 'en' } });
		expect([page.status, page.text.includes('nothing to install')]).toEqual([200, true]);
		expect((await ask(server.port, '/trust/root.crt')).status).toBe(404);
		expect((await ask(server.port, '/sign-in')).text).not.toContain('/trust');
	});

	it('survives anything', async () => {
		const server = await startTestServer({ tls: 'auto', limits: IMPATIENT });
		const { port } = server;
		const ca = await rootOf(port);
		const random = Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7919 + 13) % 256));
		for (const bytes of [
			random,
			Buffer.concat([Buffer.from([0x16]), random]),
			Buffer.from([0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5]),
			Buffer.alloc(100_000),
			'CONNECT evil:443 HTTP/1.1\r\nhost: evil:443\r\n\r\n',
			'GET / HTTP/1.1\r\n\r\n',
			'GET http://evil/ HTTP/1.1\r\nhost: evil\r\n\r\n',
			'\r\n\r\n\r\n',
			'SSH-2.0-OpenSSH\r\n',
		])
			expect(await talk(port, bytes)).not.toMatch(/^HTTP\/1.1 [25]/);
		// Resets at every stage.
		for (const bytes of ['', '\u0016', 'GET / HT'])
			await new Promise<void>((resolve) => {
				const socket = connectPlain(port, '127.0.0.1', () => {
					if (bytes) socket.write(bytes, 'latin1');
					setImmediate(() => socket.resetAndDestroy());
				});
				socket.on('close', () => resolve());
			});
		expect((await ask(port, '/sign-in', { ca })).status).toBe(200);
	});

	it('reads a handshake that comes byte by byte', async () => {
		const server = await startTestServer({ tls: 'auto' });
		const ca = await rootOf(server.port);
		// A relay that cuts every piece the client sends.
		const { createServer } = await import('node:net');
		const relay = createServer((client) => {
			const far = opened(connectPlain({ port: server.port, host: '127.0.0.1', noDelay: true }));
			opened(client);
			far.pipe(client);
			client.on('data', (chunk: Buffer) => {
				for (const byte of chunk.subarray(0, 8)) far.write(Buffer.from([byte]));
				far.write(chunk.subarray(8));
			});
		});
		await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
		onTestFinished(() => void relay.close());
		const { port } = relay.address() as { port: number };
		expect((await ask(port, '/sign-in', { ca })).status).toBe(200);
	});

	it('ends connections that say nothing', { timeout: 30_000 }, async () => {
		const server = await startTestServer({ tls: 'auto', limits: IMPATIENT });
		const started = Date.now();
		await Promise.all([
			talk(server.port, ''),
			talk(server.port, '\u0016'),
			talk(server.port, 'GET / HTTP/1.1\r\n'),
		]);
		expect(Date.now() - started).toBeLessThan(10_000);
	});
});

describe('the process', () => {
	it('tells the address and the fingerprint, keeps the authority, and names what changed', async () => {
		const dataDir = await aFolder();
		const start = (names: string) =>
			startServerProcess(dataDir, {
				env: { LANTAI_TLS: 'auto', LANTAI_HOST: '0.0.0.0', LANTAI_TLS_NAMES: names, LANG: 'en_US.UTF-8' },
			});
		const first = await start('one.lan');
		const ca = await rootOf(first.port);
		await eventually(() => expect(first.output()).toContain('SHA-1'));
		expect(first.output()).toContain(`https://one.lan:${first.port}`);
		expect(first.output()).toContain(`http://one.lan:${first.port}/trust`);
		expect(first.output()).toContain(new X509Certificate(ca).fingerprint256);
		expect((await ask(first.port, '/healthz', { ca, name: 'one.lan' })).status).toBe(200);
		expect(await first.kill('SIGTERM')).toBe(0);
		const second = await start('two.lan');
		expect(await rootOf(second.port)).toBe(ca);
		expect((await ask(second.port, '/healthz', { ca, name: 'two.lan' })).status).toBe(200);
		await expect(ask(second.port, '/healthz', { ca, name: 'one.lan' })).rejects.toThrow(/altnames/);
		await second.kill('SIGTERM');
	});

	it('SIGTERM ends it with every kind of socket open, and nothing is lost', async () => {
		const dataDir = await aFolder();
		const setup = await startTestServer({ dataDir });
		const id = await aMadeEntry(setup.app, { title: '旧' });
		const token = await setup.token('甲', 'archivist');
		await setup.stop();
		const server = await startServerProcess(dataDir, { env: { LANTAI_TLS: 'auto' } });
		const ca = await rootOf(server.port);
		const client = await joinLive(server.port, id, { token, ca, by: '甲' });
		client.set('title', '新');
		await client.durable();
		const idle = opened(connectSecure({ port: server.port, host: '127.0.0.1', ca }));
		await new Promise<void>((resolve) => idle.once('secureConnect', () => resolve()));
		for (const bytes of ['\u0016', 'GET / HTTP/1.1\r\n', ''])
			opened(connectPlain(server.port, '127.0.0.1')).write(bytes, 'latin1');
		const started = Date.now();
		expect(await server.kill('SIGTERM')).toBe(0);
		expect(Date.now() - started).toBeLessThan(15_000);
		const again = await startTestServer({ dataDir });
		expect((await again.app.catalogue.entry(system, id)).title).toBe('新');
	});
});

describe("the archive's own certificate", () => {
	it('is served with its chain, read again on SIGHUP, and drops nobody', async () => {
		const folder = await aFolder();
		const { value, ca } = await anOwnCertificate(folder);
		const server = await startServerProcess(await aFolder(), { env: { LANTAI_TLS: value } });
		const answer = await ask(server.port, '/setup', { ca, name: 'archive.lan' });
		expect([answer.status, answer.headers['strict-transport-security']]).toEqual([200, 'max-age=86400']);
		expect(server.output()).not.toContain('/trust');
		expect((await ask(server.port, '/trust/root.crt', { ca })).status).toBe(404);
		expect((await ask(server.port, '/trust', { headers: { 'accept-language': 'en' } })).text).toContain(
			'nothing to install',
		);
		const held = opened(connectSecure({ port: server.port, host: '127.0.0.1', ca }));
		await new Promise<void>((resolve) => held.once('secureConnect', () => resolve()));

		const next = await anOwnCertificate(folder);
		server.child.kill('SIGHUP');
		await eventually(async () =>
			expect((await ask(server.port, '/setup', { ca: next.ca, name: 'archive.lan' })).status).toBe(200),
		);
		held.write('GET /healthz HTTP/1.1\r\nhost: archive.lan\r\n\r\n');
		await new Promise<void>((resolve) => held.once('data', () => resolve()));

		// Bad files change nothing but the log.
		writeFileSync(join(folder, 'own.crt'), 'damaged');
		server.child.kill('SIGHUP');
		await eventually(() => expect(server.output()).toContain('tls.unreadable'));
		expect((await ask(server.port, '/setup', { ca: next.ca, name: 'archive.lan' })).status).toBe(200);
		expect(await server.kill('SIGTERM')).toBe(0);
	});

	it('that cannot serve ends the start with one sentence', { timeout: 240_000 }, async () => {
		const folder = await aFolder();
		const good = await anOwnCertificate(folder);
		const old = await aFolder();
		const expired = await anOwnCertificate(old, Date.now() - 500 * DAY_MS);
		const early = await anOwnCertificate(await aFolder(), Date.now() + 10 * DAY_MS);
		const [certificate = '', key = ''] = good.value.split(',');
		const [, otherKey = ''] = expired.value.split(',');
		const garbage = join(folder, 'garbage.pem');
		writeFileSync(garbage, 'no certificate');
		expect(readFileSync(certificate, 'utf8')).toContain('BEGIN');
		const AS_PROCESS = new Set([expired.value, 'sometimes']);
		for (const [value, sentence] of [
			[`${join(folder, 'missing.crt')},${key}`, /missing\.crt.*ENOENT/],
			[`${certificate},${join(folder, 'missing.key')}`, /missing\.key.*ENOENT/],
			[`${garbage},${key}`, /garbage\.pem/],
			[`${certificate},${garbage}`, /garbage\.pem/],
			[`${certificate},${otherKey}`, /does not belong to/],
			[expired.value, /ended on \d{4}-\d\d-\d\d/],
			[early.value, /begins to be valid/],
			['sometimes', /sometimes/],
		] as const) {
			const refused = await openTls(await aFolder(), value).catch((error: unknown) => error);
			expect(errorText(refused, 'en')).toMatch(sentence);
			expect(errorText(refused, 'en')).not.toContain('\n');
			// How the process ends is the same whatever the sentence.
			if (!AS_PROCESS.has(value)) continue;
			const started = spawnServer(['serve', '--data', await aFolder(), '--port', '0', '--tls', value], {
				env: { LANG: 'en_US.UTF-8' },
			});
			expect([value, await started.ended]).toEqual([value, 1]);
			const lines = started.output().trim().split('\n');
			expect(lines).toHaveLength(1);
			expect(lines[0]).toMatch(sentence);
		}
	});
});
