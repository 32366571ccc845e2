import { describe, expect, it } from 'vitest';
import { createId } from '#domain/base/ids.ts';
import { createPermissions } from '#server/permissions/permissions.ts';
import { systemClock } from '#domain/base/clock.ts';
import { PASSWORD, startTestServer, type TestServer } from '#tests/support/server.ts';

const ADMIN = { id: 'test', name: 'test', via: 'cli' };

async function send(
	server: TestServer,
	method: string,
	path: string,
	body: unknown,
	headers: Record<string, string> = {},
): Promise<{
	status: number;
	headers: Headers;
	body: Record<string, unknown> & { refusal?: { code: string } };
}> {
	const response = await fetch(server.origin + path, {
		method,
		headers: { 'content-type': 'application/json', ...headers },
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
		redirect: 'manual',
	});
	return {
		status: response.status,
		headers: response.headers,
		body: (await response.json()) as Record<string, unknown>,
	};
}

async function idOf(server: TestServer, name: string): Promise<string> {
	return (await server.app.administration.people.list()).find((each) => each.name === name)?.id ?? '';
}

describe('the key of a device', () => {
	it('is made once for each device and person, and is nobody else’s', async () => {
		const server = await startTestServer();
		const device = createId<string>();
		const [first, second] = [await server.cookie('甲', 'archivist'), await server.cookie('乙', 'reader')];
		const ask = (cookie: string, id = device) =>
			send(server, 'POST', '/api/device-key', { device: id }, { cookie });
		const answers = await Promise.all([ask(first), ask(first), ask(first)]);
		const key = answers[0]?.body['key'] as string;
		expect(Buffer.from(key, 'base64')).toHaveLength(32);
		for (const { status, body, headers } of answers) {
			expect([status, body['key']]).toEqual([200, key]);
			expect(headers.get('cache-control')).toBe('no-store');
		}
		expect((await ask(second)).body['key']).not.toBe(key);
		expect((await ask(first, createId<string>())).body['key']).not.toBe(key);
		expect((await ask(first, 'x')).status).toBe(400);
		// Signing out leaves it: the browser wipes what it keeps, or opens it again.
		await send(server, 'POST', '/api/sign-out', {}, { cookie: first });
		expect((await ask(first)).status).toBe(401);
		expect((await ask(await server.cookie('甲', 'archivist'))).body['key']).toBe(key);
		expect((await send(server, 'POST', '/api/device-key', { device })).status).toBe(401);
		const token = await server.token('甲', 'archivist');
		expect(
			await send(server, 'POST', '/api/device-key', { device }, { authorization: `Bearer ${token}` }),
		).toMatchObject({ status: 403, body: { refusal: { code: 'permissions.denied' } } });
	});

	it('is revoked by its owner, by nobody else, for good', async () => {
		const server = await startTestServer();
		const device = createId<string>();
		const [owner, other] = [await server.cookie('甲', 'archivist'), await server.cookie('乙', 'archivist')];
		await send(server, 'POST', '/api/device-key', { device }, { cookie: owner });
		const path = `/api/device-key/${device}`;
		expect(await send(server, 'DELETE', path, undefined, { cookie: other })).toMatchObject({
			status: 404,
			body: { refusal: { code: 'permissions.unknown-device' } },
		});
		expect(
			(await send(server, 'DELETE', path, undefined, { cookie: owner, origin: 'http://evil.example' }))
				.status,
		).toBe(403);
		expect((await send(server, 'POST', '/api/device-key', { device }, { cookie: owner })).status).toBe(200);
		expect((await send(server, 'DELETE', path, undefined, { cookie: owner })).status).toBe(200);
		expect((await send(server, 'DELETE', path, undefined, { cookie: owner })).status).toBe(200);
		expect(await send(server, 'POST', '/api/device-key', { device }, { cookie: owner })).toMatchObject({
			status: 410,
			body: { refusal: { code: 'permissions.device-revoked' } },
		});
	});

	it('is not to be had while the account is disabled, and opens what the device kept afterwards', async () => {
		const server = await startTestServer();
		const device = createId<string>();
		const cookie = await server.cookie('甲', 'archivist');
		const ask = (by: string) => send(server, 'POST', '/api/device-key', { device }, { cookie: by });
		const { key } = (await ask(cookie)).body;
		const { people } = server.app.administration;
		const id = await idOf(server, '甲');
		await people.setDisabled(id, true, ADMIN);
		expect((await ask(cookie)).status).toBe(401);
		await people.setDisabled(id, false, ADMIN);
		expect((await ask(await server.cookie('甲', 'archivist'))).body['key']).toBe(key);
	});

	it('stands nowhere in the database, is another under another secret, and the same after a restore', async () => {
		const server = await startTestServer();
		const { storage, permissions } = server.app;
		await server.cookie('甲', 'archivist');
		const person = await idOf(server, '甲');
		const device = createId<string>();
		const key = await permissions.deviceKeys.keyOf(person, device, '');
		const elsewhere = createPermissions({
			storage,
			clock: systemClock,
			secret: 'another synthetic secret, long enough',
			origin: undefined,
		});
		expect(await elsewhere.deviceKeys.keyOf(person, device, '')).not.toEqual(key);
		// The backup was made before the device came: it is not on record there.
		await storage.db.deleteFrom('device_key').execute();
		expect(await permissions.deviceKeys.keyOf(person, device, '')).toEqual(key);
	});
});

describe('signing in in place', () => {
	it('gives a session and says whose it is', async () => {
		const server = await startTestServer();
		await server.token('甲', 'archivist');
		const answered = await send(server, 'POST', '/api/session', { name: '甲', password: PASSWORD });
		expect(answered.status).toBe(200);
		expect(answered.body).toEqual({ id: await idOf(server, '甲'), name: '甲' });
		expect(answered.headers.get('cache-control')).toBe('no-store');
		const cookies = answered.headers.getSetCookie();
		expect(cookies.join()).toMatch(/HttpOnly/i);
		const cookie = cookies.map((line) => line.split(';', 1)[0]).join('; ');
		const me = await fetch(`${server.origin}/api/me`, { headers: { cookie } });
		expect(await me.json()).toMatchObject({ me: { name: '甲' } });
		// Also for somebody who is signed in: the new session wins.
		await server.token('乙', 'archivist');
		const again = await send(server, 'POST', '/api/session', { name: '乙', password: PASSWORD }, { cookie });
		const next = again.headers
			.getSetCookie()
			.map((line) => line.split(';', 1)[0])
			.join('; ');
		const now = await fetch(`${server.origin}/api/me`, { headers: { cookie: next } });
		expect(await now.json()).toMatchObject({ me: { name: '乙' } });
	});

	it('refuses what the sign-in page refuses, and other sites', async () => {
		const server = await startTestServer();
		await server.token('甲', 'archivist');
		const attempt = (body: unknown, headers: Record<string, string> = {}) =>
			send(server, 'POST', '/api/session', body, headers);
		expect(await attempt({ name: '甲' })).toMatchObject({
			status: 400,
			body: { refusal: { code: 'server.bad-request' } },
		});
		expect(
			await attempt({ name: '甲', password: PASSWORD }, { origin: 'http://evil.example' }),
		).toMatchObject({ status: 403, body: { refusal: { code: 'permissions.foreign-origin' } } });
		for (let times = 0; times < 10; times++)
			expect((await attempt({ name: '甲', password: 'wrong-password' })).body.refusal?.code).toBe(
				'permissions.wrong-password',
			);
		expect(await attempt({ name: '甲', password: PASSWORD })).toMatchObject({
			status: 429,
			body: { refusal: { code: 'permissions.too-many-attempts' } },
		});
		await server.token('乙', 'archivist');
		await server.app.administration.people.setDisabled(await idOf(server, '乙'), true, ADMIN);
		const disabled = await attempt({ name: '乙', password: PASSWORD });
		expect([disabled.status, disabled.body.refusal?.code]).toEqual([403, 'permissions.disabled']);
		expect(disabled.headers.getSetCookie()).toEqual([]);
		// Nothing else became open.
		for (const path of ['/api/me', '/api/session/', '/api/sync/docs/x'])
			expect((await fetch(server.origin + path, { redirect: 'manual' })).status).not.toBe(200);
		expect((await send(server, 'POST', '/api/sync/push', {})).status).toBe(401);
	});
});
