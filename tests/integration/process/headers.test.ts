import { expect, it } from 'vitest';
import { startTestServer } from '#tests/support/server.ts';

it('every answer says what a browser may do with it, pages with a nonce', async () => {
	const { origin } = await startTestServer();
	for (const path of ['/sign-in', '/healthz', '/nope', '/api/me', '/api/uploads', '/seal.svg']) {
		const { headers } = await fetch(origin + path, { redirect: 'manual' });
		expect(headers.get('x-content-type-options'), path).toBe('nosniff');
		expect(headers.get('content-security-policy'), path).toContain("frame-ancestors 'none'");
	}
	const page = await fetch(`${origin}/sign-in`);
	expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self' 'nonce-/);
});
