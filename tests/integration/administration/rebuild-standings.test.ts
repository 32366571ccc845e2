import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '#domain/base/clock.ts';
import type { EntryId, PersonId } from '#domain/base/ids.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { rebuildArchive } from '#server/administration/rebuild/rebuild.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { aFolder, startTestServer } from '#tests/support/server.ts';
import { archiveIn } from '#tests/support/rebuilt.ts';

const reviewer: Person = { ...system, id: 'system:reviewer' as PersonId, name: 'reviewer' };

it('leaves verified what got its code and was not registered after all, and no work of who gave it', async () => {
	const folder = await aFolder();
	const { app, dataDir, stop } = await startTestServer({ dataDir: join(folder, 'data') });
	const ids: EntryId[] = [];
	for (const title of ['得了档号', '得了档号又有改动', '改动之后才得档号'])
		ids.push(await aMadeEntry(app, { title }));
	const [coded, codedAndEdited, editedAndCoded] = ids as [EntryId, EntryId, EntryId];
	for (const [step, person] of [
		['submit', system],
		['verify', reviewer],
	] as const)
		await app.review.take({ person, via: null }, step, { entries: ids.map((id) => ({ id })) }, '');
	const set = async (id: EntryId, field: string, value: string, person: Person, via: string | null) =>
		app.collaboration.projected(
			id,
			await app.collaboration.setField(id, field, value, { id: person.id, name: person.name, via }),
		);
	// Registering gives codes first; then it may be refused, given up or interrupted.
	const giveCode = (id: EntryId, code: string) => set(id, 'referenceCode', code, reviewer, 'register');
	await giveCode(coded, 'B002-WS·2011-Y-BGS-0001');
	await giveCode(codedAndEdited, 'B002-WS·2011-Y-BGS-0002');
	await set(codedAndEdited, 'title', '又改', system, null);
	await set(editedAndCoded, 'title', '又改', system, null);
	await giveCode(editedAndCoded, 'B002-WS·2011-Y-BGS-0003');
	await app.preservation.flush('demand');
	await stop();
	const before = archiveIn(dataDir);
	expect(
		Object.fromEntries((before['entry'] ?? []).map(({ id, review_state: state }) => [id, state])),
	).toMatchObject({ [coded]: 'verified', [codedAndEdited]: 'submitted', [editedAndCoded]: 'submitted' });

	const into = join(folder, 'rebuilt');
	await rebuildArchive(
		{ into, from: join(dataDir, 'archive') },
		{ id: 'system:ops', name: 'ops', via: 'cli' },
		systemClock,
		{ signal: new AbortController().signal, progress: () => undefined },
	);
	const after = archiveIn(into);
	expect(after['entry']).toEqual(before['entry']);
	expect(after['editor']).toEqual(before['editor']);
});
