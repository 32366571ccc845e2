import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { onTestFinished, expect, it } from 'vitest';
import { createId } from '#domain/base/ids.ts';
import { up } from '#server/storage/migrations/0021-fonds.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import { anEntryRow, bulkOf } from '#tests/support/entry-rows.ts';
import { aFolder } from '#tests/support/folder.ts';

/** Takes the database back to before fonds were told from what holds them together, as far as that shows. */
function takeBack(dataDir: string): void {
	const database = new DatabaseSync(join(dataDir, 'lantai.sqlite'));
	database.exec('drop trigger finding_fonds; drop index entry_own_fonds');
	database.close();
}

it('an archive of before gets the fonds of its entries, and people keep what they worked with', async () => {
	const dataDir = await aFolder();
	const [complex, inner, first, series, second, loose, beside] = Array.from({ length: 7 }, () => createId());
	const row = (id = '', level: string, parent_id: string | null = null, fonds_id = complex ?? '') =>
		anEntryRow({ id, level, parent_id, fonds_id });
	const made = await openStorage({ dataDir });
	await made.bulk([
		bulkOf([
			row(complex, 'fondsComplex'),
			row(inner, 'fondsComplex', complex),
			row(first, 'fonds', inner),
			row(series, 'series', first),
			row(second, 'fonds', complex),
			row(loose, 'item', complex),
			row(beside, 'fonds', null, beside),
		]),
	]);
	for (const [name, fonds] of [
		['group', [complex]],
		['other', [beside]],
		['all', null],
	] as const)
		await made.db
			.insertInto('user')
			.values({
				id: name,
				name,
				username: name,
				role: 'archivist',
				fonds: fonds && JSON.stringify(fonds),
				access_statuses: null,
				disabled_at: null,
				email: `${name}@people.invalid`,
				emailVerified: 0,
				image: null,
				displayUsername: name,
				createdAt: '2026-01-01T00:00:00.000Z',
				updatedAt: '2026-01-01T00:00:00.000Z',
			})
			.execute();
	await made.db
		.insertInto('finding')
		.values({
			entry_id: series ?? '',
			fonds_id: complex ?? '',
			rule: 'R20',
			field: 'title',
			severity: 'E',
			message: 'rule_r20_empty',
			params: '{}',
			value: '',
			suggestion: null,
			exception_id: null,
			first_seen: '2026-01-01T00:00:00.000Z',
			run_id: null,
		})
		.execute();
	await made.close();
	takeBack(dataDir);
	const { db } = await opened(dataDir);
	// By itself: those that came later expect what it has made.
	await up(db as Kysely<unknown>);
	const rows = await db.selectFrom('entry').select(['id', 'fonds_id']).execute();
	expect(Object.fromEntries(rows.map(({ id, fonds_id }) => [id, fonds_id]))).toEqual({
		[complex ?? '']: complex,
		[inner ?? '']: inner,
		[first ?? '']: first,
		[series ?? '']: first,
		[second ?? '']: second,
		[loose ?? '']: complex,
		[beside ?? '']: beside,
	});
	const people = await db.selectFrom('user').select(['name', 'fonds']).execute();
	const rights = Object.fromEntries(
		people.map(({ name, fonds }) => [name, fonds && (JSON.parse(fonds) as string[]).toSorted()]),
	);
	expect(rights).toEqual({
		group: [complex, inner, first, second].toSorted(),
		other: [beside],
		all: null,
	});
	expect(await db.selectFrom('finding').select('fonds_id').execute()).toEqual([{ fonds_id: first }]);
});

async function opened(dataDir: string) {
	const storage = await openStorage({ dataDir });
	onTestFinished(() => storage.close());
	return storage;
}
