import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '#domain/base/clock.ts';
import { rebuildArchive } from '#server/administration/rebuild/rebuild.ts';
import { CODES_OBJECT } from '#server/preservation/code-deposit.ts';
import { OcflReader } from '#server/preservation/ocfl-reader.ts';
import { verify } from '#server/preservation/ocfl-verify.ts';
import { aFondsEntry, anItem, registerFonds } from '#tests/support/codes.ts';
import { registerEntries, system } from '#tests/support/entries.ts';
import { aPurge } from '#tests/support/purges.ts';
import { findWords } from '#tests/support/raw-bytes.ts';
import { archiveIn } from '#tests/support/rebuilt.ts';
import { aFolder, startTestServer } from '#tests/support/server.ts';

/** More than one file holds. */
const EVENTS = 1100;

it('what was done with codes goes into the store in files that stay once they are full; a purge and a rebuild reach all of them', async () => {
	const server = await startTestServer();
	const { app, dataDir } = server;
	const root = join(dataDir, 'archive');
	await registerFonds(app);
	const fonds = await aFondsEntry(app);
	const ids = [await anItem(app, fonds, '将要清除'), await anItem(app, fonds, '留下')];
	await registerEntries(app, ids);
	const codes = await Promise.all(
		ids.map(async (id) => (await app.catalogue.entry(system, id)).referenceCode),
	);
	const note = (at: number) => ({
		kind: 'note',
		fonds_number: 'B002',
		regime: 'dat22-2015',
		group_key: 'B002-WS·2011-Y-BGS-',
		number: at,
		number_to: at,
		suffix: '',
		code: '',
		new_code: '',
		why: `第${at}号件已退回`,
		actor_id: 'system:test',
		actor_name: 'test',
		at: '2026-11-27T00:00:00.000Z',
	});
	const many = Array.from({ length: EVENTS }, (_, at) => note(at + 10));
	for (let at = 0; at < EVENTS; at += 100)
		await app.storage.db
			.insertInto('code_event')
			.values(many.slice(at, at + 100))
			.execute();
	const by = { person: system, via: null };
	const groupKey = 'B002-WS·2011-Y-BGS-';
	/** The files that a version added, by their names. */
	const addedBy = (version: string): string[] => {
		const place = new OcflReader(root).placeOf(CODES_OBJECT) ?? '';
		return readdirSync(join(place, version, 'content')).toSorted();
	};
	for (const why of ['甲', '乙']) {
		await app.codes.note(by, { groupKey, from: 3, to: 3, why });
		await app.preservation.flush('demand');
	}
	const newest = new OcflReader(root).listVersions(CODES_OBJECT).at(-1)?.version ?? '';
	expect(addedBy(newest)).toEqual(['deposit.json', 'events-000002.jsonl']);

	expect(await aPurge(app, ids.slice(0, 1))).toMatchObject({ state: 'done', failure: null });
	expect(findWords(dataDir, [codes[0] as string])).toEqual([]);
	await app.codes.note(by, { groupKey, from: 4, to: 4, why: '丙' });
	await app.preservation.flush('demand');
	expect(verify(root)).toMatchObject({ valid: true, errors: [] });

	await server.stop();
	const into = join(await aFolder(), 'rebuilt');
	await rebuildArchive({ from: root, into }, { id: 'test', name: 'test', via: 'cli' }, systemClock, {
		signal: new AbortController().signal,
		progress: () => undefined,
	});
	const [before, after] = [archiveIn(dataDir)['code_event'], archiveIn(into)['code_event']];
	expect(before).toHaveLength(2 + EVENTS + 4);
	expect(after).toEqual(before);
});
