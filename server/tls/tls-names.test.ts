import { describe, expect, it } from 'vitest';
import { canonicalName, lanAddresses, nameForPeople, namesServed, type NameSources } from './tls-names.ts';

function anInterface(
	address: string,
	internal = false,
): NonNullable<NameSources['interfaces'][string]>[number] {
	const common = { address, netmask: '', mac: '', internal, cidr: null };
	return address.includes(':') ? { ...common, family: 'IPv6', scopeid: 0 } : { ...common, family: 'IPv4' };
}

const SOURCES: NameSources = {
	hostname: 'Reading-Room',
	interfaces: {
		lo: [anInterface('127.0.0.1', true), anInterface('::1', true)],
		eth0: [anInterface('fe80::1'), anInterface('2001:DB8:0:0::5'), anInterface('192.168.1.20')],
		eth1: [anInterface('10.0.0.7')],
	},
	host: '0.0.0.0',
	origin: undefined,
	extra: [],
};

describe('a name', () => {
	it.each([
		['Archive.Example.', 'archive.example'],
		['[2001:DB8::0:1]', '2001:db8::1'],
		['0:0:0:0:0:0:0:1', '::1'],
		['10.0.0.1', '10.0.0.1'],
		['档案馆.cn', 'xn--dyv4b290s.cn'],
		['my_host', 'my_host'],
	])('%s is written %s', (given, canonical) => {
		expect(canonicalName(given)).toBe(canonical);
	});

	it.each(['', 'a b', 'http://a', 'a/b', '*.example', 'a..b', 'x'.repeat(64)])('%j is none', (given) => {
		expect(canonicalName(given)).toBeUndefined();
	});
});

describe('names served', () => {
	it('are the machine, loopback and every address others reach', () => {
		expect(namesServed(SOURCES)).toEqual(
			[
				'reading-room',
				'reading-room.local',
				'localhost',
				'127.0.0.1',
				'::1',
				'192.168.1.20',
				'10.0.0.7',
				'2001:db8::5',
			].sort(),
		);
	});

	it('with the host, the origin and what the archive asks for', () => {
		const names = namesServed({
			...SOURCES,
			hostname: 'a.district.example',
			host: '10.9.9.9',
			origin: 'https://archive.example:8443',
			extra: ['档案馆.cn', 'localhost'],
		});
		expect(names).toEqual(
			expect.arrayContaining([
				'a.district.example',
				'a.local',
				'10.9.9.9',
				'archive.example',
				'xn--dyv4b290s.cn',
			]),
		);
		expect(names.filter((name) => name === 'localhost')).toHaveLength(1);
	});

	it('do not depend on the order of interfaces', () => {
		const { lo, eth0, eth1 } = SOURCES.interfaces;
		expect(namesServed({ ...SOURCES, interfaces: { eth1, eth0: eth0?.toReversed(), lo } })).toEqual(
			namesServed(SOURCES),
		);
	});

	it('a machine whose name cannot be one is served by its addresses', () => {
		expect(namesServed({ ...SOURCES, hostname: 'no name!' })).not.toContain(undefined);
	});
});

describe('the name told to people', () => {
	it('is the host, else what was asked for, else the first address, else the machine', () => {
		expect(nameForPeople({ ...SOURCES, host: '10.9.9.9', extra: ['a.example'] })).toBe('10.9.9.9');
		expect(nameForPeople({ ...SOURCES, extra: ['a.example'] })).toBe('a.example');
		expect(nameForPeople(SOURCES)).toBe('192.168.1.20');
		expect(nameForPeople({ ...SOURCES, interfaces: {} })).toBe('reading-room');
		expect(nameForPeople({ ...SOURCES, interfaces: {}, hostname: '' })).toBe('localhost');
	});

	it('leaves link-local addresses out', () => {
		expect(lanAddresses(SOURCES.interfaces)).toEqual(['192.168.1.20', '10.0.0.7', '2001:db8::5']);
	});
});
