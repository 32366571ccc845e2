import { describe, expect, it } from 'vitest';
import type { EntryId, PersonId } from '../base/ids.ts';
import {
	can,
	canOpenLive,
	demand,
	type Action,
	type EntryThing,
	type Person,
	type Role,
	type Thing,
} from './permissions.ts';

const ACTIONS: readonly Action[] = [
	'see',
	'edit',
	'create',
	'delete',
	'export',
	'import',
	'administer',
	'verify',
];
const FONDS_A = '0190a0b0-0000-7000-8000-00000000000a' as EntryId;
const FONDS_B = '0190a0b0-0000-7000-8000-00000000000b' as EntryId;

function aPerson(role: Role, limits: Partial<Person> = {}): Person {
	return { id: 'p' as PersonId, name: '甲', role, fonds: null, accessStatuses: null, ...limits };
}

function anEntry(accessStatus = 'open', fondsId = FONDS_A): EntryThing {
	return { kind: 'entry', fondsId, accessStatus, isRegistered: false, isShown: true, isPurged: false };
}

const archive: Thing = { kind: 'archive' };
const anImport: Thing = { kind: 'import' };
const people: Thing = { kind: 'people' };
const settings: Thing = { kind: 'settings' };
const purge: Thing = { kind: 'purge' };
const store: Thing = { kind: 'store' };

/** All that is allowed; what is not in a line is refused. */
const MATRIX: readonly [string, Person, Thing, readonly Action[]][] = [
	[
		'administrator',
		aPerson('administrator'),
		anEntry(),
		['see', 'edit', 'create', 'delete', 'export', 'import'],
	],
	[
		'administrator',
		aPerson('administrator'),
		anEntry('restricted'),
		['see', 'edit', 'create', 'delete', 'export', 'import'],
	],
	['administrator', aPerson('administrator'), archive, ['create', 'export']],
	['administrator', aPerson('administrator'), anImport, ['see', 'import']],
	['administrator', aPerson('administrator'), people, ['administer']],
	['administrator', aPerson('administrator'), settings, ['administer']],
	['administrator', aPerson('administrator'), store, ['see', 'administer', 'verify', 'export']],

	['archivist', aPerson('archivist'), anEntry(), ['see', 'edit', 'create', 'delete', 'export', 'import']],
	[
		'archivist',
		aPerson('archivist'),
		anEntry('notReviewed'),
		['see', 'edit', 'create', 'delete', 'export', 'import'],
	],
	['archivist', aPerson('archivist'), archive, ['create', 'export']],
	['archivist', aPerson('archivist'), anImport, ['see', 'import']],
	['archivist', aPerson('archivist'), people, []],
	['archivist', aPerson('archivist'), settings, []],
	['archivist', aPerson('archivist'), store, ['see', 'verify', 'export']],
	['archivist', aPerson('archivist'), purge, ['see', 'create']],
	['archivist of no fonds', aPerson('archivist', { fonds: [] }), purge, []],
	['administrator', aPerson('administrator'), purge, ['see', 'create', 'decide']],
	['administrator of fonds A', aPerson('administrator', { fonds: [FONDS_A] }), purge, []],
	['a reading token', aPerson('administrator', { scopes: ['read'] }), purge, ['see']],
	['reviewer', aPerson('reviewer'), purge, []],
	['reader', aPerson('reader'), purge, []],
	['administrator', aPerson('administrator'), { ...anEntry(), isPurged: true }, ['see']],
	['reader', aPerson('reader'), { ...anEntry('open'), isPurged: true }, []],

	['reviewer', aPerson('reviewer'), anEntry(), ['see', 'export']],
	['reviewer', aPerson('reviewer'), anEntry('deferred'), ['see', 'export']],
	['reviewer', aPerson('reviewer'), archive, []],
	['reviewer', aPerson('reviewer'), anImport, []],
	['reviewer', aPerson('reviewer'), people, []],
	['reviewer', aPerson('reviewer'), settings, []],
	['reviewer', aPerson('reviewer'), store, ['see', 'verify', 'export']],

	['reader', aPerson('reader'), anEntry('open'), ['see', 'export']],
	['reader', aPerson('reader'), anEntry('structural'), ['see', 'export']],
	['reader', aPerson('reader'), anEntry('restricted'), []],
	['reader', aPerson('reader'), anEntry('deferred'), []],
	['reader', aPerson('reader'), anEntry('notReviewed'), []],
	['reader', aPerson('reader'), anEntry('a status nobody knows'), []],
	['reader', aPerson('reader'), { ...anEntry('open'), isShown: false }, []],
	[
		'archivist',
		aPerson('archivist'),
		{ ...anEntry(), isRegistered: true },
		['see', 'create', 'export', 'import'],
	],
	[
		'administrator',
		aPerson('administrator'),
		{ ...anEntry(), isRegistered: true },
		['see', 'create', 'export', 'import'],
	],
	['reader', aPerson('reader'), { ...anEntry(), isRegistered: true }, ['see', 'export']],
	['reader', aPerson('reader'), archive, []],
	['reader', aPerson('reader'), anImport, []],
	['reader', aPerson('reader'), people, []],
	['reader', aPerson('reader'), settings, []],
	['reader', aPerson('reader'), store, []],

	[
		'reader let see restricted',
		aPerson('reader', { accessStatuses: ['restricted'] }),
		anEntry('restricted'),
		['see', 'export'],
	],
	['reader let see restricted', aPerson('reader', { accessStatuses: ['restricted'] }), anEntry('open'), []],
	['reader let see nothing', aPerson('reader', { accessStatuses: [] }), anEntry('open'), []],

	[
		'archivist of fonds A',
		aPerson('archivist', { fonds: [FONDS_A] }),
		anEntry('open', FONDS_A),
		['see', 'edit', 'create', 'delete', 'export', 'import'],
	],
	['archivist of fonds A', aPerson('archivist', { fonds: [FONDS_A] }), anEntry('open', FONDS_B), []],
	['archivist of fonds A', aPerson('archivist', { fonds: [FONDS_A] }), archive, []],
	['archivist of fonds A', aPerson('archivist', { fonds: [FONDS_A] }), store, ['see', 'verify']],
	['administrator of fonds A', aPerson('administrator', { fonds: [FONDS_A] }), anEntry('open', FONDS_B), []],
	['administrator of fonds A', aPerson('administrator', { fonds: [FONDS_A] }), people, ['administer']],
	['archivist of no fonds', aPerson('archivist', { fonds: [] }), anEntry(), []],
	['reader of fonds A', aPerson('reader', { fonds: [FONDS_A] }), anEntry('open', FONDS_B), []],

	['a reading token', aPerson('archivist', { scopes: ['read'] }), anEntry(), ['see', 'export']],
	['a reading token', aPerson('administrator', { scopes: ['read'] }), people, []],
	['a reading token', aPerson('administrator', { scopes: ['read'] }), store, ['see', 'verify', 'export']],
	[
		'a writing token',
		aPerson('archivist', { scopes: ['write'] }),
		anEntry(),
		['edit', 'create', 'delete', 'import'],
	],
	[
		'a token for both',
		aPerson('archivist', { scopes: ['read', 'write'] }),
		anEntry(),
		['see', 'edit', 'create', 'delete', 'export', 'import'],
	],
	['a token without scopes', aPerson('administrator', { scopes: [] }), anEntry(), []],
	['a token of a reader', aPerson('reader', { scopes: ['read', 'write'] }), anEntry(), ['see', 'export']],
];

describe('who may do what', () => {
	for (const [who, person, thing, allowed] of MATRIX) {
		const what =
			thing.kind === 'entry'
				? `${thing.isPurged ? 'purged ' : ''}${thing.isRegistered ? 'registered ' : ''}${thing.isShown ? '' : 'unseen '}${thing.accessStatus} entry`
				: thing.kind;
		it(`${who} with ${what}: ${allowed.join(', ') || 'nothing'}`, () => {
			expect(ACTIONS.filter((action) => can(person, action, thing))).toEqual(
				ACTIONS.filter((action) => allowed.includes(action)),
			);
		});
	}

	it('nobody may do nothing', () => {
		for (const thing of [anEntry(), archive, anImport, people, settings, store])
			expect(ACTIONS.filter((action) => can(undefined, action, thing))).toEqual([]);
	});
});

describe('demand', () => {
	it('asks nobody to sign in, and tells somebody no', () => {
		expect(() => demand(undefined, 'see', anEntry())).toThrow('permissions.sign-in');
		expect(() => demand(aPerson('reader'), 'edit', anEntry())).toThrow('permissions.denied');
		expect(() => demand(aPerson('archivist'), 'edit', anEntry())).not.toThrow();
	});

	it('says that an entry is registered to who could edit it otherwise', () => {
		const registered = { ...anEntry(), isRegistered: true };
		expect(() => demand(aPerson('archivist'), 'edit', registered)).toThrow('permissions.registered');
		expect(() => demand(aPerson('reader'), 'edit', registered)).toThrow('permissions.denied');
	});
});

describe('the live document', () => {
	it('is for those who may see the whole entry, never for readers', () => {
		expect(canOpenLive(aPerson('reader'), anEntry())).toBe(false);
		expect(canOpenLive(undefined, anEntry())).toBe(false);
		expect(canOpenLive(aPerson('reviewer'), anEntry('restricted'))).toBe(true);
		expect(canOpenLive(aPerson('archivist', { fonds: [FONDS_A] }), anEntry('open', FONDS_B))).toBe(false);
	});
});

describe('correction orders', () => {
	const orders: Thing = { kind: 'orders' };
	const allowed = (person: Person): Action[] =>
		[...ACTIONS, 'comment' as const, 'decide' as const].filter((action) => can(person, action, orders));

	it('are for everybody who may comment; readers know nothing of them', () => {
		for (const role of ['administrator', 'archivist', 'reviewer'] as const)
			expect(allowed(aPerson(role))).toEqual(['see', 'comment', 'decide']);
		expect(allowed(aPerson('reader'))).toEqual([]);
	});

	it('are only read with a token that only reads', () => {
		expect(allowed(aPerson('reviewer', { scopes: ['read'] }))).toEqual(['see']);
	});
});

describe('checks', () => {
	const someone = (role: Person['role']): Person => ({
		id: 'p' as Person['id'],
		name: 'p',
		role,
		fonds: null,
		accessStatuses: null,
	});

	it('are for everybody but readers', () => {
		for (const role of ['administrator', 'archivist', 'reviewer'] as const)
			for (const action of ['see', 'edit'] as const)
				expect(can(someone(role), action, { kind: 'checks' })).toBe(true);
		expect(can(someone('reader'), 'see', { kind: 'checks' })).toBe(false);
		expect(can(someone('administrator'), 'delete', { kind: 'checks' })).toBe(false);
	});

	it('are the only way to exceptions: as records of a register nobody writes them', () => {
		expect(can(someone('administrator'), 'edit', { kind: 'register', register: 'exception' })).toBe(false);
		expect(can(someone('reviewer'), 'see', { kind: 'register', register: 'exception' })).toBe(true);
	});

	it('quote entries of all fonds: the register of them is not for who works with some', () => {
		for (const role of ['administrator', 'archivist', 'reviewer'] as const)
			expect(
				can({ ...someone(role), fonds: [FONDS_A] }, 'see', { kind: 'register', register: 'exception' }),
			).toBe(false);
		expect(
			can({ ...someone('reviewer'), fonds: [FONDS_A] }, 'see', { kind: 'register', register: 'fonds' }),
		).toBe(true);
	});
});
