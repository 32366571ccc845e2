import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '#domain/base/clock.ts';
import type { EntryId, PersonId } from '#domain/base/ids.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { rebuildArchive } from '#server/administration/rebuild/rebuild.ts';
import { aMadeEntry, anImportedEntry, registerEntries, system } from '#tests/support/entries.ts';
import { aFolder, startTestServer } from '#tests/support/server.ts';
import { archiveIn } from '#tests/support/rebuilt.ts';

const reviewer: Person = { ...system, id: 'system:reviewer' as PersonId, name: 'reviewer' };

/** What is in a database that was rebuilt from the store. */
async function rebuilt(folder: string, dataDir: string): Promise<ReturnType<typeof archiveIn>> {
	const into = join(folder, 'rebuilt');
	await rebuildArchive(
		{ into, from: join(dataDir, 'archive') },
		{ id: 'system:ops', name: 'ops', via: 'cli' },
		systemClock,
		{ signal: new AbortController().signal, progress: () => undefined },
	);
	return archiveIn(into);
}

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

	const after = await rebuilt(folder, dataDir);
	expect(after['entry']).toEqual(before['entry']);
	expect(after['editor']).toEqual(before['editor']);
});

it('keeps the order in which steps were taken while the clock was set back', async () => {
	let aheadMs = 0;
	const folder = await aFolder();
	const { app, dataDir, stop } = await startTestServer({
		dataDir: join(folder, 'data'),
		// An hour earlier with every step.
		clock: { now: () => Date.now() - aheadMs },
	});
	const made = await aMadeEntry(app, { title: '有自己的对象' });
	const imported = await anImportedEntry(app, '没有自己的对象');
	await registerEntries(app, [made, imported], () => (aheadMs += 3_600_000));
	await app.preservation.flush('demand');
	const { review } = await app.catalogue.entry(system, made);
	expect([review.state, review.last?.step]).toEqual(['registered', 'register']);
	expect((await app.preservation.overview()).waiting.entries).toBe(0);
	await stop();
	const before = archiveIn(dataDir);
	const after = await rebuilt(folder, dataDir);
	const rowOf = (archive: typeof before) => archive['entry']?.find(({ id }) => id === made);
	expect(rowOf(before)).toMatchObject({ review_state: 'registered' });
	expect(rowOf(after)).toEqual(rowOf(before));
	expect(after['review_step_entry']).toEqual(before['review_step_entry']);
	expect(after['review_step']).toEqual(before['review_step']);
});
