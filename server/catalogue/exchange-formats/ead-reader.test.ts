import { describe, expect, it } from 'vitest';
import { textOf } from '#domain/catalogue/entry.ts';
import { plainTextOf } from '#domain/catalogue/rich-text.ts';
import { readEad } from './ead-reader.ts';
import { comparable, eadOf, readAll, type ReadAll } from './reading.fixture.ts';

function paths(read: ReadAll): string[] {
	return read.losses.map((loss) => loss.path);
}

/** The only entry of a finding aid with this `did`. */
async function rootOf(did: string, notes = '') {
	const read = await readAll(readEad, eadOf(`<did>${did}</did>${notes}`));
	const { values, items, bodies } = comparable(read.entries[0] as never) as {
		values: Record<string, unknown>;
		items: Record<string, unknown[]>;
		bodies: Record<string, { content: unknown[] }>;
	};
	const { otherIdentifiers, ...rest } = items;
	return { read, values, items: rest, otherIdentifiers, bodies, lost: paths(read) };
}

describe('the hierarchy', () => {
	const tree = `<did><unittitle>Root</unittitle></did>
		<dsc><c01 level="series"><did><unittitle>A</unittitle></did>
			<c02 level="file"><did><unittitle>A1</unittitle></did></c02>
			<c02><did><unittitle>A2</unittitle></did></c02></c01>
		<c level="otherlevel" otherlevel="Sub-series"><did/></c></dsc>`;

	it('makes an entry of archdesc and of each component, numbered or not, parents first', async () => {
		const { entries, losses, format } = await readAll(readEad, eadOf(tree));
		expect(format).toBe('ead2002');
		expect(entries.map((entry) => [entry.parentRef, entry.level, textOf(entry.fields['title'])])).toEqual([
			[null, 'fonds', 'Root'],
			[0, 'series', 'A'],
			[1, 'file', 'A1'],
			[1, 'file', 'A2'],
			[0, 'subseries', ''],
		]);
		expect(entries.map((entry) => entry.line)).toEqual([1, 2, 3, 4, 5]);
		expect(losses).toEqual([]);
	});

	it('says the line a start tag begins on, even when the tag runs over several', async () => {
		const { entries } = await readAll(readEad, eadOf('<did/><dsc>\n<c\n\tlevel="item"\n><did/></c></dsc>'));
		expect(entries[1]?.line).toBe(2);
	});

	it('reads any prefix of the namespace', async () => {
		const plain = await readAll(readEad, eadOf(tree));
		const xml = eadOf(tree)
			.replace(/<(\/?)(\w)/g, '<$1e:$2')
			.replace('<e:ead', '<e:ead xmlns:e="urn:isbn:1-931666-22-9"');
		expect((await readAll(readEad, xml)).entries).toEqual(plain.entries);
	});

	it('names a level it does not know in the loss report', async () => {
		const { entries, losses } = await readAll(
			readEad,
			eadOf('<did/><dsc><c level="otherlevel" otherlevel="Box list"><did/></c></dsc>'),
		);
		expect(entries[1]?.level).toBe('otherLevel');
		expect(losses).toEqual([{ path: 'c/@otherlevel=Box list', count: 1, firstLine: 1 }]);
	});

	it('hands an entry over again when notes follow its children', async () => {
		const { entries, replacements } = await readAll(
			readEad,
			eadOf('<did><unittitle>Root</unittitle></did><dsc><c><did/></c></dsc><odd><p>Late words</p></odd>'),
		);
		expect(replacements).toBe(1);
		expect(entries).toHaveLength(2);
		expect(plainTextOf(entries[0]?.bodies['note'] as never)).toBe('Late words');
		expect(entries[0]?.fields['title']).toBe('Root');
	});

	it('reads a component marked internal as restricted', async () => {
		const { entries } = await readAll(readEad, eadOf('<did/><dsc><c audience="internal"><did/></c></dsc>'));
		expect(entries.map((entry) => entry.fields['accessStatus'])).toEqual([undefined, 'restricted']);
	});

	it('gives the same however the text is cut', async () => {
		const xml = eadOf(
			`<did><unittitle>题名 😀 &amp; &nbsp; <emph>x</emph></unittitle></did>\r\n${tree.slice(tree.indexOf('<dsc>'))}<!-- c --><odd><p>a<![CDATA[<b>]]>c</p></odd>`,
		);
		const whole = await readAll(readEad, xml);
		expect(await readAll(readEad, xml, {}, 1)).toEqual(whole);
		expect(await readAll(readEad, xml, {}, 7)).toEqual(whole);
	});
});

describe('titles', () => {
	it('are the whole text of the first unittitle, nested dates included, which also fill the dates', async () => {
		const { values, items, lost } = await rootOf(
			`<unittitle>Letters,\n\t<unitdate normal="1901/1902" type="inclusive">1901-1902</unitdate></unittitle>
			<unittitle>Another</unittitle>`,
		);
		expect(values['title']).toBe('Letters, 1901-1902');
		expect(items['dates']).toEqual([{ text: '1901-1902', normal: '1901/1902', type: 'inclusive' }]);
		expect(lost).toEqual(['archdesc/did/unittitle (further)']);
	});

	it('keep emphasis as marks over the normalised text', async () => {
		const { values, lost } = await rootOf(
			'<unittitle>  The <emph render="bolditalic">big <title render="italic">Log</title></emph><emph> H<emph render="sub">2</emph>O</emph> <emph render="smcaps">x</emph></unittitle>',
		);
		expect(values['title']).toEqual({
			text: 'The big Log H2O x',
			marks: [
				{ type: 'bold', from: 4, to: 11 },
				{ type: 'italic', from: 4, to: 15 },
				{ type: 'sub', from: 13, to: 14 },
			],
		});
		expect(lost).toEqual(['archdesc/did/unittitle/emph@render=smcaps']);
	});

	it('come from the header only when the root has none', async () => {
		const header =
			'<eadid>x</eadid><filedesc><titlestmt><titleproper>Guide</titleproper></titlestmt></filedesc>';
		const without = await readAll(readEad, eadOf('<did/>', header));
		expect(without.entries[0]?.fields['title']).toBe('Guide');
		expect(without.losses).toEqual([]);
		const own = await readAll(readEad, eadOf('<did><unittitle>Papers</unittitle></did>', header));
		expect(own.entries[0]?.fields['title']).toBe('Papers');
		expect(paths(own)).toEqual(['eadheader/filedesc/titlestmt/titleproper']);
	});
});

describe('values', () => {
	it('codes: the first unitid with words; others keep their type', async () => {
		const { values, otherIdentifiers } = await rootOf(
			'<unitid/><unitid>MSS.1</unitid><unitid type="accession">77-3</unitid>',
		);
		expect(values['referenceCode']).toBe('MSS.1');
		expect(otherIdentifiers).toEqual([
			{ text: 'synthetic', type: 'eadid' },
			{ text: '77-3', type: 'accession' },
		]);
	});

	it('dates, structured or not', async () => {
		const { items } = await rootOf(
			`<unitdate type="bulk">1920s</unitdate>
			<unitdatestructured unitdatetype="inclusive"><daterange><fromdate standarddate="1914">1914</fromdate>
				<todate standarddate="2004">2004</todate></daterange></unitdatestructured>
			<unitdatestructured><dateset><datesingle>1900</datesingle><daterange><fromdate>1902</fromdate><todate>1903</todate></daterange></dateset></unitdatestructured>`,
		);
		expect(items['dates']).toEqual([
			{ text: '1920s', type: 'bulk' },
			{ text: '1914-2004', normal: '1914/2004', type: 'inclusive' },
			{ text: '1900, 1902-1903' },
		]);
	});

	it('extents, one for each statement', async () => {
		const { items } = await rootOf(
			`<physdesc><extent>5 m</extent> <extent>12 boxes</extent></physdesc>
			<physdesc>about <extent>3 maps</extent> in a roll</physdesc>
			<physdescset><physdescstructured><quantity>3</quantity><unittype>drawings</unittype></physdescstructured></physdescset>`,
		);
		expect(items['extent']).toEqual([
			{ text: '5 m' },
			{ text: '12 boxes' },
			{ text: 'about 3 maps in a roll' },
			{ text: '3 drawings' },
		]);
	});

	it('containers, digital objects, creators, languages', async () => {
		const { items, values, lost } = await rootOf(
			`<container id="a" type="Box" label="Text">1</container><container localtype="folder" parent="a">2</container>
			<dao href="https://example.org/1" title="Page 1"/><dao href="javascript:alert(1)" title="Bad"/>
			<daogrp><daodesc><p>Two views</p></daodesc><daoloc href="f"/><daoloc href="b"/></daogrp>
			<origination label="creator"><corpname source="naf">Synthetic Society</corpname></origination>
			<origination><name relator="author"><part>Anon</part><part>1800-</part></name></origination>
			<repository><corpname>Synthetic Archives</corpname></repository>
			<langmaterial><language langcode="eng"/></langmaterial><langmaterial>In French</langmaterial>`,
		);
		expect(items['containers']).toEqual([
			{ text: '1', type: 'Box', label: 'Text' },
			{ text: '2', type: 'folder' },
		]);
		expect(items['digitalObjects']).toEqual([
			{ text: 'Page 1', href: 'https://example.org/1' },
			{ text: 'Bad' },
			{ text: 'Two views', href: 'f' },
			{ text: 'b', href: 'b' },
		]);
		expect(items['creators']).toEqual([
			{ text: 'Synthetic Society', source: 'naf', role: 'creator', type: 'corpname' },
			{ text: 'Anon 1800-', role: 'author' },
		]);
		expect(values['repository']).toBe('Synthetic Archives');
		expect(items['language']).toEqual([{ text: 'eng', code: 'eng' }, { text: 'In French' }]);
		expect(lost).toEqual(['archdesc/did/container/@parent', 'archdesc/did/dao/@href']);
	});

	it('access points with source and kind', async () => {
		const { items, lost } = await rootOf(
			'',
			`<controlaccess><head>Terms</head><controlaccess><subject source="lcsh"><part>Music</part><part>History</part></subject>
			<corpname>Synthetic Club</corpname><persname role="donor">Anon</persname><title>Songs</title></controlaccess>
			<geogname>Here</geogname><genreform>maps</genreform></controlaccess>`,
		);
		expect(items).toEqual({
			subjects: [
				{ text: 'Music -- History', source: 'lcsh' },
				{ text: 'Songs', type: 'title' },
			],
			personNames: [
				{ text: 'Synthetic Club', type: 'corpname' },
				{ text: 'Anon', role: 'donor' },
			],
			places: [{ text: 'Here' }],
			genres: [{ text: 'maps' }],
		});
		expect(lost).toEqual(['archdesc/controlaccess/head']);
	});
});

describe('notes', () => {
	it('of one kind follow one another in one text, each under its head', async () => {
		const { bodies } = await rootOf(
			'<note label="x"><p>In did</p></note>',
			'<odd><head>General</head><p>One<lb/>two</p></odd><descgrp><odd><p>Grouped</p></odd></descgrp>',
		);
		expect(bodies['note']?.content).toEqual([
			{ type: 'paragraph', content: [{ type: 'text', text: 'In did' }] },
			{ type: 'heading', attrs: { level: 3 }, content: [{ type: 'text', text: 'General' }] },
			{
				type: 'paragraph',
				content: [{ type: 'text', text: 'One' }, { type: 'hardBreak' }, { type: 'text', text: 'two' }],
			},
			{ type: 'paragraph', content: [{ type: 'text', text: 'Grouped' }] },
		]);
	});

	it('keep lists, quotations, links and emphasis', async () => {
		const { bodies, lost } = await rootOf(
			'',
			`<scopecontent><p>See <extref href="https://example.org/">there</extref>, <ref target="n1">here</ref>,
				<emph render="boldunderline">loud</emph> by <persname normal="Anon">A.</persname>
				<list type="ordered"><item>one <list><item>inner</item></list></item></list> after</p>
			<blockquote><p>Said</p></blockquote>
			<list type="deflist"><defitem><label>MS</label><item>manuscript</item></defitem></list>
			<chronlist><chronitem><date>1900</date><eventgrp><event>Born</event><event>Named</event></eventgrp></chronitem></chronlist>
			<p> </p></scopecontent>`,
		);
		const said = (text: string, ...marks: unknown[]) =>
			marks.length ? { type: 'text', marks, text } : { type: 'text', text };
		const line = (...content: unknown[]) => ({ type: 'paragraph', content });
		const items = (type: string, ...all: unknown[][]) => ({
			type,
			content: all.map((content) => ({ type: 'listItem', content })),
		});
		expect(bodies['scopeAndContent']?.content).toEqual([
			line(
				said('See '),
				said('there', { type: 'link', attrs: { href: 'https://example.org/' } }),
				said(', here, '),
				said('loud', { type: 'bold' }, { type: 'underline' }),
				said(' by A.'),
			),
			items('orderedList', [line(said('one')), items('bulletList', [line(said('inner'))])]),
			line(said('after')),
			{ type: 'blockquote', content: [line(said('Said'))] },
			items('bulletList', [line(said('MS', { type: 'bold' })), line(said('manuscript'))]),
			items('bulletList', [line(said('1900', { type: 'bold' })), line(said('Born')), line(said('Named'))]),
		]);
		expect(lost).toEqual([
			'archdesc/scopecontent/p/persname (markup)',
			'archdesc/scopecontent/p/ref/@target',
			'archdesc/scopecontent/p/persname/@normal',
		]);
	});

	it('keep the words of tables, a paragraph for each row', async () => {
		const { bodies, lost } = await rootOf(
			'',
			`<odd><table><tgroup cols="2"><thead><row><entry>Box</entry><entry>Years</entry></row></thead>
			<tbody><row><entry>1</entry><entry><emph>1900</emph></entry></row></tbody></tgroup></table></odd>`,
		);
		expect(plainTextOf({ type: 'doc', content: bodies['note']?.content as never })).toBe(
			'Box | Years\n1 | 1900',
		);
		expect(lost).toEqual(['archdesc/odd/table (layout)']);
	});

	it('report what has no place: text, attributes, unknown elements', async () => {
		const { lost } = await rootOf(
			'<head>Overview</head><abstract label="Abstract:">Short</abstract>',
			'stray <odd audience="internal" encodinganalog="500"><p>x</p></odd><unheardof><deep>word</deep></unheardof>',
		);
		expect(lost).toEqual([
			'archdesc/did/head',
			'archdesc/did/abstract/@label',
			'archdesc',
			'archdesc/odd/@audience',
			'archdesc/odd/@encodinganalog',
			'archdesc/unheardof/deep',
		]);
	});
});

describe('headers', () => {
	it('of EAD 2002 say when and by which rules', async () => {
		const { entries, losses } = await readAll(
			readEad,
			eadOf(
				'<did/>',
				`<eadid url="u">id</eadid><profiledesc><creation>Made <date>2011</date></creation><descrules>DACS</descrules></profiledesc>
				<revisiondesc><change><date>2012</date><item>Checked</item></change></revisiondesc>`,
			),
		);
		expect(plainTextOf(entries[0]?.bodies['describedOn'] as never)).toBe('Made 2011\n2012 Checked');
		expect(plainTextOf(entries[0]?.bodies['rules'] as never)).toBe('DACS');
		expect(losses.map((loss) => loss.path)).toEqual(['eadheader/eadid/@url']);
	});

	it('of EAD3 likewise', async () => {
		const { entries, losses, format } = await readAll(
			readEad,
			`<ead xmlns="http://ead3.archivists.org/schema/"><control><recordid>id</recordid>
			<maintenanceagency><agencyname>Somewhere</agencyname></maintenanceagency>
			<conventiondeclaration><citation>DACS</citation></conventiondeclaration>
			<maintenancehistory><maintenanceevent><eventtype value="created"/><eventdatetime standarddatetime="2014"/>
			<agenttype value="human">human</agenttype></maintenanceevent></maintenancehistory></control>
			<archdesc level="collection"><did/></archdesc></ead>`,
		);
		expect(format).toBe('ead3');
		expect(entries[0]?.fields).toMatchObject({ 'otherIdentifiers#1': { text: 'id', type: 'eadid' } });
		expect(plainTextOf(entries[0]?.bodies['describedOn'] as never)).toBe('created 2014 human');
		expect(plainTextOf(entries[0]?.bodies['rules'] as never)).toBe('DACS');
		expect(losses.map((loss) => loss.path)).toEqual(['control/maintenanceagency/agencyname']);
	});
});
