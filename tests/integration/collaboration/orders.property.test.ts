import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createId, type EntryId } from '#domain/base/ids.ts';
import type { FieldValue } from '#domain/catalogue/entry.ts';
import type { OrderRule } from '#domain/collaboration/orders.ts';
import { isRefusal } from '#domain/base/refusal.ts';
import { personOf } from '#tests/support/conflicts.ts';
import { aMadeEntry } from '#tests/support/entries.ts';
import { by, fieldsOf } from '#tests/support/orders.ts';
import { startTestServer } from '#tests/support/server.ts';

const ENTRIES = 4;
const FIELDS = ['title', 'documentNumber', 'creators'] as const;
const words = fc.constantFrom('', '区府', '区政府', '县府甲', '区府区府');
const maybe = fc.option(words, { nil: undefined });

const anEntry = fc.record({ title: words, documentNumber: maybe, creator: maybe, second: maybe });
/** Of the entries by their places. */
const aRule = fc.oneof(
	fc.record({
		kind: fc.constant('set' as const),
		field: fc.constantFrom(...FIELDS),
		value: words,
		where: fc.option(fc.record({ field: fc.constantFrom(...FIELDS), contains: words }), { nil: undefined }),
	}),
	fc.record({
		kind: fc.constant('replace' as const),
		field: fc.constantFrom(...FIELDS),
		words: fc.constantFrom('区府', '县', '府'),
		by: words,
	}),
	fc.record({
		kind: fc.constant('rows' as const),
		rows: fc.uniqueArray(
			fc.record({ at: fc.nat(ENTRIES - 1), field: fc.constantFrom('title', 'documentNumber'), value: words }),
			{ maxLength: 4, selector: ({ at, field }) => `${at} ${field}` },
		),
	}),
);
const anEdit = fc.record({
	at: fc.nat(ENTRIES - 1),
	field: fc.constantFrom('title', 'documentNumber', 'creators#1'),
	value: fc.constantFrom('后来', '区府', '区政府'),
	when: fc.constantFrom('before', 'between'),
});

it('applied and taken back, any order leaves every entry as it was, but for what somebody set in between', async () => {
	const { app } = await startTestServer();
	const [proposer, checker] = [await personOf(app, '提', 'reviewer'), await personOf(app, '审', 'reviewer')];
	const editor = await personOf(app, '改');
	const actor = { id: editor.id, name: editor.name, via: null };
	const valueOf = (field: string, text: string): FieldValue =>
		field.includes('#') ? { order: 'a0', text } : text;

	await fc.assert(
		fc.asyncProperty(
			fc.array(anEntry, { minLength: ENTRIES, maxLength: ENTRIES }),
			aRule,
			fc.array(anEdit, { maxLength: 3 }),
			async (entries, given, edits) => {
				const fonds = await aMadeEntry(app, { title: '全宗', level: 'fonds' });
				const ids: EntryId[] = [];
				for (const { title, documentNumber, creator, second } of entries)
					ids.push(
						await aMadeEntry(app, {
							title,
							parentId: fonds,
							fields: {
								...(documentNumber === undefined ? {} : { documentNumber }),
								...(creator === undefined ? {} : { 'creators#1': { order: 'a0', text: creator } }),
								...(second === undefined ? {} : { 'creators#2': { order: 'a1', text: second } }),
							},
						}),
					);
				const rule: OrderRule =
					given.kind === 'rows'
						? { kind: 'rows', rows: given.rows.map((row) => ({ ...row, entry: ids[row.at] as EntryId })) }
						: { ...given, under: fonds };
				const made = await app.orders
					.create(by(proposer), rule, createId<string>())
					.catch((error: unknown) => {
						if (isRefusal(error) && error.code === 'collaboration.order-empty') return undefined;
						throw error;
					});
				if (!made) return;
				const edit = async (when: string): Promise<void> => {
					for (const { at, field, value } of edits.filter((each) => each.when === when))
						await app.collaboration.setField(ids[at] as EntryId, field, valueOf(field, value), actor);
				};
				await edit('before');
				const all = [fonds, ...ids];
				const before = await Promise.all(all.map((id) => fieldsOf(app, id)));
				await app.orders.decide(by(checker), made.id, 'approve', '');
				await edit('between');
				const expected = structuredClone(before) as Record<string, FieldValue>[];
				for (const { at, field, value, when } of edits)
					if (when === 'between')
						(expected[at + 1] as Record<string, FieldValue>)[field] = valueOf(field, value);
				await app.orders.undo(by(checker), made.id, '');
				expect(await Promise.all(all.map((id) => fieldsOf(app, id)))).toEqual(expected);
			},
		),
		{ numRuns: process.env['LANTAI_TEST_LONG'] ? 300 : 30 },
	);
}, 600_000);
