import * as Y from 'yjs';
import { entryDocName } from '#sync/entry-doc.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { fieldValuesOf, setField } from '#sync/field-values.ts';
import type { App } from '#server/app.ts';

/** The account of that name, made when it is not there yet. */
export async function personOf(app: App, name: string, role: Person['role'] = 'archivist'): Promise<Person> {
	const known = await app.permissions.personByName(name);
	if (known) return known;
	await app.administration.people.add(
		{ name, role, password: 'synthetic-password-1' },
		{ id: 'test', name: 'test', via: 'cli' },
	);
	return (await app.permissions.personByName(name)) as Person;
}

/** Several people set one field, each without having seen the others' values; received in this order. */
export async function aConflict(
	app: App,
	id: EntryId,
	field: FieldKey,
	values: readonly {
		readonly by: Person;
		readonly value: FieldValue;
		/** By the clock of the device. */
		readonly at?: string;
		readonly via?: string;
	}[],
): Promise<void> {
	const base = new Y.Doc();
	for (const { payload } of await app.storage.log.read(`entry:${id}`)) Y.applyUpdate(base, payload);
	const state = Y.encodeStateAsUpdate(base);
	const updates = values.map(({ by, value, at }) => {
		const device = new Y.Doc();
		Y.applyUpdate(device, state);
		const before = Y.encodeStateVector(device);
		setField(fieldValuesOf(device), field, value, {
			id: createId<string>(),
			by: by.id,
			at: at ?? new Date().toISOString(),
		});
		return Y.encodeStateAsUpdate(device, before);
	});
	for (const [index, update] of updates.entries()) {
		const { by, via } = values[index] as (typeof values)[number];
		await app.collaboration.takeUpdate(
			entryDocName(id),
			update,
			{ id: by.id, name: by.name, via: via ?? null },
			{ person: by, alsoBy: [] },
		);
	}
}
