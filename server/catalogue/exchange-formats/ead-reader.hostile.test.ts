import { describe, expect, it } from 'vitest';
import { readEad } from './ead-reader.ts';
import type { ReadEntry, ReadOptions } from './reader.ts';
import { eadOf, readAll } from './reading.fixture.ts';

/** The refusal that reading a text ends in. */
async function refusalOf(xml: string, options: Partial<ReadOptions> = {}, pieceLength?: number) {
	return readAll(readEad, xml, options, pieceLength).then(
		() => expect.unreachable('the text was read'),
		(error: { code: string; params: Record<string, unknown> }) => ({ code: error.code, ...error.params }),
	);
}

const titled = (title: string) => eadOf(`<did><unittitle>${title}</unittitle></did>`);

describe('entities', () => {
	it('known names mean what they mean everywhere', async () => {
		const { entries, problems } = await readAll(
			readEad,
			titled('A&amp;B &mdash; caf&eacute; &#x4E2D;&#25991; &Ouml;l'),
		);
		expect(entries[0]?.fields['title']).toBe('A&B — café 中文 Öl');
		expect(problems).toEqual([]);
	});

	it('unknown names stay as written and are reported once, with line and count', async () => {
		const { entries, problems } = await readAll(readEad, titled('\n&logo; and &logo; &constructor;'));
		expect(entries[0]?.fields['title']).toBe('&logo; and &logo; &constructor;');
		expect(problems).toEqual([
			{
				severity: 'warning',
				line: 2,
				code: 'import.unknown-entity',
				params: { entity: 'logo', count: 2 },
			},
			{
				severity: 'warning',
				line: 2,
				code: 'import.unknown-entity',
				params: { entity: 'constructor', count: 1 },
			},
		]);
	});

	it('a billion laughs: what a DOCTYPE declares is never expanded', async () => {
		const laughs = Array.from(
			{ length: 9 },
			(_, index) => `<!ENTITY lol${index + 1} "${`&lol${index};`.repeat(10)}">`,
		).join('');
		const { entries, problems } = await readAll(
			readEad,
			`<!DOCTYPE ead [<!ENTITY lol0 "lol">${laughs}]>${titled('&lol9;')}`,
		);
		expect(entries[0]?.fields['title']).toBe('&lol9;');
		expect(problems).toHaveLength(1);
	});

	it('an external entity is never opened', async () => {
		const { entries } = await readAll(
			readEad,
			`<!DOCTYPE ead [<!ENTITY secret SYSTEM "file:///etc/passwd"><!ENTITY % more SYSTEM "http://127.0.0.1:9/x"> %more;]>${titled('&secret;')}`,
		);
		expect(entries[0]?.fields['title']).toBe('&secret;');
	});

	it('too many different unknown names are refused', async () => {
		const names = Array.from({ length: 3000 }, (_, index) => `&n${index};`).join('');
		expect(await refusalOf(titled(names))).toMatchObject({ code: 'import.entity', line: 1 });
	});
});

describe('size and depth', () => {
	it('components 10,000 deep are refused', async () => {
		const xml = eadOf(`<did/><dsc>${'<c><did/>'.repeat(10_000)}${'</c>'.repeat(10_000)}</dsc>`);
		expect(await refusalOf(xml)).toMatchObject({ code: 'import.too-deep', line: 1, limit: 64 });
	});

	it('elements 10,000 deep inside a note are refused, and so are wrappers', async () => {
		const emphases = `<odd><p>${'<emph>'.repeat(10_000)}x${'</emph>'.repeat(10_000)}</p></odd>`;
		expect(await refusalOf(eadOf(`<did/>${emphases}`))).toMatchObject({ code: 'import.too-deep' });
		expect(await refusalOf(eadOf(`<did/>${'<dsc>'.repeat(10_000)}`))).toMatchObject({
			code: 'import.too-deep',
		});
	});

	it('64 levels of components are read', async () => {
		const xml = eadOf(`<did/><dsc>${'<c><did/>'.repeat(63)}${'</c>'.repeat(63)}</dsc>`);
		expect((await readAll(readEad, xml)).entries).toHaveLength(64);
	});

	it.each([
		['text', titled('x'.repeat(10_000_000))],
		['a comment', `<!--${'x'.repeat(10_000_000)}-->${titled('')}`],
		['an attribute', `<ead a="${'x'.repeat(10_000_000)}"/>`],
		['a DOCTYPE', `<!DOCTYPE ead [<!ENTITY a "${'x'.repeat(10_000_000)}">]>${titled('')}`],
		['a note of many elements', eadOf(`<did/><odd>${'<p>x</p>'.repeat(500_000)}</odd>`)],
	])('10 MB of %s are refused', async (_, xml) => {
		expect(await refusalOf(xml)).toMatchObject({ code: 'import.text-too-long', line: 1 });
	});

	it('too many entries and too large a file are refused', async () => {
		const xml = eadOf(`<did/><dsc>${'<c><did/></c>\n'.repeat(20)}</dsc>`);
		expect(await refusalOf(xml, { limits: { maxEntries: 10 } })).toMatchObject({
			code: 'import.too-many-entries',
			line: 10,
		});
		expect(await refusalOf(xml, { limits: { maxBytes: 100 } })).toMatchObject({
			code: 'import.too-large',
			maxBytes: 100,
		});
	});

	it(
		'notes of very many paragraphs, and titles of very many marks, are read in time',
		{ timeout: 30_000 },
		async () => {
			const paragraphs = await readAll(readEad, eadOf(`<did/><odd>${'<p>x</p>'.repeat(200_000)}</odd>`));
			expect(paragraphs.entries[0]?.bodies['note']?.content).toHaveLength(200_000);
			const marks = await readAll(readEad, titled('<emph render="bold">x</emph>y'.repeat(100_000)));
			expect(marks.entries[0]?.fields['title']).toMatchObject({ marks: { length: 100_000 } });
		},
	);

	it('text is not multiplied: what describes a group of links stands with the first', async () => {
		const group = `<daogrp><daodesc><p>${'x'.repeat(1000)}</p></daodesc>${'<daoloc href="y"/>'.repeat(1000)}</daogrp>`;
		const { entries } = await readAll(readEad, eadOf(`<did>${group}</did>`));
		expect(JSON.stringify(entries).length).toBeLessThan(100_000);
	});

	it('a report of endless different paths stays small', async () => {
		const names = Array.from({ length: 5000 }, (_, index) => `<odd${index}>x</odd${index}>`).join('');
		const { losses } = await readAll(readEad, eadOf(`<did/>${names}`));
		expect(losses).toHaveLength(2001);
		expect(losses.at(-1)).toMatchObject({ path: '…', count: 3000 });
	});
});

describe('broken and foreign input', () => {
	it('a truncated file: line and reason', async () => {
		const xml = eadOf('<did>\n<unittitle>Cut</unittitle>\n</did>').slice(0, -17);
		expect(await refusalOf(xml)).toEqual({
			code: 'import.broken',
			file: 'synthetic.xml',
			line: 3,
			reason: 'unclosed tag: archdesc',
		});
	});

	it.each([
		['', 'document must contain a root element.'],
		['<ead><archdesc></ead>', 'unexpected close tag.'],
		['<ead><archdesc level="fonds"><did a=b/></archdesc></ead>', 'unquoted attribute value.'],
		['<ead><eadheader/></ead>', 'no <archdesc>'],
		['not XML at all', 'text data outside of root node.'],
	])('%j is refused with a reason', async (xml, reason) => {
		expect(await refusalOf(xml)).toMatchObject({ code: 'import.broken', line: 1, reason });
	});

	it('another kind of document is refused by the name of its root', async () => {
		expect(await refusalOf('<?xml version="1.0"?>\n<html><body/></html>')).toEqual({
			code: 'import.not-ead',
			file: 'synthetic.xml',
			line: 2,
			root: 'html',
		});
	});

	it('characters XML forbids are taken out and reported', async () => {
		const { entries, problems } = await readAll(readEad, titled('\na\u0001b'));
		expect(entries[0]?.fields['title']).toBe('ab');
		expect(problems).toMatchObject([{ code: 'import.character', line: 2 }]);
	});

	it('elements of other namespaces are not taken for those of EAD', async () => {
		const { entries, losses } = await readAll(
			readEad,
			eadOf('<did/><m:odd xmlns:m="urn:other"><m:p>Not ours</m:p></m:odd>'),
		);
		expect(entries[0]?.bodies).toEqual({});
		expect(losses).toMatchObject([{ path: 'archdesc/m:odd/m:p' }]);
	});

	it('no file can set a structural field or a script address by the marks of our exports', async () => {
		const value = encodeURIComponent(JSON.stringify({ text: 'x', href: 'javascript:alert(1)' }));
		const { entries } = await readAll(
			readEad,
			eadOf(
				`<did><dao altrender="lantai?value=${value}"><descriptivenote><p>x</p></descriptivenote></dao></did>
				<odd localtype="lantai:status"><p>deleted</p></odd><odd localtype="lantai:__proto__"><p>y</p></odd>
				<odd altrender="lantai?value=%7Bnot json"><p>z</p></odd>`,
			),
		);
		const { fields, bodies } = entries[0] as ReadEntry;
		expect(Object.keys(fields).toSorted()).toEqual(['digitalObjects#1', 'otherIdentifiers#1']);
		expect(JSON.stringify(fields)).not.toContain('javascript');
		expect(JSON.stringify(bodies)).toContain('deleted');
		expect(JSON.stringify(bodies)).toContain('"z"');
	});
});

describe('reading as a stream', () => {
	it('waits for each chunk, reports progress and can be stopped', async () => {
		const xml = eadOf(`<did/><dsc>${'<c><did/></c>'.repeat(20_000)}</dsc>`);
		const stop = new AbortController();
		let pending = 0;
		let most = 0;
		const sizes: number[] = [];
		const progress: number[] = [];
		const reading = readEad(
			(async function* () {
				for (let at = 0; at < xml.length; at += 50_000) yield xml.slice(at, at + 50_000);
			})(),
			{
				fileName: 'synthetic.xml',
				signal: stop.signal,
				onProgress: (bytes) => progress.push(bytes),
				onEntries: async (entries) => {
					pending += 1;
					most = Math.max(most, pending);
					sizes.push(entries.length);
					await Promise.resolve();
					pending -= 1;
					if (sizes.length === 10) stop.abort();
				},
			},
		);
		await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
		expect(most).toBe(1);
		expect(Math.max(...sizes)).toBe(500);
		expect(progress[0]).toBe(50_000);
	});
});
