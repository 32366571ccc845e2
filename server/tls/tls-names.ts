import { isIP } from 'node:net';
import type { networkInterfaces } from 'node:os';
import { domainToASCII } from 'node:url';

/** Host values that mean "every address of this machine". */
const WILDCARDS = ['0.0.0.0', '::', ''];

/** What decides under which names an archive is reached. */
export interface NameSources {
	/** Name of this machine. */
	readonly hostname: string;
	readonly interfaces: ReturnType<typeof networkInterfaces>;
	/** Address it listens on. */
	readonly host: string;
	/** Public origin, when one is set. */
	readonly origin: string | undefined;
	/** Further names the archive asks for. */
	readonly extra: readonly string[];
}

/** True for a host that stands for all addresses. */
export function isWildcard(host: string): boolean {
	return WILDCARDS.includes(host);
}

/** A name or address in the one way a certificate writes it; undefined for what can be neither. */
export function canonicalName(text: string): string | undefined {
	const given = text.trim().replace(/^\[(.*)\]$/, '$1');
	if (isIP(given) === 4) return given;
	if (isIP(given) === 6) return URL.parse(`http://[${given}]`)?.hostname.slice(1, -1);
	// What follows a name in a URL would be cut off in silence.
	if (/[\s/\\?#@:%]/.test(given)) return undefined;
	const name = domainToASCII(given.replace(/\.$/, '')).toLowerCase();
	return name.length <= 253 && /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/.test(name) ? name : undefined;
}

/** Addresses of this machine that others can reach, IPv4 first. Link-local IPv6 is left out: no URL can name it. */
export function lanAddresses(interfaces: NameSources['interfaces']): string[] {
	const found = Object.values(interfaces)
		.flatMap((each) => each ?? [])
		.filter((each) => !each.internal && !/^fe[89ab]/i.test(each.address));
	return [
		...found.filter((each) => each.family === 'IPv4'),
		...found.filter((each) => each.family === 'IPv6'),
	].flatMap((each) => canonicalName(each.address) ?? []);
}

/** Every name and address an archive is reached under, each once, sorted. */
export function namesServed({ hostname, interfaces, host, origin, extra }: NameSources): string[] {
	const name = canonicalName(hostname);
	const all = [
		...(name === undefined ? [] : isIP(name) ? [name] : [name, localName(name)]),
		'localhost',
		'127.0.0.1',
		'::1',
		...lanAddresses(interfaces),
		...[
			...(isWildcard(host) ? [] : [host]),
			...(origin === undefined ? [] : [new URL(origin).hostname]),
			...extra,
		].flatMap((each) => canonicalName(each) ?? []),
	];
	return [...new Set(all)].sort();
}

/** The name to tell people: the listening address, else what the archive asked for, else an address others reach. */
export function nameForPeople({ hostname, interfaces, host, extra }: NameSources): string {
	const first = [
		...(isWildcard(host) ? [] : [host]),
		...extra,
		...lanAddresses(interfaces),
		canonicalName(hostname),
	].find((each) => each !== undefined);
	return first ?? 'localhost';
}

/** The multicast name (mDNS) of a machine. */
function localName(name: string): string {
	return name.endsWith('.local') ? name : `${name.split('.', 1)[0]}.local`;
}
