// @vitest-environment jsdom
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isad } from '#domain/catalogue/profiles/isad.ts';
import { textOf, type PlacedEntry } from '#domain/catalogue/entry.ts';
import { plainTextOf } from '#domain/catalogue/rich-text.ts';
import { createId } from '#domain/base/ids.ts';
import { isComponent } from './ead-elements.ts';
import { readEad } from './ead-reader.ts';
import { SHARED, whyNotValid } from './ead3-schema.fixture.ts';
import { writeEad3 } from './ead3-writer.ts';
import type { ReadEntry } from './reader.ts';
import { comparable, readAll, streamOf, textOfExport, type ReadAll } from './reading.fixture.ts';

/** Components, depth and most siblings, as counted when the samples were collected. */
const SAMPLES: readonly (readonly [string, number, number, number])[] = [
	['ead3/mc00338.xml', 7251, 2, 2489],
	['ead3/ua015_402.xml', 597, 1, 597],
	['ead3/rbc00008.xml', 50, 1, 50],
	['ead3/naa213.xml', 39, 2, 38],
	['ead3/sw0116-ead3.xml', 158, 3, 106],
	['ead/Kitchen_sink_AT_output_EAD_with_enumerated_Cs.xml', 71, 4, 15],
	['ead/at-tracer.xml', 12, 12, 1],
	['ead/wnyu.xml', 43, 2, 34],
	['ead/alphaomegaalpha.xml', 38, 4, 25],
	['ead/deeply-nested-components.xml', 31, 12, 5],
	['ead/abbey244.xml', 519, 2, 490],
	['ead/AC154.EAD.xml', 3546, 4, 1588],
	['ead/finleytemplate.xml', 4767, 2, 4766],
	['ead/sc0097.xml', 1140, 3, 159],
];

/** Large files on a busy machine. */
const patient = { timeout: 60_000 };

const FOLDER = path.join(SHARED, 'samples');
const read = new Map<string, Promise<ReadAll>>();

function sample(name: string): { readonly xml: string; readonly all: Promise<ReadAll> } {
	const xml = readFileSync(path.join(FOLDER, name), 'utf8');
	const all = read.get(name) ?? readAll(readEad, xml);
	read.set(name, all);
	return { xml, all };
}

function rootOf(xml: string): Element {
	return new DOMParser().parseFromString(xml, 'application/xml').documentElement;
}

function isEntry(element: Element): boolean {
	return element.localName === 'archdesc' || isComponent(element.localName);
}

/** Every entry's element, in document order. */
function entryElements(root: Element): Element[] {
	const found: Element[] = [];
	const walk = (element: Element) => {
		if (isEntry(element)) found.push(element);
		for (const child of element.children) walk(child);
	};
	walk(root);
	return found;
}

function normal(text: string): string {
	return text.replace(/\s+/g, ' ').trim();
}

function depthOf(entry: ReadEntry, entries: readonly ReadEntry[]): number {
	return entry.parentRef === null ? 0 : 1 + depthOf(entries[entry.parentRef] as ReadEntry, entries);
}

/** All that an entry says, as one text. */
function saying(entry: ReadEntry): string {
	const values = Object.values(entry.fields).flatMap((value) =>
		typeof value === 'object' && value !== null ? Object.values(value) : [value],
	);
	return normal([...values.map(String), ...Object.values(entry.bodies).map(plainTextOf)].join(' '));
}

describe('finding aids of other institutions', () => {
	it.for(SAMPLES)(
		'%s: entries, depth and siblings',
		patient,
		async ([name, components, depth, siblings], context) => {
			if (!existsSync(FOLDER)) return context.skip(`${FOLDER} is not there`);
			const { entries, problems } = await sample(name).all;
			expect(problems).toEqual([]);
			expect(entries).toHaveLength(components + 1);
			expect(Math.max(...entries.map((entry) => depthOf(entry, entries)))).toBe(depth);
			const children = new Map<number | null, number>();
			for (const { parentRef } of entries) children.set(parentRef, (children.get(parentRef) ?? 0) + 1);
			expect(Math.max(...children.values())).toBe(siblings);
			expect(entries.every((entry, index) => entry.ref === index && (entry.parentRef ?? -1) < index)).toBe(
				true,
			);
		},
	);

	it.for(SAMPLES)('%s: titles and codes are those of the source', patient, async ([name], context) => {
		if (!existsSync(FOLDER)) return context.skip(`${FOLDER} is not there`);
		const { xml, all } = sample(name);
		const { entries } = await all;
		const firstOf = (entry: Element, wanted: string) => {
			const did = [...entry.children].find((child) => child.localName === 'did');
			const found = [...(did?.children ?? [])].filter((child) => child.localName === wanted);
			return wanted === 'unittitle'
				? found.slice(0, 1)
				: found.filter((each) => normal(each.textContent ?? ''));
		};
		const wanted = entryElements(rootOf(xml)).map((element) => [
			normal(firstOf(element, 'unittitle')[0]?.textContent ?? ''),
			normal(firstOf(element, 'unitid')[0]?.textContent ?? ''),
		]);
		const got = entries.map((entry) => [
			textOf(entry.fields['title']),
			textOf(entry.fields['referenceCode']),
		]);
		expect(got).toEqual(wanted);
	});

	it.for(SAMPLES)('%s: no word vanishes without being named', patient, async ([name], context) => {
		if (!existsSync(FOLDER)) return context.skip(`${FOLDER} is not there`);
		const { xml, all } = sample(name);
		const { entries, losses } = await all;
		const lost = new Set(losses.map((loss) => loss.path));
		const root = rootOf(xml);
		const vanished: string[] = [];
		entryElements(root).forEach((element, index) => {
			const kept = saying(entries[index] as ReadEntry);
			const titles = [...element.children]
				.filter((child) => child.localName === 'did')
				.flatMap((did) => [...did.children].filter((child) => child.localName === 'unittitle'));
			const walk = (node: Element, trail: string, isLost: boolean) => {
				for (const child of node.childNodes) {
					if (child.nodeType === 3 || child.nodeType === 4) {
						if (isLost) continue;
						const said = normal(child.nodeValue ?? '');
						if (/[\p{L}\p{N}]/u.test(said) && !kept.includes(said)) vanished.push(`${trail}: ${said}`);
					} else if (child.nodeType === 1) {
						const below = child as Element;
						if (isEntry(below)) continue;
						const here = `${trail}/${below.localName}${titles.indexOf(below) > 0 ? ' (further)' : ''}`;
						walk(below, here, isLost || lost.has(here));
					}
				}
			};
			walk(element, isComponent(element.localName) ? 'c' : 'archdesc', false);
		});
		expect(vanished).toEqual([]);
	});

	it.for(SAMPLES)('%s: its export is valid and gives the same entries', patient, async ([name], context) => {
		if (!existsSync(FOLDER)) return context.skip(`${FOLDER} is not there`);
		const { entries } = await sample(name).all;
		const ids = entries.map(() => createId());
		const placed = entries.map(({ level, fields, bodies, parentRef }, index): PlacedEntry => ({
			id: ids[index] as PlacedEntry['id'],
			parentId: parentRef === null ? null : (ids[parentRef] as PlacedEntry['id']),
			order: 'a0',
			level,
			fields,
			bodies,
		}));
		const info = {
			recordId: name,
			title: 'Export',
			agencyName: 'Synthetic archives',
			date: '2026-01-02',
			language: 'en',
		};
		const written = writeEad3(streamOf(placed), info, isad);
		const xml = await textOfExport(written);
		expect(written.losses).toEqual([]);
		const again = await readAll(readEad, xml);
		expect(again.losses).toEqual([]);
		expect(again.entries.map(comparable)).toEqual(entries.map(comparable));
		expect(await whyNotValid(xml, context)).toBeUndefined();
	});
});
