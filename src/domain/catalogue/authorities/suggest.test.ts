import { beforeAll, describe, expect, it } from 'vitest';
import { array, assert, constantFrom, property, string } from 'fast-check';
import { authority, GOVERNMENT, recordOf, WATER } from './authorities.fixture.ts';
import { loadPinyin, type PinyinOf } from './pinyin.ts';
import { suggest, SuggestIndex } from './suggest.ts';

const BANK = recordOf('bank', authority({ names: [{ text: '沧浦银行' }] }));
const all = [GOVERNMENT, WATER, BANK];
let pinyinOf: PinyinOf;
let index: SuggestIndex;

beforeAll(async () => {
	pinyinOf = await loadPinyin();
	index = new SuggestIndex(all, pinyinOf);
});

function found(typed: string, day?: string, from = index) {
	return suggest(from, typed, { ...(day === undefined ? {} : { day }), limit: 10 }).map(
		({ written, isValid, dated, how, by }) => `${written}${isValid ? '' : '?'} < ${dated.text} ${how} ${by}`,
	);
}

describe('what is proposed while typing', () => {
	it('writes the name that was valid on the day, whatever was typed', () => {
		expect(found('水利', '20100101')).toEqual(['沧浦区水务局 < 县水利局 shortName text']);
		expect(found('水利', '1985')).toEqual(['沧浦县水利局 < 县水利局 shortName text']);
		expect(found('沧浦区水务', '1985')).toEqual(['沧浦县水利局 < 沧浦区水务局 name text']);
		expect(found('水利', '1900')).toEqual(['沧浦区水务局? < 县水利局 shortName text']);
	});

	it('puts first what was valid on the day, then what is whole, begun, inner', () => {
		expect(found('沧浦', '1985')).toEqual([
			'沧浦银行 < 沧浦银行 name text',
			'沧浦县水利局 < 沧浦县水利局 name text',
			'沧浦县人民政府 < 沧浦县人民政府 name text',
		]);
		expect(found('沧水', '20100101')).toEqual(['沧浦区水务局 < 沧水务 organCode text']);
		expect(found('水务局', '20100101')).toEqual(['沧浦区水务局 < 水务局 shortName text']);
	});

	it('finds by pinyin: whole, begun, first letters, mixed', () => {
		for (const typed of ['shuiwuju', 'swj', 'shuiwj', 'cpqswj', 'SHUIWU', "shui'wu", 'shui wu ju'])
			expect(found(typed, '20100101')[0], typed).toMatch(/^沧浦区水务局 < .*pinyin$/);
		expect(found('yinhang')).toEqual(['沧浦银行 < 沧浦银行 name pinyin']);
		expect(found('inhang')).toEqual([]);
		expect(found('shuiwuk')).toEqual([]);
		expect(found('qufu')[0]).toBe('沧浦区人民政府 < 区府 shortName pinyin');
	});

	it('finds letters wherever a syllable begins, and shares them out among syllables as needed', () => {
		const others = ['水上所', '市惠民中心'].map((text) => recordOf(text, authority({ names: [{ text }] })));
		const list = new SuggestIndex(others, pinyinOf);
		expect(found('suo', undefined, list)).toEqual(['水上所 < 水上所 name pinyin']);
		expect(found('shm', undefined, list)).toEqual(['市惠民中心 < 市惠民中心 name pinyin']);
		// One letter means the beginning.
		expect(found('m', undefined, list)).toEqual([]);
		expect(found('s', undefined, list).length).toBe(2);
	});

	it('proposes both names in the year of the change, by what was typed', () => {
		expect(found('县人民政', '2001')).toEqual(['沧浦县人民政府 < 沧浦县人民政府 name text']);
		expect(found('区人民政', '2001')).toEqual(['沧浦区人民政府 < 沧浦区人民政府 name text']);
	});

	it('takes a day that is none as no day', () => {
		expect(found('水利', '不详')).toEqual(found('水利'));
	});

	it('keeps to the limit, and finds nothing for nothing', () => {
		expect(suggest(index, '沧', { limit: 1 }).length).toBe(1);
		expect(found(' ')).toEqual([]);
		expect(suggest(index, '沧', { limit: 0 })).toEqual([]);
	});

	it('follows changes', () => {
		const changing = new SuggestIndex(all, pinyinOf);
		expect(found('shuiwu', undefined, changing).length).toBe(1);
		changing.put({ ...WATER, content: authority({ names: [{ text: '沧浦区河道局' }] }) });
		expect(found('shuiwu', undefined, changing)).toEqual([]);
		expect(found('hedao', undefined, changing)).toEqual(['沧浦区河道局 < 沧浦区河道局 name pinyin']);
		changing.put({ ...WATER, isWithdrawn: true });
		expect(found('河道', undefined, changing)).toEqual([]);
	});

	it('can be made ready step by step, before anybody types', () => {
		const many = Array.from({ length: 450 }, (_, at) =>
			recordOf(String(at), authority({ names: [{ text: `第${at}中学` }] })),
		);
		const asked: string[] = [];
		const stepwise = new SuggestIndex(many, (text) => {
			asked.push(text);
			return pinyinOf(text);
		});
		const steps: number[] = [];
		for (const _ of stepwise.prepare()) steps.push(asked.length);
		expect(steps).toEqual([200, 400, 450]);
		expect(found('449', undefined, stepwise)).toEqual(['第449中学 < 第449中学 name text']);
		expect(asked.length).toBe(450);
	});

	it('finds every text that holds what was typed, as looking at each would', () => {
		const texts = string({ unit: constantFrom('沧', '水', '局', 'a'), minLength: 1, maxLength: 5 });
		assert(
			property(array(texts, { minLength: 1, maxLength: 20 }), texts, (names, typed) => {
				const records = names.map((text, id) => recordOf(String(id), authority({ names: [{ text }] })));
				const ids = suggest(new SuggestIndex(records), typed, { limit: 50 }).map(({ id }) => id);
				const expected = records.filter(({ content }) => content.names[0]?.text.includes(typed));
				expect([...ids].sort()).toEqual(expected.map(({ id }) => id).sort());
			}),
		);
	});
});
