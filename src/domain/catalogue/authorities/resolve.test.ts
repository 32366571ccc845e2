import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authority, GOVERNMENT, recordOf, WATER } from './authorities.fixture.ts';
import { AuthorityIndex } from './authority-index.ts';
import { creatorParts } from './creator-parts.ts';
import { decideShortForm, repairOf } from './resolve.ts';

const OFFICE = recordOf('office', authority({ names: [{ text: '县委、县府办公室' }] }));
const FINANCE = recordOf(
	'finance',
	authority({ names: [{ text: '沧浦区财政局', from: '1990' }], shortNames: [{ text: '财政局' }] }),
);
const lookup = new AuthorityIndex([WATER, GOVERNMENT, OFFICE, FINANCE]);

function repaired(text: string, day?: string, list = lookup) {
	const repair = repairOf(text, day, list);
	if (!repair) return undefined;
	return 'text' in repair ? repair.text : repair.ambiguous.map(({ id, dated }) => `${id} ${dated.text}`);
}

describe('a decision about a short form', () => {
	it('gives the body the short form for those years', () => {
		const { content, ambiguousWith } = decideShortForm(
			{ text: ' 水利 ', from: '1958', to: '1980', authorityId: 'water' },
			WATER.content,
			lookup,
		);
		expect(content.shortNames.at(-1)).toEqual({ text: '水利', from: '1958', to: '1980' });
		expect({ ...content, shortNames: [] }).toEqual({ ...WATER.content, shortNames: [] });
		expect(ambiguousWith).toEqual([]);
	});

	it('adds its years to those the body had it for, and nothing when it had it', () => {
		const decide = (from: string | undefined, to: string | undefined) =>
			decideShortForm(
				{ text: '县水利局', ...(from ? { from } : {}), ...(to ? { to } : {}), authorityId: 'water' },
				WATER.content,
				lookup,
			).content;
		expect(decide('1990', '2005').shortNames).toContainEqual({ text: '县水利局', to: '2005' });
		expect(decide('1990', '2005').shortNames.length).toBe(3);
		expect(decide('1990', undefined).shortNames).toContainEqual({ text: '县水利局' });
		expect(decide('1990', '1991')).toBe(WATER.content);
		expect(decide('2003', '2004').shortNames.length).toBe(4);
	});

	it('says whom else the short form can mean in those years', () => {
		const decide = (from: string) =>
			decideShortForm({ text: '区府', from, authorityId: 'water' }, WATER.content, lookup).ambiguousWith.map(
				({ id, how }) => `${id} ${how}`,
			);
		expect(decide('1990')).toEqual(['government shortName']);
		const before = { text: '区府', to: '1999', authorityId: 'water' };
		expect(decideShortForm(before, WATER.content, lookup).ambiguousWith).toEqual([]);
	});

	it('repairs every row it fits, and no other', () => {
		expect(repaired('水利', '19700101')).toBeUndefined();
		const { content } = decideShortForm(
			{ text: '水利', from: '1958', to: '1980', authorityId: 'water' },
			WATER.content,
			lookup,
		);
		const decided = new AuthorityIndex([{ ...WATER, content }, GOVERNMENT]);
		expect(repaired('水利', '19700101', decided)).toBe('沧浦县水利局');
		expect(repaired('水利', '19900101', decided)).toBeUndefined();
		expect(repaired('水利', '1950', decided)).toBeUndefined();
	});
});

describe('the repair of a creator', () => {
	it('writes the name valid on the day of the record', () => {
		expect(repaired('区府', '20080101')).toBe('沧浦区人民政府');
		expect(repaired('水务局', '19850101')).toBe('沧浦县水利局');
		expect(repaired('沧浦区水务局', '19850101')).toBe('沧浦县水利局');
		expect(repaired('沧浦区水务局', '20080101')).toBeUndefined();
		expect(repaired('沧浦区 水务局', '20080101')).toBeUndefined();
	});

	it('leaves what is not understood, and what stands between, exactly as it was', () => {
		expect(repaired('水务局、 某某局；区府 ', '20080101')).toBe('沧浦区水务局、 某某局；沧浦区人民政府 ');
		expect(repaired('某某局、本局', '20080101')).toBeUndefined();
		expect(repaired('', '20080101')).toBeUndefined();
		// A short form of another time may have been somebody else's.
		expect(repaired('区府', '19850101')).toBeUndefined();
	});

	it('takes a known name with a separator in it as one', () => {
		expect(creatorParts('县委、县府办公室、水务局', (name) => name === '县委、县府办公室')).toEqual([
			{ text: '县委、县府办公室', from: 0, to: 8 },
			{ text: '水务局', from: 9, to: 12 },
		]);
		let asked = 0;
		expect(creatorParts('甲、'.repeat(20_000), () => asked++ < 0).length).toBe(50);
		expect(asked).toBeLessThan(2000);
		expect(repaired('县委、县府办公室、财政局', '19950101')).toBe('县委、县府办公室、沧浦区财政局');
	});

	it('asks where it could be several', () => {
		const other = recordOf(
			'other',
			authority({ names: [{ text: '青溪镇水务站' }], shortNames: [{ text: '水务局' }] }),
		);
		const list = new AuthorityIndex([WATER, other]);
		expect(repaired('水务局', '19850101', list)).toEqual(['water 水务局', 'other 水务局']);
		// A full name of the time is nobody's short form.
		const called = recordOf('called', authority({ names: [{ text: '水务局' }] }));
		expect(repaired('水务局', '20080101', new AuthorityIndex([WATER, called]))).toBeUndefined();
		// In the year of a change only the day tells which name it was.
		expect(repaired('水务局', '2001')).toEqual(['water 沧浦县水利局', 'water 沧浦区水务局']);
		expect(repaired('水务局', '20010801')).toBe('沧浦区水务局');
	});

	it('without a day writes only what was never called otherwise', () => {
		expect(repaired('财政局')).toBe('沧浦区财政局');
		expect(repaired('财政局', '不详')).toBe('沧浦区财政局');
		expect(repaired('水务局')).toBeUndefined();
		expect(repaired('财政局', '1950')).toBeUndefined();
	});

	it('changes nothing but the parts it names, and has nothing to do afterwards', () => {
		const pieces = constantFrom(
			'水务局',
			'区府',
			'本局',
			'、',
			'；',
			' ',
			'沧浦区财政局',
			'县委、县府办公室',
		);
		assert(
			property(array(pieces, { maxLength: 10 }), constantFrom('19850101', '20080101'), (parts, day) => {
				const text = parts.join('');
				const repair = repairOf(text, day, lookup);
				if (!repair || 'ambiguous' in repair) return;
				const rest = repair.repairs.reduceRight((left, { from, to }) => {
					const at = left.lastIndexOf(to);
					return left.slice(0, at) + from + left.slice(at + to.length);
				}, repair.text);
				expect(rest).toBe(text);
				expect(repairOf(repair.text, day, lookup)).toBeUndefined();
			}),
		);
	});
});
