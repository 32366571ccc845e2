import { describe, expect, it } from 'vitest';
import { dat18 } from '#domain/catalogue/profiles/dat18/dat18.ts';
import { isad } from '#domain/catalogue/profiles/isad.ts';
import { richTextOf } from '#domain/catalogue/rich-text.ts';
import { readEad } from './ead-reader.ts';
import { whyNotValid } from './ead3-schema.fixture.ts';
import { writeEad3 } from './ead3-writer.ts';
import { comparable, entriesOf, readAll, streamOf, textOfExport, type Sketch } from './reading.fixture.ts';

const info = {
	recordId: 'synthetic-1',
	title: '合成全宗',
	agencyName: '合成档案馆',
	date: '2026-01-02',
	language: 'zh-CN',
};

async function exported(sketches: readonly Sketch[], profile = isad) {
	const entries = entriesOf(sketches);
	const written = writeEad3(streamOf(entries), info, profile);
	return { entries, xml: await textOfExport(written), losses: written.losses };
}

describe('an export', () => {
	it('says things in plain EAD3 where EAD3 has words for them', async (context) => {
		const { xml } = await exported([
			{
				level: 'fonds',
				values: {
					referenceCode: 'X001',
					title: { text: '合成 papers', marks: [{ type: 'italic', from: 3, to: 9 }] },
				},
				items: { dates: [{ text: '1923-1949', normal: '1923/1949', type: 'inclusive' }] },
				bodies: {
					scopeAndContent: {
						type: 'doc',
						content: [
							{ type: 'heading', attrs: { level: 3 }, content: [{ type: 'text', text: '范围' }] },
							{ type: 'paragraph', content: [{ type: 'text', text: '甲' }] },
						],
					},
					abstract: richTextOf('One', 'Two'),
				},
			},
			{
				parent: 0,
				level: 'part',
				values: { accessStatus: 'open' },
				items: { personNames: [{ text: 'Anon' }] },
			},
		]);
		const body = xml.slice(xml.indexOf('<archdesc')).replace(/ id="[^"]*"/g, '');
		expect(body).toBe(`<archdesc level="fonds">
<did><unitid>X001</unitid><unittitle>合成 <emph render="italic">papers</emph></unittitle><unitdate unitdatetype="inclusive" normal="1923/1949">1923-1949</unitdate><abstract>One</abstract><abstract>Two</abstract></did>
<scopecontent><head>范围</head><p>甲</p></scopecontent>
<dsc>
<c level="otherlevel" otherlevel="part">
<did><unittitle/></did>
<accessrestrict localtype="lantai:accessStatus"><p>开放</p></accessrestrict>
<controlaccess><persname><part>Anon</part></persname></controlaccess>
</c>
</dsc>
</archdesc>
</ead>
`);
		expect(await whyNotValid(xml, context)).toBeUndefined();
	});

	it('gives every element of DA/T 18 without a word in EAD3 a home of its name', async () => {
		const values = Object.fromEntries(
			dat18.fields
				.filter((field) => !field.repeatable && field.type !== 'longText')
				.map((field) => [field.id, field.type === 'integer' ? 7 : `${field.id} value`]),
		);
		const { xml, entries } = await exported([{ level: 'item', values }], dat18);
		for (const id of Object.keys(values).filter((id) => !['referenceCode', 'title'].includes(id)))
			expect(xml).toMatch(new RegExp(`(localtype|datechar)="lantai:${id}"`));
		const read = await readAll(readEad, xml);
		expect(read.profile).toBe('dat18');
		expect(read.entries.map(comparable)).toEqual(entries.map(comparable));
	});

	it.each([
		['documentDate', '民国二十六年七月七日', 'normal="1937-07-07"'],
		['documentDate', '[1985年8月]', 'normal="1985-08" certainty="inferred"'],
		['documentDate', '约1985年', 'normal="1985" certainty="approximate"'],
		['documentDate', '1985年春', 'normal="1985-02-01/1985-05-31"'],
		['dateRange', '1985.8-1986', 'normal="1985-08/1986"'],
	])('says %s %s to machines, too, and keeps the words', async (field, written, expected) => {
		const { xml, entries } = await exported([{ level: 'item', values: { [field]: written } }], dat18);
		expect(xml).toContain(` ${expected}>${written}</unitdate>`);
		const read = await readAll(readEad, xml);
		expect(read.losses).toEqual([]);
		expect(read.entries.map(comparable)).toEqual(entries.map(comparable));
	});

	it.each(['不详', '1985年2月30日', '1985年以后', '85年'])(
		'says nothing to machines of %s',
		async (written) => {
			const { xml } = await exported([{ level: 'item', values: { documentDate: written } }], dat18);
			expect(xml).not.toContain('normal=');
		},
	);

	it('is read by its words once someone has edited them', async () => {
		const { xml } = await exported([{ level: 'item', values: { year: '1949' } }], dat18);
		expect(xml).toContain('value=%221949%22');
		const read = await readAll(readEad, xml.replace('>1949<', '>1950<'));
		expect(read.entries[0]?.fields['year']).toBe(1950);
	});

	it('keeps the nesting of siblings and cousins', async () => {
		const { xml, entries } = await exported([
			{ level: 'fonds' },
			{ parent: 0, level: 'series' },
			{ parent: 1, level: 'file' },
			{ parent: 2, level: 'item' },
			{ parent: 0, level: 'series' },
			{ parent: 1, level: 'file' },
			{ parent: 4, level: 'file' },
		]);
		const read = await readAll(readEad, xml);
		expect(read.entries.map((entry) => entry.parentRef)).toEqual([null, 0, 1, 2, 1, 0, 5]);
		expect(read.entries.map((entry) => entry.level)).toEqual(entries.map((entry) => entry.level));
	});

	it('lists what XML cannot hold', async () => {
		const { xml, losses } = await exported([
			{ level: 'fonds', values: { title: 'a\u0000b\ud800c' }, bodies: { note: richTextOf('x\u0008') } },
		]);
		expect(losses).toEqual([
			{ path: 'title (characters)', count: 1, firstLine: 1 },
			{ path: 'note (characters)', count: 1, firstLine: 1 },
		]);
		expect((await readAll(readEad, xml)).entries[0]?.fields['title']).toBe('abc');
	});

	it('keeps fields the profile does not know, and lists what no exchange carries', async () => {
		const { xml, losses, entries } = await exported([
			{
				level: 'fonds',
				values: { oddity: 'kept', creators: 'single', 'creators#9': 'not an item', cleared: null },
				items: { traits: [{ text: 'a', weight: 2 }], title: [{ text: 'as item' }] },
				bodies: { remarks: richTextOf('long') },
			},
		]);
		expect(losses).toEqual([{ path: 'creators#9', count: 1, firstLine: 1 }]);
		const { 'creators#9': _, cleared, ...fields } = (entries[0] as (typeof entries)[0]).fields;
		expect(cleared).toBeNull();
		const read = await readAll(readEad, xml);
		expect(read.entries.map(comparable)).toEqual([
			comparable({ ...(entries[0] as (typeof entries)[0]), fields }),
		]);
	});

	it('is of one tree', async () => {
		await expect(exported([])).rejects.toMatchObject({ code: 'export.empty' });
		await expect(exported([{ level: 'fonds' }, { level: 'fonds' }])).rejects.toMatchObject({
			code: 'export.several-roots',
		});
	});

	it('names what is not settled with every value, as a note nobody takes for a description', async (context) => {
		const entries = entriesOf([
			{ level: 'fonds', values: { title: '乙的题名', accessStatus: 'open' } },
			{ parent: 0, level: 'file', values: { title: '已定' }, bodies: { describedBy: richTextOf('张三') } },
		]);
		const at = '2026-01-02T00:00:00.000Z';
		const [root, ...others] = entries as [(typeof entries)[0]];
		const unsettled = {
			...root,
			conflicts: {
				title: [
					{ value: '乙的题名', author: '乙', at },
					{ value: '甲的\u0001<题名>', author: '甲', at },
				],
				accessStatus: [
					{ value: 'open', author: '乙', at },
					{ value: null, author: '甲', at },
				],
			},
			disputes: { title: { reason: '待查原件', author: '甲', at } },
		};
		const written = writeEad3(streamOf([unsettled, ...others]), info, dat18);
		const xml = await textOfExport(written);
		expect(xml).toContain('<unittitle>乙的题名</unittitle>');
		expect(xml).toContain(
			`<processinfo localtype="lantai-unsettled" altrender="lantai?field=title"><head>题名：多个值并存，尚未确定（新值在前）</head><p>乙的题名（乙，${at}）</p><p>甲的&lt;题名&gt;（甲，${at}）</p><p>存疑理由：待查原件（甲，${at}）</p></processinfo>`,
		);
		expect(xml).toContain(`<p>开放（乙，${at}）</p><p>（空）（甲，${at}）</p>`);
		const read = await readAll(readEad, xml);
		expect(read.entries.map(comparable)).toEqual(entries.map(comparable));
		expect(read.losses.map((loss) => loss.path)).toEqual(['conflicts/title', 'conflicts/accessStatus']);
		expect(await whyNotValid(xml, context)).toBeUndefined();
	});

	it('says what an entry stands for, as a note nobody takes for a description', async (context) => {
		const entries = entriesOf([
			{ level: 'fonds', values: { title: '已核准' } },
			{ parent: 0, level: 'file', values: { title: '工作版本' } },
			{ parent: 0, level: 'file', values: { title: '导入原样' } },
		]);
		const [approved, working, imported] = entries as [
			(typeof entries)[0],
			(typeof entries)[0],
			(typeof entries)[0],
		];
		const given = [
			{ ...approved, standing: 'approved' as const },
			{ ...working, standing: 'working' as const },
			imported,
		];
		const xml = await textOfExport(writeEad3(streamOf(given), info, dat18));
		const note = (standing: string, words: string): string =>
			`<processinfo localtype="lantai-standing" altrender="lantai?standing=${standing}"><p>${words}</p></processinfo>`;
		expect(xml).toContain(note('approved', '已核准'));
		expect(xml).toContain(note('working', '工作版本，未经核准'));
		expect(xml.match(/lantai-standing/g)).toHaveLength(2);
		const read = await readAll(readEad, xml);
		expect(read.entries.map(comparable)).toEqual(entries.map(comparable));
		expect(read.losses).toEqual([]);
		expect(await whyNotValid(xml, context)).toBeUndefined();
	});
});
