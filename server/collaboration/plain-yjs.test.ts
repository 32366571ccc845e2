import * as encoding from 'lib0/encoding';
import { describe, expect, it } from 'vitest';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { PlainYjs } from './plain-yjs.ts';

const NAME = 'presence:archive';

function aDialect(awareness?: Awareness): {
	dialect: PlainYjs;
	closed: [number, string][];
	sent: Uint8Array[];
} {
	const closed: [number, string][] = [];
	const sent: Uint8Array[] = [];
	const dialect = new PlainYjs({
		docName: NAME,
		token: 'lt_synthetic',
		awareness: () => awareness,
		send: (frame) => sent.push(frame),
		close: (code, reason) => closed.push([code, reason]),
	});
	return { dialect, closed, sent };
}

/** A frame as Hocuspocus sends it. */
function named(kind: number, ...rest: (number | string)[]): Uint8Array {
	return encoding.encode((encoder) => {
		encoding.writeVarString(encoder, NAME);
		encoding.writeVarUint(encoder, kind);
		for (const each of rest)
			if (typeof each === 'string') encoding.writeVarString(encoder, each);
			else encoding.writeVarUint(encoder, each);
	});
}

describe('PlainYjs', () => {
	it('proves with the first frame who joins which document', () => {
		expect(aDialect().dialect.opening()).toEqual(named(2, 0, 'lt_synthetic'));
	});

	it('gives the document’s name to frames of the client, and takes it from those for the client', () => {
		const { dialect } = aDialect();
		expect(dialect.fromClient(Uint8Array.of(0, 2, 1, 7))).toEqual(named(0, 2, 1, 7));
		expect(dialect.toClient(named(1, 1, 7))).toEqual(Uint8Array.of(1, 1, 7));
		expect(dialect.toClient(named(4, 1, 7))).toEqual(Uint8Array.of(0, 1, 7));
	});

	it.each([5, 6, 8, 9, 10])('frames of kind %i mean nothing to a plain client', (kind) => {
		expect(aDialect().dialect.toClient(named(kind, 'x'))).toBeUndefined();
		expect(() => aDialect().dialect.fromClient(Uint8Array.of(kind, 0))).toThrow();
	});

	it.each([
		['permissions.bad-token', 4401],
		['permissions.sign-in', 4401],
		['permissions.denied', 4403],
		['collaboration.unknown-document', 4409],
		['permission-denied', 1011],
	])('who may not join for %s is closed with %i', (reason, code) => {
		const { dialect, closed } = aDialect();
		expect(dialect.toClient(named(2, 1, reason))).toBeUndefined();
		expect(closed).toEqual([[code, reason]]);
	});

	it('a document that is closed closes its socket', () => {
		const { dialect, closed } = aDialect();
		expect(dialect.toClient(named(7, 'Reset Connection'))).toBeUndefined();
		expect(closed).toEqual([[1011, 'Reset Connection']]);
	});

	it('what passes gets a code that y-websocket comes back from, what stands keeps its own', () => {
		const before = aDialect().dialect;
		expect([4401, 4403, 4408, 4409, 4413, 4503, 1001].map((code) => before.closeCode(code))).toEqual([
			4401, 4403, 4508, 4409, 4413, 4503, 1001,
		]);
		const joined = aDialect().dialect;
		joined.toClient(named(2, 2, 'read-write'));
		expect(joined.closeCode(4401)).toBe(4501);
	});

	it('takes nothing more from a socket that is closing', () => {
		const { dialect } = aDialect();
		dialect.closeCode(4403);
		expect(dialect.fromClient(Uint8Array.of(0, 0, 1, 0))).toBeUndefined();
	});

	it('tells who is present only to who has joined', () => {
		const awareness = new Awareness(new Y.Doc());
		const { dialect, sent } = aDialect(awareness);
		dialect.fromClient(Uint8Array.of(3));
		expect(sent).toEqual([]);
		dialect.toClient(named(2, 2, 'readonly'));
		dialect.fromClient(Uint8Array.of(3));
		expect(sent[0]?.[0]).toBe(1);
		awareness.destroy();
	});
});
