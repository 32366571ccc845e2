import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { entryDocName } from '#sync/entry-doc.ts';
import { fieldValuesOf, setField } from '#sync/field-values.ts';
import { awarenessFrame, named, syncFrame, type Endpoint } from './raw-socket.ts';

/** A number below a limit, the same ones in the same order for a seed. */
export type Random = (limit: number) => number;

/** Mulberry32: enough to choose what to break. */
export function randomFrom(seed: number): Random {
	let state = seed >>> 0;
	return (limit) => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
	};
}

/** What a client of an endpoint may have to say of its document, framed well; some of it is broken inside. */
export function goodFrames(
	endpoint: Endpoint,
	parts: {
		readonly doc: Y.Doc;
		readonly id: EntryId;
		/** Documents that the client has not opened. */
		readonly others: readonly string[];
		readonly by: string;
		readonly random: Random;
	},
): (() => Uint8Array)[] {
	const sync = (kind: number, payload: Uint8Array, name = entryDocName(parts.id)): Uint8Array =>
		named(endpoint, name, syncFrame(kind, payload));
	/** An edit that nobody has seen. */
	const update = (): Uint8Array => {
		const copy = new Y.Doc();
		Y.applyUpdate(copy, Y.encodeStateAsUpdate(parts.doc));
		const before = Y.encodeStateVector(copy);
		setField(fieldValuesOf(copy), 'title', '敌意', {
			id: createId<string>(),
			by: parts.by,
			at: new Date().toISOString(),
		});
		return Y.encodeStateAsUpdate(copy, before);
	};
	const awareness = (state: unknown): Uint8Array =>
		named(endpoint, entryDocName(parts.id), awarenessFrame(4711, 1, state));
	const kind = (type: number, ...texts: string[]): Uint8Array =>
		named(
			endpoint,
			entryDocName(parts.id),
			encoding.encode((encoder) => {
				encoding.writeVarUint(encoder, type);
				for (const text of texts) encoding.writeVarString(encoder, text);
			}),
		);
	return [
		() => sync(0, Y.encodeStateVector(parts.doc)),
		() => sync(1, Y.encodeStateAsUpdate(parts.doc)),
		() => sync(2, update()),
		() => sync(2, mutated(update(), update(), parts.random)),
		() => sync(1, mutated(update(), Y.encodeStateAsUpdate(parts.doc), parts.random)),
		() => sync(0, mutated(Y.encodeStateVector(parts.doc), update(), parts.random)),
		() => awareness({ field: 'title' }),
		() => awareness(null),
		() => kind(3),
		() => kind(5, '{"type":"barrier","n":1}'),
		() => kind(6, 'to everybody'),
		() => kind(7, 'close'),
		...parts.others.map((name) => () => sync(2, update(), name)),
	];
}

/** Breaks a frame in one to four ways. */
export function mutated(frame: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
	let bytes = [...frame];
	for (let times = 1 + random(4); times > 0; times--) {
		const at = random(bytes.length + 1);
		switch (random(8)) {
			case 0:
				if (at < bytes.length) bytes[at] = (bytes[at] as number) ^ (1 << random(8));
				break;
			case 1:
				if (at < bytes.length) bytes[at] = random(256);
				break;
			case 2:
				bytes = bytes.slice(0, at);
				break;
			case 3:
				bytes.splice(at, 1 + random(8));
				break;
			case 4:
				bytes.splice(at, 0, ...Array.from({ length: 1 + random(16) }, () => random(256)));
				break;
			case 5:
				// A length or clock that is far too large.
				bytes.splice(at, 0, 255, 255, 255, 255, 255, 255, 255, 15);
				break;
			case 6:
				bytes = [...bytes.slice(0, at), ...other.slice(random(other.length + 1))];
				break;
			default:
				bytes.splice(at, 0, ...bytes.slice(random(bytes.length + 1), at));
		}
	}
	return Uint8Array.from(bytes);
}
