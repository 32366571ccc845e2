import * as fc from 'fast-check';
import { onTestFinished, describe, expect, it } from 'vitest';
import { must } from '#domain/base/assert.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { systemClock } from '#domain/base/clock.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import { Placing } from '#server/catalogue/import/entry-placing.ts';
import { project, projectMany, type Projecting } from '#server/catalogue/projection.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import type { Storage } from '#server/storage/storage.ts';
import { aFolder } from '#tests/support/folder.ts';

const RUNS = process.env['LANTAI_TEST_LONG'] ? 300 : 12;
const LEVELS = ['fondsComplex', 'fonds', 'series', 'file', 'item'];

interface Kept {
	readonly id: string;
	readonly parent_id: string | null;
	readonly level: string;
	readonly fonds_id: string;
}

interface Said {
	level: string;
	parent: EntryId | null;
	status: string;
}

/** In other words than the product has: upwards to the first fonds or group of fonds, else to the top. */
function fondsByDefinition(rows: readonly Kept[]): Record<string, string> {
	const byId = new Map(rows.map((row) => [row.id, row]));
	return Object.fromEntries(
		rows.map((row) => {
			let at = row;
			while (at.level !== 'fonds' && at.level !== 'fondsComplex' && at.parent_id !== null)
				at = byId.get(at.parent_id) as Kept;
			return [row.id, at.id];
		}),
	);
}

/** What a document says of an entry, as the projection is given it. */
function saying(id: EntryId, seq: number, said: Said): Projecting {
	const elements = Object.entries({ ...said, order: 'a0', title: '合成条目' }).map(
		([field, value]) =>
			[
				field,
				[{ id: `${id}-${field}-${seq}`, field, value, by: 'x', at: '2026-01-01T00:00:00.000Z' }],
			] as const,
	);
	return {
		id,
		meta: { schema: 1, profile: 'dat18' },
		content: { elements: new Map(elements), bodies: {} },
		seq,
	};
}

interface Step {
	readonly kind: string;
	readonly level: string;
	readonly which: number;
	readonly under: number;
	readonly isAtTop: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
	kind: fc.constantFrom('make', 'make', 'make', 'move', 'move', 'relevel', 'delete', 'together'),
	level: fc.constantFrom(...LEVELS),
	which: fc.nat(1000),
	under: fc.nat(1000),
	isAtTop: fc.boolean(),
});

/** Makes, moves and changes entries as live editing does. */
async function edit(storage: Storage, steps: readonly Step[]): Promise<void> {
	const parts = { storage, clock: systemClock };
	const said = new Map<EntryId, Said>();
	let seq = 0;
	for (const { kind, level, which, under, isAtTop } of steps) {
		const ids = [...said.keys()];
		const parent = isAtTop || ids.length === 0 ? null : (ids[under % ids.length] as EntryId);
		const id = kind === 'make' || ids.length === 0 ? createId() : (ids[which % ids.length] as EntryId);
		const known: Said = said.get(id) ?? { level, parent, status: 'active' };
		if (kind === 'move') known.parent = parent;
		else if (kind === 'relevel') known.level = level;
		else if (kind === 'delete') known.status = known.status === 'active' ? 'deleted' : 'active';
		said.set(id, known);
		if (kind !== 'together') {
			await project(parts, saying(id, ++seq, known));
			continue;
		}
		// Several that change their level at once, as a catching up projects them.
		for (const each of ids.filter((_, index) => index % 3 === which % 3))
			said.set(each, { ...must(said.get(each), 'it was made'), level });
		await projectMany(
			parts,
			[...said].map(([each, value]) => saying(each, ++seq, value)),
		);
	}
}

describe('the fonds of entries', () => {
	it('is the nearest above them, however they are made, moved and changed', async () => {
		const storage = await openStorage({ dataDir: await aFolder() });
		onTestFinished(() => storage.close());
		await fc.assert(
			fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 40 }), async (steps) => {
				await storage.db.deleteFrom('entry').execute();
				await edit(storage, steps);
				const rows = await storage.db
					.selectFrom('entry')
					.select(['id', 'parent_id', 'level', 'fonds_id'])
					.execute();
				expect(Object.fromEntries(rows.map((row) => [row.id, row.fonds_id]))).toEqual(
					fondsByDefinition(rows),
				);
			}),
			{ numRuns: RUNS },
		);
	});

	it('is the same for what an import places', () => {
		fc.assert(
			fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
				const placing = new Placing(profileOf('dat18'), undefined, null);
				const rows = steps.map(({ level, under, isAtTop }, ref): Kept => {
					const parentRef = isAtTop || ref === 0 ? null : under % ref;
					const placed = placing.place({ ref, parentRef, level, fields: {}, bodies: {}, line: 1 });
					const { id, parentId } = placed.entry;
					return { id, parent_id: parentId, level, fonds_id: placed.fondsId };
				});
				expect(Object.fromEntries(rows.map((row) => [row.id, row.fonds_id]))).toEqual(
					fondsByDefinition(rows),
				);
			}),
		);
	});
});
