import { describe, expect, it } from 'vitest';
import { withLocalFields } from '#domain/catalogue/local-fields.ts';
import { dat18 } from '#domain/catalogue/profiles/dat18/dat18.ts';
import type { LocalFieldInUse } from '#domain/catalogue/registers/local-field.ts';
import { layoutOf } from './card-layout.ts';

const shelf: LocalFieldInUse = {
	id: 'local.old-shelf',
	label: { zh: '旧架号', en: 'Old shelf' },
	area: 'custody',
	type: 'text',
	obligation: { item: 'M' },
};

function fieldsOf(layout: ReturnType<typeof layoutOf>, areaId: string): string[] {
	return (layout.areas.find(({ id }) => id === areaId)?.fields ?? []).map(({ definition }) => definition.id);
}

const offered = (layout: ReturnType<typeof layoutOf>): string[] => layout.offered.map(({ id }) => id);

describe('the card', () => {
	it('asks of a fonds complex for no more than its name', () => {
		const layout = layoutOf(dat18, 'fondsComplex', [], new Set());
		expect(layout.areas).toEqual([]);
		expect(offered(layout)).toEqual(
			expect.arrayContaining(['referenceCode', 'dateRange', 'scopeAndContent']),
		);
	});

	it('offers fields of an extension only to whom it belongs, and shows values in any case', () => {
		expect(offered(layoutOf(dat18, 'item', [], new Set()))).not.toContain('photoNumber');
		const photo = layoutOf(dat18, 'item', ['photographer#1'], new Set(), new Set(['photo']));
		expect(offered(photo)).toContain('photoNumber');
		expect(offered(photo)).not.toContain('groom');
		expect(fieldsOf(photo, 'photo')).toEqual(['photographer']);
		expect(fieldsOf(layoutOf(dat18, 'item', ['groom'], new Set()), 'livelihood')).toEqual(['groom']);
	});

	it('offers nothing that a machine finds out', () => {
		expect(offered(layoutOf(dat18, 'item', [], new Set()))).not.toContain('digitised');
	});

	it('has the fields of the archive in their area, mandatory ones too', () => {
		const profile = withLocalFields(dat18, [shelf]);
		const field = layoutOf(profile, 'item', [], new Set())
			.areas.find(({ id }) => id === 'custody')
			?.fields.find(({ definition }) => definition.id === shelf.id);
		expect(field).toMatchObject({ isMissing: true, isForeign: false });
	});

	it('shows values of a field the archive withdrew, and asks for none', () => {
		const profile = withLocalFields(dat18, [{ ...shelf, isWithdrawn: true }]);
		expect(fieldsOf(layoutOf(profile, 'item', [shelf.id], new Set()), 'custody')).toContain(shelf.id);
		const empty = layoutOf(profile, 'item', [], new Set());
		expect(fieldsOf(empty, 'custody')).not.toContain(shelf.id);
		expect(offered(empty)).not.toContain(shelf.id);
	});
});
