import { json, redirect, type Handle, type HandleServerError } from '@sveltejs/kit';
import { must } from '#domain/base/assert.ts';
import { createId } from '#domain/base/ids.ts';
import { paraglideMiddleware } from '#i18n/generated/server.js';
import type { App as RunningApp } from '#server/app.ts';

/** Pages for those who are not signed in. The shell holds nothing but the program. */
const OPEN_PAGES = ['/sign-in', '/setup', '/app-shell'];
/** Pages for anybody at any time: without them a device cannot even come here safely. */
const TRUST_PAGES = ['/trust', '/trust/root.crt'];
/** The one interface for nobody: signing in. */
const SIGN_IN = '/api/session';
const READS = ['GET', 'HEAD', 'OPTIONS'];

/** Archives that were set up when last asked: set-up is for good. */
const setUp = new WeakSet<RunningApp>();

/** Every request: the running archive, who asks, in which language; nobody gets further than the open pages. */
export const handle: Handle = ({ event, resolve }) =>
	paraglideMiddleware(event.request, async ({ locale }) => {
		const { locals, url, request } = event;
		locals.app = runningApp();
		locals.language = locale;
		const { identity, setCookie } = await locals.app.permissions.identify(
			request.headers,
			// Of a page that is only read nothing is done in anybody's name.
			request.method === 'GET' ? undefined : url,
		);
		locals.identity = identity;
		const response =
			refused(request, url, identity !== undefined) ??
			(await whereTo(locals.app, url, identity !== undefined)) ??
			(await resolve(event, {
				transformPageChunk: ({ html }) => html.replace('%lantai.language%', locale),
			}));
		// What the answer itself says of a cookie wins: a sign-out must not be followed by the longer session.
		const own = new Set(response.headers.getSetCookie().map(nameOf));
		for (const cookie of setCookie)
			if (!own.has(nameOf(cookie))) response.headers.append('set-cookie', cookie);
		// What is answered to a person never lies in the browser's own cache: nothing seals it there, or clears it.
		if (identity !== undefined && !response.headers.has('cache-control'))
			response.headers.set('cache-control', 'no-store');
		response.headers.set('x-content-type-options', 'nosniff');
		response.headers.set('referrer-policy', 'same-origin');
		return response;
	});

/** Logs what nobody expected under a number, and shows the number alone. */
export const handleError: HandleServerError = ({ error, event, status, message }) => {
	if (status === 404) return { message: 'server.not-found' };
	if (status < 500) return { message };
	const id = createId<string>();
	runningApp().logger.error({ err: error, id, path: event.url.pathname }, 'a request failed');
	return { message: 'server.failed', id };
};

/** The process puts itself here: Vite and Node each load their own copy of a module. */
function runningApp(): RunningApp {
	return must(
		(globalThis as Record<symbol, unknown>)[Symbol.for('lantai.app')] as RunningApp | undefined,
		'pages are served by server/main.ts',
	);
}

/** What a machine interface answers at once: a request from another site's page, or from nobody. */
function refused(request: Request, url: URL, isSignedIn: boolean): Response | undefined {
	const origin = request.headers.get('origin');
	if (!READS.includes(request.method) && origin !== null && origin !== url.origin)
		return refusal('permissions.foreign-origin', 403);
	if (url.pathname.startsWith('/api/') && url.pathname !== SIGN_IN && !isSignedIn)
		return refusal('permissions.sign-in', 401);
	return undefined;
}

/** Leads a visitor to the set-up or the sign-in, whichever is needed, and away from them when they are not. */
async function whereTo(app: RunningApp, url: URL, isSignedIn: boolean): Promise<undefined> {
	if (TRUST_PAGES.includes(url.pathname)) return;
	if (!setUp.has(app)) {
		if (!(await app.administration.isSetUp())) {
			if (url.pathname !== '/setup') redirect(303, '/setup');
			return;
		}
		setUp.add(app);
	}
	if (url.pathname === '/setup') redirect(303, '/');
	if (isSignedIn || url.pathname === SIGN_IN || OPEN_PAGES.includes(url.pathname)) return;
	const next = url.pathname + url.search;
	redirect(303, next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`);
}

function nameOf(cookie: string): string {
	return cookie.split('=', 1)[0] as string;
}

function refusal(code: string, status: number): Response {
	return json({ refusal: { code, params: {} } }, { status });
}
