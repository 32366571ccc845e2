import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { Actor } from '#domain/base/actor.ts';
import { isRefusal } from '#domain/base/refusal.ts';
import { richTextOf } from '#domain/catalogue/rich-text.ts';
import { bodyOf, buildEntryDoc, writeMeta } from '#sync/entry-doc.ts';
import { fieldValuesOf, setField } from '#sync/field-values.ts';
import { fillFragment } from '#sync/rich-text-fragment.ts';
import { DocGate } from './doc-gate.ts';
import { judgeEntry } from './entry-rules.ts';

const ann: Actor = { id: 'person-1', name: '甲', via: null };
const AT = '2026-01-02T03:04:05.000Z';
let next = 0;
const setting = (by = ann.id) => ({ id: `e${++next}`, by, at: AT });

/** A live document of a synthetic entry, a client's copy of it, and the gate before it. */
function aLiveEntry() {
	const live = new Y.Doc();
	writeMeta(live, { schema: 1, profile: 'dat18' });
	buildEntryDoc(
		live,
		{
			level: 'item',
			parentId: null,
			order: 'a0',
			fields: { title: '通知', pageCount: 3 },
			bodies: { note: richTextOf('合成') },
		},
		{ by: 'import', at: AT, via: 'import', newElementId: () => `i${++next}` },
	);
	const client = new Y.Doc();
	Y.applyUpdate(client, Y.encodeStateAsUpdate(live));
	return { live, client, gate: new DocGate(live, judgeEntry) };
}

function updateOf(doc: Y.Doc, edit: () => void): Uint8Array {
	const before = Y.encodeStateVector(doc);
	const deletedBefore = Y.encodeStateAsUpdate(doc);
	let update: Uint8Array | undefined;
	const listen = (each: Uint8Array): void => {
		update = update ? Y.mergeUpdates([update, each]) : each;
	};
	doc.on('update', listen);
	edit();
	doc.off('update', listen);
	return update ?? Y.diffUpdate(deletedBefore, before);
}

function codeOf(run: () => unknown): string {
	try {
		run();
	} catch (error) {
		if (isRefusal(error)) return error.code;
		throw error;
	}
	return 'taken';
}

describe('what an update may do', () => {
	it('takes a setting and says what it replaced', () => {
		const { client, gate } = aLiveEntry();
		const update = updateOf(client, () =>
			setField(fieldValuesOf(client), 'title', '沧浦县教育局通知', setting()),
		);
		const checked = gate.check(update, ann);
		expect(checked?.changes).toEqual([
			expect.objectContaining({
				field: 'title',
				fromValues: '["通知"]',
				toValue: '"沧浦县教育局通知"',
				claimedBy: ann.id,
				claimedAt: AT,
			}),
		]);
	});

	it('tells of settings that were replaced before they could be sent', () => {
		const { client, gate } = aLiveEntry();
		const update = updateOf(client, () => {
			for (const value of ['一改', '二改', '三改'])
				setField(fieldValuesOf(client), 'title', value, setting());
			setField(fieldValuesOf(client), 'pageCount', 4, setting());
		});
		const told = gate.check(update, ann)?.changes.map(({ fromValues, toValue }) => [fromValues, toValue]);
		expect(told).toHaveLength(4);
		expect(told).toEqual(
			expect.arrayContaining([
				['["通知"]', '"一改"'],
				['["一改"]', '"二改"'],
				['["二改"]', '"三改"'],
				['[3]', '4'],
			]),
		);
		const foreign = updateOf(client, () => {
			setField(fieldValuesOf(client), 'title', '别人的', setting('person-2'));
			setField(fieldValuesOf(client), 'title', '自己的', setting());
		});
		expect(codeOf(() => gate.check(foreign, ann))).toBe('collaboration.foreign-author');
	});

	it('takes a whole state as a beginning, long texts and meta too', () => {
		const { live } = aLiveEntry();
		const checked = new DocGate(new Y.Doc(), judgeEntry).check(Y.encodeStateAsUpdate(live), ann, 'beginning');
		expect(checked?.changes.map(({ field }) => field)).toContain('title');
	});

	it('takes long text of the profile', () => {
		const { client, gate } = aLiveEntry();
		const update = updateOf(client, () =>
			fillFragment(bodyOf(client, 'scopeAndContent'), richTextOf('范围')),
		);
		expect(gate.check(update, ann)?.changes).toEqual([]);
	});

	it('finds nothing new in what it knows, the whole delete set included', () => {
		const { live, client, gate } = aLiveEntry();
		const update = updateOf(client, () => setField(fieldValuesOf(client), 'title', '新', setting()));
		expect(gate.check(update, ann)).toBeDefined();
		Y.applyUpdate(live, update);
		gate.settle(update, true);
		expect(gate.check(Y.encodeStateAsUpdate(client), ann)).toBeUndefined();
	});

	const refusals: readonly [string, string, (client: Y.Doc) => void][] = [
		['a client that writes meta', 'collaboration.foreign-type', (doc) => doc.getMap('meta').set('schema', 2)],
		[
			'a client that deletes meta',
			'collaboration.foreign-type',
			(doc) => doc.getMap('meta').delete('profile'),
		],
		['an unknown top-level map', 'collaboration.foreign-type', (doc) => doc.getMap('evil').set('a', 1)],
		['an unknown top-level array', 'collaboration.foreign-type', (doc) => doc.getArray('evil').push([1])],
		[
			'a long text the profile does not know',
			'collaboration.foreign-type',
			(doc) => fillFragment(doc.getXmlFragment('body:evil'), richTextOf('x')),
		],
		[
			'a long text that is a one-line field',
			'collaboration.foreign-type',
			(doc) => fillFragment(doc.getXmlFragment('body:title'), richTextOf('x')),
		],
		[
			'a deletion without a value',
			'collaboration.deletion-without-value',
			(doc) => fieldValuesOf(doc).delete(4, 1),
		],
		[
			'the name of somebody else',
			'collaboration.foreign-author',
			(doc) => void setField(fieldValuesOf(doc), 'title', 'x', setting('person-2')),
		],
		[
			'an element without a field',
			'collaboration.bad-element',
			(doc) => fieldValuesOf(doc).push([{ id: 'x', value: 1, by: ann.id, at: AT } as never]),
		],
		[
			'a shared type among the elements',
			'collaboration.bad-element',
			(doc) => fieldValuesOf(doc).push([new Y.Map() as never]),
		],
		[
			'a time that is none',
			'collaboration.bad-element',
			(doc) => fieldValuesOf(doc).push([{ id: 'x', field: 'title', value: 1, by: ann.id, at: 'soon' }]),
		],
		[
			'a parent that is no id',
			'collaboration.bad-element',
			(doc) => void setField(fieldValuesOf(doc), 'parent', 'root', setting()),
		],
		[
			'a status that is none',
			'collaboration.bad-element',
			(doc) => void setField(fieldValuesOf(doc), 'status', 'burnt', setting()),
		],
		[
			'an id used twice',
			'collaboration.bad-element',
			(doc) =>
				fieldValuesOf(doc).push([
					{ id: 'same', field: 'year', value: 1, by: ann.id, at: AT },
					{ id: 'same', field: 'itemNumber', value: '1', by: ann.id, at: AT },
				]),
		],
		[
			'a value of 100 kB',
			'collaboration.bad-element',
			(doc) => void setField(fieldValuesOf(doc), 'title', 'x'.repeat(100_000), setting()),
		],
	];
	it.each(refusals)('refuses %s', (_, code, edit) => {
		const { client, gate, live } = aLiveEntry();
		const update = updateOf(client, () => edit(client));
		const before = Y.encodeStateAsUpdate(live);
		expect(codeOf(() => gate.check(update, ann))).toBe(code);
		expect(Y.encodeStateAsUpdate(live)).toEqual(before);
		expect(gate.isBusy).toBe(false);
	});

	it('refuses bytes that are no update', () => {
		const { gate } = aLiveEntry();
		for (const bytes of [new Uint8Array([1, 2, 3]), new Uint8Array(0), new Uint8Array(50).fill(255)])
			expect(codeOf(() => gate.check(bytes, ann))).toBe('collaboration.malformed-update');
	});

	it('refuses more than a mebibyte', () => {
		const { gate } = aLiveEntry();
		expect(codeOf(() => gate.check(new Uint8Array(1024 * 1024 + 1), ann))).toBe(
			'collaboration.update-too-large',
		);
	});

	it('refuses an update that builds on what was never sent', () => {
		const { client, gate } = aLiveEntry();
		updateOf(client, () => setField(fieldValuesOf(client), 'title', '一', setting()));
		const second = updateOf(client, () => setField(fieldValuesOf(client), 'title', '二', setting()));
		expect(codeOf(() => gate.check(second, ann))).toBe('collaboration.missing-history');
	});

	it('judges the next update as if the refused one had never come', () => {
		const { client, gate, live } = aLiveEntry();
		const bad = new Y.Doc();
		Y.applyUpdate(bad, Y.encodeStateAsUpdate(live));
		const foreign = updateOf(bad, () => bad.getMap('meta').set('profile', 'isad'));
		expect(codeOf(() => gate.check(foreign, ann))).toBe('collaboration.foreign-type');
		const good = updateOf(client, () => setField(fieldValuesOf(client), 'title', '好', setting()));
		expect(gate.check(good, ann)?.changes).toHaveLength(1);
	});

	it('refuses a value in an encoding that no editor writes, which a scan for moves would miss', () => {
		for (const encoding of ['json', 'embed'] as const) {
			const { client, gate } = aLiveEntry();
			const fields = fieldValuesOf(client);
			const element = { ...setting(), field: 'parent', value: null };
			const update = updateOf(client, () =>
				client.transact((transaction) => {
					const { clientID, store } = client;
					new Y.Item(
						Y.createID(clientID, Y.getState(store, clientID)),
						null,
						null,
						null,
						null,
						fields,
						null,
						encoding === 'json' ? new Y.ContentJSON([element]) : new Y.ContentEmbed(element),
					).integrate(transaction, 0);
				}),
			);
			expect(codeOf(() => gate.check(update, ann))).toBe('collaboration.bad-element');
		}
	});

	it.each(['fields', 'body:note'])('refuses what is put under a key of the list %s', (name) => {
		const { live, gate } = aLiveEntry();
		const client = new Y.Doc();
		Y.applyUpdate(client, Y.encodeStateAsUpdate(live));
		const update = updateOf(client, () => void client.getMap(name).set('hidden', 'x'.repeat(1000)));
		expect(codeOf(() => gate.check(update, ann))).toBe('collaboration.foreign-type');
	});

	it('keeps updates under way apart from one that is refused meanwhile', () => {
		const { client, gate, live } = aLiveEntry();
		const first = updateOf(client, () => setField(fieldValuesOf(client), 'title', '一', setting()));
		gate.check(first, ann);
		expect(gate.isBusy).toBe(true);
		expect(codeOf(() => gate.check(new Uint8Array([9]), ann))).toBe('collaboration.malformed-update');
		const second = updateOf(client, () => setField(fieldValuesOf(client), 'title', '二', setting()));
		expect(gate.check(second, ann)?.changes[0]?.fromValues).toBe('["一"]');
		Y.applyUpdate(live, first);
		gate.settle(first, true);
		Y.applyUpdate(live, second);
		gate.settle(second, true);
		expect(gate.isBusy).toBe(false);
	});
});
