import { describe, expect, it } from 'vitest';
import { anEntryRow } from '#tests/support/entry-rows.ts';
import type { TextQuery } from './full-text.ts';
import type { StorageFixture } from './storage.contract.ts';
import type { Storage } from './storage.ts';

const TEXTS: Readonly<Record<string, { readonly words: string; readonly chars: string }>> = {
	report: { words: '人民 民政 政府 工作 作报 报告 1987', chars: '人 民 政 府 工 作 报 告' },
	// The same bigrams in another order.
	other: { words: '政府 人民 民政 budget report', chars: '政 府 人 民' },
	letters: { words: 'budgets naïve a1b2 ພາສາ', chars: '' },
};

/** The acceptance suite of {@link Storage.fullText}. */
export function fullTextContract(setup: () => Promise<StorageFixture>): void {
	async function indexed(): Promise<Storage> {
		const storage = await (await setup()).open();
		await storage.batch(
			Object.entries(TEXTS).flatMap(([id, tokens]) => [
				storage.db.insertInto('entry').values(anEntryRow({ id })),
				...storage.fullText.upsert(id, tokens),
			]),
		);
		return storage;
	}
	async function find(
		storage: Storage,
		phrases: TextQuery['phrases'],
		chars: string[] = [],
	): Promise<string[]> {
		const rows = await storage.db
			.selectFrom('entry')
			.select('id')
			.where(storage.fullText.matches({ phrases, chars }))
			.orderBy('id')
			.execute();
		return rows.map(({ id }) => id);
	}

	describe('full text', () => {
		it('a phrase is adjacent tokens', async () => {
			const storage = await indexed();
			expect(await find(storage, [['人民', '民政']])).toEqual(['other', 'report']);
			expect(await find(storage, [['人民', '民政', '政府']])).toEqual(['report']);
			expect(await find(storage, [['政府'], ['人民']])).toEqual(['other', 'report']);
			expect(await find(storage, [['人民'], ['报告']])).toEqual(['report']);
		});

		it('a last token with * is the beginning of a word', async () => {
			const storage = await indexed();
			expect(await find(storage, [['budget']])).toEqual(['other']);
			expect(await find(storage, [['budget*']])).toEqual(['letters', 'other']);
			expect(await find(storage, [['budget', 'rep*']])).toEqual(['other']);
			expect(await find(storage, [['19*']])).toEqual(['report']);
		});

		it('single characters are looked up beside words', async () => {
			const storage = await indexed();
			expect(await find(storage, [], ['府'])).toEqual(['other', 'report']);
			expect(await find(storage, [['人民']], ['报'])).toEqual(['report']);
			// The other column does not count.
			expect(await find(storage, [['府']])).toEqual([]);
			expect(await find(storage, [], ['budget'])).toEqual([]);
		});

		it('an entry indexed anew is found by its new words only', async () => {
			const storage = await indexed();
			await storage.batch(storage.fullText.upsert('report', { words: '会议 议纪 纪要', chars: '会' }));
			expect(await find(storage, [['会议', '议纪']])).toEqual(['report']);
			expect(await find(storage, [['报告']])).toEqual([]);
			expect(await find(storage, [], ['府'])).toEqual(['other']);
		});

		it('an entry taken out is not found, also by one that takes its line', async () => {
			const storage = await indexed();
			const ids = Object.keys(TEXTS);
			const rows = await storage.db.selectFrom('entry').select('row_id').where('id', 'in', ids).execute();
			await storage.batch([
				...storage.fullText.remove(rows.map((row) => row.row_id)),
				storage.db.deleteFrom('entry').where('id', 'in', ids),
			]);
			await storage.db
				.insertInto('entry')
				.values(Array.from({ length: 5 }, (_, index) => anEntryRow({ id: `new${index}` })))
				.execute();
			expect(await find(storage, [['人民']])).toEqual([]);
			expect(await find(storage, [], ['民'])).toEqual([]);
		});

		it('rows and words are written together or not at all', async () => {
			const storage = await indexed();
			await expect(
				storage.batch([
					...storage.fullText.upsert('report', { words: 'gone', chars: '' }),
					storage.db.insertInto('entry').values(anEntryRow({ id: 'other' })),
				]),
			).rejects.toThrow(/unique/i);
			expect(await find(storage, [['gone']])).toEqual([]);
			expect(await find(storage, [['报告']])).toEqual(['report']);
		});

		it('refuses words for an entry that is not there, which nobody could take out again', async () => {
			const storage = await indexed();
			await expect(
				storage.batch(storage.fullText.upsert('none', { words: 'lost', chars: '' })),
			).rejects.toThrow();
			await expect(
				storage.bulk([{ sql: storage.fullText.bulkInsert, rows: [['lost', '', 'none']] }]),
			).rejects.toThrow();
			await storage.db
				.insertInto('entry')
				.values(anEntryRow({ id: 'next' }))
				.execute();
			expect(await find(storage, [['lost']])).toEqual([]);
		});

		it('signs of the query language are only signs', async () => {
			const storage = await indexed();
			for (const token of ['"', 'a"b', 'NOT', 'OR', 'words:x', '(', '^a', 'a\u0000b', '{chars}', '-', ''])
				expect(await find(storage, [['人民', token], [token]], [token])).toEqual([]);
		});

		it('a token stays one token, whatever its letters', async () => {
			const storage = await (await setup()).open();
			// Han of every extension, decomposed and vowel marks, letters newer than SQLite's tables, digits, signs.
			const letters = [
				'㐀',
				'𠀀',
				'𪜀',
				'𬺰',
				'𱍐',
				'〇',
				'々',
				'〡',
				'e\u0301',
				'ກໍ',
				'ꟴ',
				'𞤢',
				'٣',
				'①',
				'·',
				'―',
			];
			await storage.batch(
				letters.flatMap((letter, index) => [
					storage.db.insertInto('entry').values(anEntryRow({ id: `l${index}` })),
					...storage.fullText.upsert(`l${index}`, { words: `x${letter}y z`, chars: letter }),
				]),
			);
			for (const [index, letter] of letters.entries()) {
				expect(await find(storage, [[`x${letter}y`, 'z']])).toEqual([`l${index}`]);
				expect(await find(storage, [], [letter])).toContain(`l${index}`);
			}
			expect(await find(storage, [['y']])).toEqual([]);
			expect(await find(storage, [['x']])).toEqual([]);
		});
	});
}
