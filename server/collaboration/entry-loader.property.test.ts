import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { EntryId } from '#domain/base/ids.ts';
import type { Json } from '#domain/catalogue/entry.ts';
import { richTextOf } from '#domain/catalogue/rich-text.ts';
import { readEntryDoc } from '#sync/entry-doc.ts';
import { fieldValuesOf } from '#sync/field-values.ts';
import { buildImportedDoc, type StoredEntry } from './entry-loader.ts';
import { readFieldElement } from './field-element-schema.ts';

const fieldKey = fc.oneof(
	fc.constantFrom('title', 'referenceCode', 'retentionPeriod'),
	fc.integer({ min: 0, max: 99 }).map((item) => `creators#${item}`),
);
const value: fc.Arbitrary<Json> = fc.oneof(
	fc.string({ unit: 'binary' }),
	fc.integer(),
	fc.record({ order: fc.constant('a0'), text: fc.string(), type: fc.string() }) as fc.Arbitrary<Json>,
);
const entries: fc.Arbitrary<StoredEntry> = fc.record({
	id: fc.uuid({ version: 7 }) as unknown as fc.Arbitrary<EntryId>,
	parentId: fc.option(fc.uuid({ version: 7 }) as unknown as fc.Arbitrary<EntryId>),
	order: fc.constantFrom('a0', 'a1V'),
	level: fc.constantFrom('fonds', 'file', 'item'),
	profile: fc.constantFrom('dat18', 'isad'),
	status: fc.constantFrom('active', 'deleted'),
	fields: fc.dictionary(fieldKey, value, { maxKeys: 8 }),
	bodies: fc.dictionary(fc.constantFrom('note', 'scopeAndContent'), fc.string().map(richTextOf), {
		maxKeys: 2,
	}),
	createdAt: fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-05-01T08:00:00.000Z'),
});

/** The same content with its keys in another order, as another database may give them back. */
function shuffled(given: Json): Json {
	if (given === null || typeof given !== 'object') return given;
	if (Array.isArray(given)) return (given as readonly Json[]).map(shuffled);
	return Object.fromEntries(
		Object.entries(given)
			.reverse()
			.map(([key, each]) => [key, shuffled(each)]),
	);
}

function clientOf(update: Uint8Array): number {
	const clients = [...Y.decodeStateVector(Y.encodeStateVectorFromUpdate(update)).keys()];
	expect(clients).toHaveLength(1);
	return clients[0] as number;
}

describe('the first building of an imported entry', () => {
	it('S9 gives the same bytes for the same row, in whatever order its keys come', () => {
		fc.assert(
			fc.property(entries, (entry) => {
				const again = shuffled(entry as unknown as Json) as unknown as StoredEntry;
				expect(Buffer.from(buildImportedDoc(again)).equals(buildImportedDoc(entry))).toBe(true);
			}),
		);
	});

	it('S9 gives another client id for other content', () => {
		fc.assert(
			fc.property(entries, entries, (one, other) => {
				fc.pre(JSON.stringify(shuffled(one as never)) !== JSON.stringify(shuffled(other as never)));
				expect(clientOf(buildImportedDoc(one))).not.toBe(clientOf(buildImportedDoc(other)));
			}),
		);
		fc.assert(
			fc.property(entries, (entry) => {
				const changed = { ...entry, fields: { ...entry.fields, title: '另一个题名，不会随机出现' } };
				expect(clientOf(buildImportedDoc(changed))).not.toBe(clientOf(buildImportedDoc(entry)));
			}),
		);
	});

	it('S9 two buildings merge into one', () => {
		fc.assert(
			fc.property(entries, (entry) => {
				const doc = new Y.Doc();
				Y.applyUpdate(doc, buildImportedDoc(entry));
				const once = readEntryDoc(doc);
				Y.applyUpdate(doc, buildImportedDoc(structuredClone(entry)));
				expect(readEntryDoc(doc)).toEqual(once);
				const elements = fieldValuesOf(doc).toArray();
				expect(elements).toHaveLength(4 + Object.keys(entry.fields).length);
				expect(new Set(elements.map(({ id }) => id)).size).toBe(elements.length);
				for (const element of elements) expect(readFieldElement(element).via).toBe('import');
			}),
		);
	});

	it('keeps the bytes of a known row: a changed building would meet the old one on devices', () => {
		const update = buildImportedDoc({
			id: '0199a000-0000-7000-8000-000000000001' as EntryId,
			parentId: null,
			order: 'a0',
			level: 'fonds',
			profile: 'dat18',
			status: 'active',
			fields: { title: '沧浦区档案馆' },
			bodies: { note: richTextOf('合成') },
			createdAt: '2026-01-01T00:00:00.000Z',
		});
		expect(clientOf(update)).toMatchInlineSnapshot(`1576273989`);
		expect(Buffer.from(update).toString('base64')).toMatchInlineSnapshot(
			`"AQbFkNDvBQAoAQRtZXRhBnNjaGVtYQF9ASgBBG1ldGEHcHJvZmlsZQF3BWRhdDE4CAEGZmllbGRzBXYGAmlkdyRhNTA3NmY5Ni03ZGE4LThhMzQtOWY2Zi01OGU0MDYyYWU2NjAFZmllbGR3BWxldmVsBXZhbHVldwVmb25kcwJieXcGaW1wb3J0AmF0dxgyMDI2LTAxLTAxVDAwOjAwOjAwLjAwMFoDdmlhdwZpbXBvcnR2BgJpZHckOWU4YjNkOTctZTA2ZC04ZjJlLThmNDAtYjdkMWZjYTllODUyBWZpZWxkdwZwYXJlbnQFdmFsdWV+AmJ5dwZpbXBvcnQCYXR3GDIwMjYtMDEtMDFUMDA6MDA6MDAuMDAwWgN2aWF3BmltcG9ydHYGAmlkdyQ0NmMzODRlYS1iZWI5LThhNjYtODg4YS1jYzQzMjljMDBlZjEFZmllbGR3BW9yZGVyBXZhbHVldwJhMAJieXcGaW1wb3J0AmF0dxgyMDI2LTAxLTAxVDAwOjAwOjAwLjAwMFoDdmlhdwZpbXBvcnR2BgJpZHckOWFhNTEyNGQtODNlZS04M2JhLWE3MTAtYTIzMTE4MDg4Y2NmBWZpZWxkdwZzdGF0dXMFdmFsdWV3BmFjdGl2ZQJieXcGaW1wb3J0AmF0dxgyMDI2LTAxLTAxVDAwOjAwOjAwLjAwMFoDdmlhdwZpbXBvcnR2BgJpZHckOGRiOWY5NmItYmViYi04YTA0LTkwNzYtMTBiZjc5YWY4OTU0BWZpZWxkdwV0aXRsZQV2YWx1ZXcS5rKn5rWm5Yy65qGj5qGI6aaGAmJ5dwZpbXBvcnQCYXR3GDIwMjYtMDEtMDFUMDA6MDA6MDAuMDAwWgN2aWF3BmltcG9ydAcBCWJvZHk6bm90ZQMJcGFyYWdyYXBoBwDFkNDvBQcGBADFkNDvBQgG5ZCI5oiQAA=="`,
		);
	});
});
