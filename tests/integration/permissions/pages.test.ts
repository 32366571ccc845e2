import { describe, expect, it, onTestFinished } from 'vitest';
import { PERSON_HEADER } from '#sync/person-header.ts';
import { aFolder } from '#tests/support/folder.ts';
import { PASSWORD } from '#tests/support/people.ts';
import { startTestServer, type TestServer } from '#tests/support/server.ts';
import { createApp } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import { serve } from '#server/http.ts';

function get(
	server: { origin: string },
	path: string,
	headers: Record<string, string> = {},
): Promise<Response> {
	return fetch(server.origin + path, { headers, redirect: 'manual' });
}

/** Sends a form as a browser without JavaScript does. */
function post(
	server: { origin: string },
	path: string,
	form: Record<string, string>,
	headers: Record<string, string> = {},
): Promise<Response> {
	return fetch(server.origin + path, {
		method: 'POST',
		body: new URLSearchParams(form),
		headers: { accept: 'text/html', origin: server.origin, ...headers },
		redirect: 'manual',
	});
}

function cookieOf(response: Response): string {
	return response.headers
		.getSetCookie()
		.map((line) => line.split(';', 1)[0])
		.join('; ');
}

/** What a form action answered, as a page with JavaScript asks for it. */
async function act(
	server: TestServer,
	path: string,
	form: Record<string, string>,
	cookie: string,
): Promise<{ type: string; status: number; data?: string }> {
	const response = await post(server, path, form, {
		accept: 'application/json',
		'x-sveltekit-action': 'true',
		cookie,
	});
	return (await response.json()) as { type: string; status: number; data?: string };
}

describe('pages for nobody', () => {
	it('lead to the sign-in and back, and interfaces say 401', async () => {
		const server = await startTestServer();
		const page = await get(server, '/administration/people?x=1');
		expect([page.status, page.headers.get('location')]).toEqual([
			303,
			`/sign-in?next=${encodeURIComponent('/administration/people?x=1')}`,
		]);
		expect((await get(server, '/setup')).headers.get('location')).toBe('/');
		const api = await get(server, '/api/me');
		expect([api.status, await api.json()]).toEqual([
			401,
			{ refusal: { code: 'permissions.sign-in', params: {} } },
		]);
		const signedIn = await post(server, '/sign-in?next=%2Faccount', { name: '管理员', password: PASSWORD });
		expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, '/account']);
		const cookie = cookieOf(signedIn);
		expect(await (await get(server, '/api/me', { cookie })).json()).toMatchObject({
			me: { name: '管理员', role: 'administrator' },
		});
		const out = await post(server, '/api/sign-out', {}, { cookie });
		expect(out.headers.getSetCookie().join()).toContain('Max-Age=0');
		expect((await get(server, '/api/me', { cookie })).status).toBe(401);
	});

	it('lead nowhere else after the sign-in', async () => {
		const server = await startTestServer();
		for (const next of ['https://evil.example/x', '//evil.example/x', 'javascript:alert(1)'])
			expect(
				(
					await post(server, `/sign-in?next=${encodeURIComponent(next)}`, {
						name: '管理员',
						password: PASSWORD,
					})
				).headers.get('location'),
			).toBe('/');
	});

	it('speak the language of the visitor', async () => {
		const server = await startTestServer();
		for (const [language, lang, title] of [
			['zh-CN', 'zh-CN', '登录 · 兰台'],
			['en-GB', 'en', 'Sign in · Lantai'],
		] as const) {
			const text = await (await get(server, '/sign-in', { 'accept-language': language })).text();
			expect(text).toContain(`<html lang="${lang}">`);
			expect(text).toContain(`<title>${title}</title>`);
		}
		const refused = await post(
			server,
			'/sign-in',
			{ name: '甲', password: 'x' },
			{ 'accept-language': 'en' },
		);
		expect(refused.status).toBe(401);
		expect(await refused.text()).toContain('The name or the password is wrong.');
	});

	it('take no form from another site', async () => {
		const server = await startTestServer();
		const cookie = await server.cookie('甲', 'archivist');
		for (const path of ['/sign-in', '/api/sign-out', '/account?/signOutEverywhere'])
			expect((await post(server, path, {}, { origin: 'http://evil.example', cookie })).status).toBe(403);
		expect((await get(server, '/api/me', { cookie })).status).toBe(200);
	});
});

describe('the first visit', () => {
	it('leads to the set-up, which signs the administrator in', async () => {
		const app = await createApp(readConfig({ data: await aFolder(), port: '0', logLevel: 'silent' }));
		const served = await serve(app);
		onTestFinished(async () => {
			await served.close();
			await app.close();
		});
		const server = { origin: served.address };
		expect((await get(server, '/sign-in')).headers.get('location')).toBe('/setup');
		expect(await (await get(server, '/setup')).text()).toContain('name="archiveCode"');
		const form = {
			archiveName: '沧浦区档案馆',
			archiveCode: '310199',
			adminName: '管理员',
			holdings: 'empty',
		};
		expect((await post(server, '/setup', { ...form, password: 'short' })).status).toBe(400);
		const done = await post(server, '/setup', { ...form, password: PASSWORD });
		expect([done.status, done.headers.get('location')]).toEqual([303, '/']);
		expect(await (await get(server, '/api/me', { cookie: cookieOf(done) })).json()).toMatchObject({
			me: { name: '管理员' },
			archive: { name: '沧浦区档案馆', code: '310199' },
		});
		expect((await get(server, '/setup')).headers.get('location')).toBe('/');
	});
});

describe('pages of administration', () => {
	it('are for administrators alone', async () => {
		const server = await startTestServer();
		const cookie = await server.cookie('甲', 'archivist');
		for (const page of ['people', 'settings'])
			expect(await (await get(server, `/api/administration/${page}`, { cookie })).json()).toEqual({
				refusal: { code: 'permissions.denied', params: { action: 'administer', thing: page } },
			});
		for (const [path, form] of [
			['/administration/people?/add', { name: '乙', role: 'administrator', password: PASSWORD }],
			['/administration/people?/setDisabled', { id: 'x', disabled: 'true' }],
			['/administration/settings', { archiveName: 'x', archiveCode: 'x', idleSeconds: '1' }],
		] as const)
			expect(await act(server, path, form, cookie)).toMatchObject({ type: 'failure', status: 403 });
	});

	it('add people, change their rights and end their sessions', async () => {
		const server = await startTestServer();
		const cookie = await server.cookie('主任', 'administrator');
		expect(
			await act(
				server,
				'/administration/people?/add',
				{ name: '乙', role: 'reader', password: PASSWORD, fondsLimit: 'all', accessStatus: 'deferred' },
				cookie,
			),
		).toMatchObject({ type: 'success' });
		const account = (await server.app.administration.people.list()).find((each) => each.name === '乙');
		expect(account).toMatchObject({ role: 'reader', fonds: null, accessStatuses: ['deferred'] });
		const id = account?.id ?? '';
		expect(
			await act(
				server,
				'/administration/people?/update',
				{ id, role: 'reviewer', fondsLimit: 'listed' },
				cookie,
			),
		).toMatchObject({ type: 'success' });
		expect((await server.app.administration.people.list()).find((each) => each.name === '乙')).toMatchObject({
			role: 'reviewer',
			fonds: [],
			accessStatuses: null,
		});
		expect(
			await act(server, '/administration/people?/setDisabled', { id, disabled: 'true' }, cookie),
		).toMatchObject({ type: 'success' });
		expect((await post(server, '/sign-in', { name: '乙', password: PASSWORD })).status).toBe(403);
	});

	it('give nobody all fonds because the form does not say which', async () => {
		const server = await startTestServer();
		const cookie = await server.cookie('主任', 'administrator');
		const path = '/administration/people';
		const rights = { role: 'archivist', fonds: '0190a000-0000-7000-8000-000000000000' };
		const added = await act(server, `${path}?/add`, { name: '乙', password: PASSWORD, ...rights }, cookie);
		expect(added).toMatchObject({ type: 'failure', status: 400 });
		expect((await server.app.administration.people.list()).map(({ name }) => name)).not.toContain('乙');
		const { id = '' } = (await server.app.administration.people.list())[0] ?? {};
		expect(await act(server, `${path}?/update`, { id, ...rights, fondsLimit: 'none' }, cookie)).toMatchObject(
			{ type: 'failure', status: 400 },
		);
	});

	it('change the settings', async () => {
		const server = await startTestServer();
		const cookie = await server.cookie('主任', 'administrator');
		const path = '/administration/settings';
		const form = {
			archiveName: '新名',
			archiveCode: 'A1',
			idleSeconds: '30',
			fixityEveryDays: '30',
			fixityMegabytesPerSecond: '1.5',
		};
		expect(await act(server, path, { ...form, idleSeconds: '' }, cookie)).toMatchObject({
			type: 'failure',
			status: 400,
		});
		expect(await act(server, path, form, cookie)).toMatchObject({ type: 'success' });
		expect(await server.app.administration.settings.all()).toMatchObject({ 'archive.name': '新名' });
	});
});

describe('a form of somebody’s page, while another is signed in in the same browser', () => {
	it('is not taken in the name of the other', async () => {
		const server = await startTestServer();
		const first = await server.cookie('甲', 'administrator');
		const second = await server.cookie('乙', 'administrator');
		const people = await server.app.administration.people.list();
		const idOf = (name: string): string => people.find((each) => each.name === name)?.id ?? '';
		const asFirst = `${PERSON_HEADER}=${idOf('甲')}`;
		const next = 'synthetic-password-2';
		const settings = { archiveName: '新名', archiveCode: 'A1', idleSeconds: '30' };
		for (const [path, form] of [
			['/account?/changePassword', { current: PASSWORD, next }],
			['/account?/createToken', { name: '脚本', scope: 'read', days: '30' }],
			['/account?/signOutEverywhere', {}],
			['/administration/people?/add', { name: '丙', role: 'reader', password: PASSWORD, fondsLimit: 'all' }],
			['/administration/settings?', settings],
		] as const) {
			const answer = await act(server, `${path}&${asFirst}`, form, second);
			expect([path, answer]).toEqual([
				path,
				{
					type: 'redirect',
					status: 303,
					location: expect.stringMatching(/^\/sign-in\?next=/),
				},
			]);
		}
		expect((await get(server, '/api/me', { cookie: second })).status).toBe(200);
		expect((await server.app.administration.people.list()).map(({ name }) => name)).not.toContain('丙');
		const own = `/account?/changePassword&${asFirst}`;
		expect(await act(server, own, { current: PASSWORD, next }, first)).toMatchObject({ type: 'success' });
		expect((await post(server, '/sign-in', { name: '乙', password: PASSWORD })).status).toBe(303);
	});
});

describe('the account page', () => {
	it('makes a token that is shown once, and no token opens the page', async () => {
		const server = await startTestServer();
		const cookie = await server.cookie('甲', 'archivist');
		const made = await act(
			server,
			'/account?/createToken',
			{ name: '脚本', scope: 'read', days: '30' },
			cookie,
		);
		const token = /lt_[\w-]{43}/.exec(made.data ?? '')?.[0] ?? '';
		const authorization = `Bearer ${token}`;
		expect((await get(server, '/api/me', { authorization })).status).toBe(200);
		expect(await (await get(server, '/api/account', { cookie })).text()).not.toContain(token);
		const page = await post(
			server,
			'/account?/createToken',
			{ name: 'x', scope: 'write', days: '366' },
			{ authorization },
		);
		expect(page.status).toBe(401);
	});

	it('changes the password and signs out everywhere', async () => {
		const server = await startTestServer();
		const cookie = await server.cookie('甲', 'archivist');
		const next = 'synthetic-password-2';
		const path = '/account?/changePassword';
		expect(await act(server, path, { current: 'wrong-password', next }, cookie)).toMatchObject({
			type: 'failure',
			status: 401,
		});
		expect(await act(server, path, { current: PASSWORD, next }, cookie)).toMatchObject({ type: 'success' });
		expect((await get(server, '/api/me', { cookie })).status).toBe(200);
		const out = await post(server, '/account?/signOutEverywhere', {}, { cookie });
		expect([out.status, out.headers.get('location')]).toEqual([303, '/sign-in']);
		expect((await get(server, '/api/me', { cookie })).status).toBe(401);
		expect((await post(server, '/sign-in', { name: '甲', password: next })).status).toBe(303);
	});
});
