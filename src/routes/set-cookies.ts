import type { Cookies } from '@sveltejs/kit';

/** Passes cookies that another part wrote as header lines on to the answer of a form action. */
export function passCookies(cookies: Cookies, lines: readonly string[]): void {
	for (const line of lines) {
		const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
		const at = pair.indexOf('=');
		const given = new Map(
			attributes.map((attribute) => {
				const [name = '', value = ''] = attribute.split('=', 2);
				return [name.toLowerCase(), value] as const;
			}),
		);
		const maxAge = given.get('max-age');
		cookies.set(pair.slice(0, at), decodeURIComponent(pair.slice(at + 1)), {
			path: given.get('path') ?? '/',
			httpOnly: given.has('httponly'),
			secure: given.has('secure'),
			sameSite: 'lax',
			...(maxAge === undefined ? {} : { maxAge: Number(maxAge) }),
		});
	}
}
