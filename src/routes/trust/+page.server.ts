/** The page is read on devices that trust nothing yet, over plain HTTP too: no script. */
export const csr = false;

/** Systems with instructions of their own, in the order shown. */
const SYSTEMS = ['windows', 'uos', 'macos', 'linux', 'android', 'ios'] as const;
type System = (typeof SYSTEMS)[number];

export const load = ({ locals, url, request }) => {
	const { kind, root } = locals.app.tls;
	const own = systemOf(request.headers.get('user-agent') ?? '');
	return {
		kind,
		root: root && { name: root.name, sha256: root.sha256, sha1: root.sha1, until: root.until },
		systems: SYSTEMS.map((system) => ({ system, isOpen: system === own })),
		home: `https://${url.host}/`,
	};
};

/** What the browser says it runs on, to open the right instructions first. An iPad may call itself a Mac. */
function systemOf(userAgent: string): System | undefined {
	if (/UOS|Kylin/i.test(userAgent)) return 'uos';
	if (/Android/.test(userAgent)) return 'android';
	if (/iPhone|iPad/.test(userAgent)) return 'ios';
	if (/Windows/.test(userAgent)) return 'windows';
	if (/Macintosh/.test(userAgent)) return 'macos';
	return /Linux/.test(userAgent) ? 'linux' : undefined;
}
