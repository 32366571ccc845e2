import { describe, expect, it } from 'vitest';
import { richTextOf } from '#domain/catalogue/rich-text.ts';
import { readJson, writeJson } from './json-format.ts';
import { entriesOf, readAll, streamOf, textOfExport } from './reading.fixture.ts';

const info = { profile: 'isad', exportedAt: '2026-01-02T03:04:05.000Z' };
const entries = entriesOf([
	{ level: 'fonds', values: { title: 'Root \u0001' }, bodies: { note: richTextOf('甲\n乙') } },
	{ parent: 0, level: 'file', items: { dates: [{ text: '1949', normal: '1949' }] } },
	{ parent: 1, level: 'item' },
]);
const written = () => textOfExport(writeJson(streamOf(entries), info));

async function refusalOf(text: string, limits = {}) {
	return readAll(readJson, text, { limits }).then(
		() => expect.unreachable('the text was read'),
		(error: { code: string; params: Record<string, unknown> }) => ({ code: error.code, ...error.params }),
	);
}

describe('JSON of our own', () => {
	it('is one object with an entry on each line', async () => {
		const text = await written();
		expect(JSON.parse(text)).toEqual({
			format: 'lantai-entries',
			version: 1,
			profileVersion: 1,
			...info,
			entries,
		});
		expect(text.split('\n')).toHaveLength(6);
	});

	it('gives back every entry, however it is cut', async () => {
		const text = await written();
		const read = await readAll(readJson, text);
		expect(read.profile).toBe('isad');
		expect(read.losses).toEqual([]);
		expect(read.entries.map(({ ref, parentRef, line }) => [ref, parentRef, line])).toEqual([
			[0, null, 2],
			[1, 0, 3],
			[2, 1, 4],
		]);
		expect(read.entries[0]).toMatchObject({
			level: 'fonds',
			fields: entries[0]?.fields,
			bodies: entries[0]?.bodies,
		});
		expect(await readAll(readJson, text, {}, 1)).toEqual(read);
	});

	it('may hold nothing, or a part of a hierarchy whose root names a parent elsewhere', async () => {
		const none = await textOfExport(writeJson(streamOf([]), info));
		expect((await readAll(readJson, none)).entries).toEqual([]);
		const part = await textOfExport(writeJson(streamOf(entries.slice(1)), info));
		expect((await readAll(readJson, part)).entries.map((entry) => entry.parentRef)).toEqual([null, 0]);
	});

	it.each([
		'',
		'[]',
		'{"format":"other","entries":[]}',
		'<ead/>',
		'id,title\n1,x',
		'{\n"format": "lantai-entries"}',
	])('%j is refused as not ours', async (text) => {
		expect(await refusalOf(text)).toMatchObject({ code: 'import.not-ours', file: 'synthetic.xml', line: 1 });
	});

	it('of a later version is refused, naming it', async () => {
		const text = (await written()).replace('"version":1', '"version":2');
		expect(await refusalOf(text)).toMatchObject({ code: 'import.not-ours', version: '2' });
	});

	it('broken off, malformed or out of order is refused with line and reason', async () => {
		const text = await written();
		const lines = text.split('\n');
		expect(await refusalOf(lines.slice(0, 3).join('\n'))).toMatchObject({
			code: 'import.broken',
			reason: 'unexpected end',
		});
		expect(await refusalOf(text.slice(0, -30))).toMatchObject({ code: 'import.broken', line: 4 });
		const swapped = [lines[0], lines[1], `${lines[3]},`, lines[2], lines[4]].join('\n');
		expect(await refusalOf(swapped)).toMatchObject({ code: 'import.broken', line: 3 });
		expect(await refusalOf(text.replace('"level":"file"', '"level":7'))).toMatchObject({
			code: 'import.broken',
			line: 3,
			reason: 'not an entry',
		});
		expect(await refusalOf(`${text}more`)).toMatchObject({ code: 'import.broken', line: 6 });
	});

	it('is held to the limits', async () => {
		const text = await written();
		expect(await refusalOf(text, { maxDepth: 2 })).toMatchObject({ code: 'import.too-deep', line: 4 });
		expect(await refusalOf(text, { maxEntries: 2 })).toMatchObject({
			code: 'import.too-many-entries',
			limit: 2,
		});
		expect(await refusalOf(text, { maxBytes: 50 })).toMatchObject({ code: 'import.too-large', maxBytes: 50 });
		expect(await refusalOf(text, { maxTextBytes: 20 })).toMatchObject({ code: 'import.text-too-long' });
	});

	it('loses script addresses, structural fields and unknown keys, and says so', async () => {
		const [first] = entriesOf([
			{
				level: 'fonds',
				values: { status: 'deleted' },
				items: { digitalObjects: [{ text: 'x', href: ' JavaScript:alert(1)' }] },
				bodies: {
					note: {
						type: 'doc',
						content: [
							{
								type: 'paragraph',
								content: [
									{ type: 'text', text: 'y', marks: [{ type: 'link', attrs: { href: 'javascript:1' } }] },
								],
							},
						],
					},
				},
			},
		]);
		const text = await textOfExport(writeJson(streamOf([first as (typeof entries)[0]]), info));
		const read = await readAll(readJson, text.replace('"level"', '"extra":1,"level"'));
		expect(read.losses.map((loss) => loss.path)).toEqual([
			'entries/extra',
			'fields/status',
			'fields/digitalObjects/href',
			'bodies/note/link/@href',
		]);
		expect(read.entries[0]?.fields).toEqual({ 'digitalObjects#x0': { text: 'x', order: 'a0' } });
		expect(read.entries[0]?.bodies).toEqual({ note: richTextOf('y') });
	});

	it('says what is not settled; reading it takes the newest value and reports the others', async () => {
		const [first] = entriesOf([
			{ level: 'fonds', values: { title: '乙的' }, items: { dates: [{ text: '1949' }] } },
		]);
		const unsettled = {
			conflicts: {
				title: [
					{ value: '乙的', author: '乙', at: '2026-01-02T00:00:00.000Z' },
					{ value: '甲的', author: '甲', at: '2026-01-01T00:00:00.000Z' },
				],
				'dates#x0': [
					{ value: { text: '1949', order: 'a0' }, author: '乙', at: '2026-01-02T00:00:00.000Z' },
					{ value: null, author: '甲', at: '2026-01-01T00:00:00.000Z' },
				],
			},
			disputes: { title: { reason: '待查原件', author: '甲', at: '2026-01-03T00:00:00.000Z' } },
		};
		const entry = { ...(first as (typeof entries)[0]), ...unsettled };
		const text = await textOfExport(writeJson(streamOf([entry]), info));
		expect((JSON.parse(text) as { entries: unknown[] }).entries[0]).toMatchObject(unsettled);
		const read = await readAll(readJson, text);
		expect(read.entries[0]?.fields).toEqual(first?.fields);
		expect(read.losses).toEqual([
			{ path: 'conflicts/title', count: 1, firstLine: 2 },
			{ path: 'conflicts/dates', count: 1, firstLine: 2 },
			{ path: 'disputes/title', count: 1, firstLine: 2 },
		]);
		const odd = await readAll(readJson, text.replace(/"conflicts":.*\}\}\n/, '"conflicts":7}\n'));
		expect(odd.losses.map((loss) => loss.path)).toEqual(['entries/conflicts']);
	});

	it('says what an entry stands for, which an import does not take over', async () => {
		const entries = entriesOf([
			{ level: 'fonds', values: { title: '已核准' } },
			{ parent: 0, level: 'file', values: { title: '工作版本' } },
			{ parent: 0, level: 'file', values: { title: '导入原样' } },
		]);
		const standing = ['approved', 'working'] as const;
		const given = entries.map((entry, index) => ({
			...entry,
			...(standing[index] ? { standing: standing[index] } : {}),
		}));
		const text = await textOfExport(writeJson(streamOf(given), info));
		const written = (JSON.parse(text) as { entries: { standing?: string }[] }).entries;
		expect(written.map((entry) => entry.standing)).toEqual(['approved', 'working', undefined]);
		const read = await readAll(readJson, text);
		expect(read.losses).toEqual([]);
		expect(read.entries.map((entry) => entry.fields)).toEqual(entries.map((entry) => entry.fields));
	});
});
