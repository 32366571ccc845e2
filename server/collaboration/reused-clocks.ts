import * as Y from 'yjs';
import { Refusal } from '#domain/base/refusal.ts';
import { itemsOf } from './doc-items.ts';

type Struct = ReturnType<typeof Y.decodeUpdate>['structs'][number];

/** Yjs leaves it where a character was cut in two. */
const CUT = '\ufffd';

/**
 * Refuses what was written under places of a client id at which the document holds something else: a script that
 * always takes the same client id, or somebody who takes another's. Yjs knows these places and passes over them, so
 * the work would be acknowledged and be nowhere. What is deleted on either side cannot be compared, and passes.
 * @throws {Refusal} 'collaboration.reused-clock'
 */
export function refuseReusedClocks(doc: Y.Doc, structs: readonly Struct[]): void {
	for (const struct of structs) {
		if (!(struct instanceof Y.Item)) continue;
		const { client, clock } = struct.id;
		const end = Math.min(clock + struct.length, Y.getState(doc.store, client));
		if (clock >= end) continue;
		for (const known of itemsOf(doc, client, clock, end)) {
			const from = Math.max(clock, known.id.clock);
			const length = Math.min(end, known.id.clock + known.length) - from;
			if (!saySame(struct.content, from - clock, known.content, from - known.id.clock, length))
				throw new Refusal('collaboration.reused-clock', { client });
		}
	}
}

function saySame(
	one: Y.Item['content'],
	oneFrom: number,
	other: Y.Item['content'],
	otherFrom: number,
	length: number,
): boolean {
	if (one instanceof Y.ContentDeleted || other instanceof Y.ContentDeleted) return true;
	if (one.getRef() !== other.getRef()) return false;
	if (one instanceof Y.ContentString && other instanceof Y.ContentString)
		return isSameText(one.str.substr(oneFrom, length), other.str.substr(otherFrom, length));
	if (one instanceof Y.ContentFormat && other instanceof Y.ContentFormat)
		return one.key === other.key && isSame(one.value, other.value);
	if (one instanceof Y.ContentType && other instanceof Y.ContentType)
		return one.type.constructor === other.type.constructor;
	return isSame(
		one.getContent().slice(oneFrom, oneFrom + length),
		other.getContent().slice(otherFrom, otherFrom + length),
	);
}

function isSame(one: unknown, other: unknown): boolean {
	return JSON.stringify(one) === JSON.stringify(other);
}

function isSameText(one: string, other: string): boolean {
	if (one === other) return true;
	for (let at = 0; at < one.length; at++)
		if (one[at] !== other[at] && one[at] !== CUT && other[at] !== CUT) return false;
	return one.length === other.length;
}
