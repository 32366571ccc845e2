import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { createId, type EntryId, type PersonId } from '#domain/base/ids.ts';
import { orderKeyBetween } from '#domain/catalogue/order-key.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { buildEntryDoc } from '#sync/entry-doc.ts';
import { aFondsEntry, anItem, registerFonds } from '#tests/support/codes.ts';
import { system } from '#tests/support/entries.ts';
import { startServerProcess } from '#tests/support/server-process.ts';
import { aFolder, startTestServer } from '#tests/support/server.ts';

const KILLS = process.env['LANTAI_TEST_LONG'] ? 20 : 3;
const ENTRIES = 50;
const reviewer: Person = { ...system, id: 'system:reviewer' as PersonId, name: 'reviewer' };
const CODE = /^B002-WS·2011-Y-BGS-(\d{4})$/;

/** An item that a device made without a network: sent when it is back. */
function offlineItem(under: EntryId, by: string) {
	const id = createId();
	const doc = new Y.Doc();
	buildEntryDoc(
		doc,
		{
			level: 'item',
			parentId: under,
			order: orderKeyBetween(null, null),
			fields: { title: '离线补入', year: 2011, retentionPeriod: 'Y', orgOrMatter: 'BGS' },
			bodies: {},
		},
		{ by, at: new Date().toISOString(), newElementId: () => createId<string>() },
	);
	return { id, profile: 'dat18', update: Buffer.from(Y.encodeStateAsUpdate(doc)).toString('base64') };
}

it(
	`${ENTRIES} registered at once with offline inserts, killed ${KILLS} times in between: no number twice, no gap unexplained`,
	{ timeout: 60_000 + KILLS * 30_000 },
	async () => {
		const dataDir = await aFolder();
		const setup = await startTestServer({ dataDir });
		await registerFonds(setup.app);
		const fonds = await aFondsEntry(setup.app);
		const ids: EntryId[] = [];
		for (let index = 0; index < ENTRIES; index++) ids.push(await anItem(setup.app, fonds, `第${index}件`));
		const targets = { entries: ids.map((id) => ({ id })) };
		await setup.app.review.take({ person: system, via: null }, 'submit', targets, '');
		await setup.app.review.take({ person: reviewer, via: null }, 'verify', targets, '');
		const token = await setup.token('入库员', 'reviewer');
		const deviceToken = await setup.token('著录员', 'archivist');
		const { id: deviceBy } = (await setup.app.permissions.personByName('著录员')) as Person;
		await setup.stop();

		const inserted: EntryId[] = [];
		for (let kill = 0; kill <= KILLS; kill++) {
			const isLast = kill === KILLS;
			const server = await startServerProcess(dataDir);
			const post = async (path: string, body: unknown, as: string): Promise<string> => {
				const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, {
					method: 'POST',
					headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json' },
					body: JSON.stringify(body),
				});
				return answer.text();
			};
			let answered = 0;
			const count = (work: Promise<string>): Promise<void> =>
				work.then(
					() => {
						answered++;
						// In the middle of the others, now earlier, now later.
						if (!isLast && answered === 1 + kill * 4) void server.kill('SIGKILL');
					},
					() => undefined,
				);
			const item = offlineItem(fonds, deviceBy);
			inserted.push(item.id);
			await Promise.all([
				...ids.map((id) =>
					count(post('/api/review/steps', { step: 'register', targets: { entries: [{ id }] } }, token)),
				),
				count(post('/api/entries', item, deviceToken)),
			]);
			if (isLast) await server.kill('SIGTERM');
			else await server.kill('SIGKILL');
		}

		const { app } = await startTestServer({ dataDir });
		const rows = await app.storage.db
			.selectFrom('entry')
			.select(['id', 'reference_code', 'review_state'])
			.where('id', 'in', ids)
			.execute();
		expect(rows.map(({ review_state }) => review_state)).toEqual(ids.map(() => 'registered'));
		const numbers = rows.map(({ reference_code }) => Number(CODE.exec(reference_code)?.[1]));
		// One allotment for each, whoever was killed when: no number was lost on the way.
		expect(numbers.toSorted((a, b) => a - b)).toEqual(ids.map((_, at) => at + 1));
		const report = await app.codes.report(system, { limit: 100 });
		expect([report.duplicateCount, report.gaps.filter(({ isExplained }) => !isExplained)]).toEqual([0, []]);
		const events = await app.storage.db.selectFrom('code_event').select(['kind', 'entry_id']).execute();
		expect(events.map(({ kind, entry_id }) => `${kind} ${entry_id}`).toSorted()).toEqual(
			ids.map((id) => `allotted ${id}`).toSorted(),
		);
		// What came from the device has its number above all of them.
		const [late] = (
			await app.storage.db.selectFrom('entry').select('id').where('id', 'in', inserted).execute()
		).map(({ id }) => ({ id: id as EntryId }));
		const entries = [late as { id: EntryId }];
		await app.review.take({ person: system, via: null }, 'submit', { entries }, '');
		await app.review.take({ person: reviewer, via: null }, 'verify', { entries }, '');
		await app.review.take({ person: reviewer, via: null }, 'register', { entries }, '');
		expect((await app.catalogue.entry(system, late?.id as EntryId)).referenceCode).toBe(
			`B002-WS·2011-Y-BGS-00${ENTRIES + 1}`,
		);
	},
);
