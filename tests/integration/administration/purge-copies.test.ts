import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { EntryId } from '#domain/base/ids.ts';
import { verify } from '#server/preservation/ocfl-verify.ts';
import { anEmptyDisk, damage, placeIn } from '#tests/support/copies.ts';
import { system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { aFolder } from '#tests/support/folder.ts';
import { aPlainArchive, aPurge, SECRET } from '#tests/support/purges.ts';
import { findWords } from '#tests/support/raw-bytes.ts';
import { startTestServer } from '#tests/support/server.ts';

it('goes to copies, also to one that was away, to the second place of the log, and to what was put aside', async () => {
	const [near, far, logs] = [await anEmptyDisk(), await anEmptyDisk(), await anEmptyDisk()];
	const { app, dataDir } = await startTestServer({
		env: { LANTAI_COPIES: `${near},${far}`, LANTAI_LOG_COPY: logs },
	});
	const ids = await aPlainArchive(app, await aFolder());
	const [made] = ids as [EntryId];
	await app.preservation.depositNow(made);
	await app.preservation.copies.replicate();
	const root = join(dataDir, 'archive');
	const object = `urn:uuid:${made}`;
	damage(placeIn(root, object));
	expect(
		(await app.preservation.repair({ objects: [object], allFailed: false, agent: 'test' })).isWhole,
	).toBe(true);
	for (const place of [near, far, logs, `${root}-damaged`])
		expect(findWords(place, [SECRET]).length, place).toBeGreaterThan(0);
	renameSync(far, `${far}-away`);

	const done = await aPurge(app, ids);
	expect(done).toMatchObject({ state: 'done', failure: null });
	for (const place of [dataDir, near, logs]) expect(findWords(place, [SECRET]), place).toEqual([]);
	const certificate = await app.purges.certificate(system, done.number);
	expect(certificate.copies).toEqual([{ path: far, objects: certificate.objects.length }]);
	expect(app.storage.logCopy?.status()).toMatchObject({ state: 'ok' });

	renameSync(`${far}-away`, far);
	await app.preservation.copies.replicate();
	await eventually(() => expect(findWords(far, [SECRET])).toEqual([]));
	for (const place of [root, join(near, 'archive'), join(far, 'archive')])
		expect(verify(place)).toMatchObject({ valid: true, errors: [] });
	const checked = await app.preservation.fixity.run({
		isAll: true,
		megabytesPerSecond: 0,
		actor: { id: 'system:test', name: 'test', via: null },
	});
	expect(checked.failures).toBe(0);
	expect((await app.preservation.copies.replicate()).isWhole).toBe(true);
});
