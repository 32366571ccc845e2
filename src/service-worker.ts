/// <reference no-default-lib="true"/>
/// <reference lib="esnext" />
/// <reference lib="webworker" />
/// <reference types="@sveltejs/kit" />
import { build, files, version } from '$service-worker';

/**
 * Keeps the app, so that it opens without the server on any address of the workspace. Documents, rows and everything
 * else below /api are the device store's; this worker never touches them.
 */
const worker = globalThis as unknown as ServiceWorkerGlobalScope;

const PREFIX = 'lantai-app-';
const CACHE = `${PREFIX}${version}`;
/** The page that starts the app, whatever the address. */
const SHELL = '/app-shell';
const ASSETS = new Set([...build, ...files]);
const UNTOUCHED = ['/api/', '/collab', '/yjs/', '/healthz', '/service-worker.js'];
/** Pages that only the server can give. */
const SERVER_PAGES = ['/sign-in', '/setup', '/trust'];
/** A server that does not answer a page by then is taken to be away. */
const PAGE_TIMEOUT_MS = 5000;

worker.addEventListener('install', (event) => {
	event.waitUntil(
		(async () => {
			const cache = await caches.open(CACHE);
			await cache.addAll([...ASSETS]);
			await cache.add(new Request(SHELL, { cache: 'reload' }));
		})(),
	);
});

worker.addEventListener('activate', (event) => {
	event.waitUntil(
		(async () => {
			// Tabs of the version before may still ask for parts of it: that one stays, older ones go.
			const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
			for (const name of others.slice(0, -1)) await caches.delete(name);
			await worker.clients.claim();
		})(),
	);
});

worker.addEventListener('message', (event) => {
	if (event.data === 'take-over') void worker.skipWaiting();
	else if (event.data === 'claim') event.waitUntil(worker.clients.claim());
});

worker.addEventListener('fetch', (event) => {
	const { request } = event;
	const url = new URL(request.url);
	if (request.method !== 'GET' || url.origin !== location.origin) return;
	if (UNTOUCHED.some((path) => url.pathname.startsWith(path))) return;
	if (request.mode === 'navigate') {
		if (!SERVER_PAGES.some((path) => url.pathname.startsWith(path))) event.respondWith(page(request));
	} else if (ASSETS.has(url.pathname) || url.pathname.startsWith('/_app/immutable/'))
		event.respondWith(asset(request));
});

async function page(request: Request): Promise<Response> {
	try {
		const response = await fetch(request, { signal: AbortSignal.timeout(PAGE_TIMEOUT_MS) });
		// What a proxy says while the server behind it is away.
		if (![502, 503, 504].includes(response.status)) return response;
	} catch {
		// Not reached: the app says so itself, and opens what the device keeps.
	}
	return (await caches.match(SHELL)) ?? Response.error();
}

async function asset(request: Request): Promise<Response> {
	return (await caches.match(request)) ?? fetch(request);
}
