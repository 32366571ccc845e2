import { expect, it, onTestFinished } from 'vitest';
import type { EntryId } from '#domain/base/ids.ts';
import { createApp, type App } from '#server/app.ts';
import { PURGE_PRINTERS } from '#server/cli/purge-output.ts';
import { readConfig } from '#server/config.ts';
import { words } from '#server/words.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { aFolder } from '#tests/support/folder.ts';
import { anApprovedPurge, aPurge } from '#tests/support/purges.ts';

it('an order that keeps failing holds up no other, says why and since when, and is done when it can be', async () => {
	const dataDir = await aFolder();
	let [stuck, tries] = ['', 0];
	const open = async (retryMs: number): Promise<App> => {
		const app = await createApp(readConfig({ data: dataDir, port: '0', logLevel: 'silent' }), {
			purge: { retryMs },
			async removeFromCopies(objectId) {
				if (objectId !== stuck) return;
				tries++;
				throw new Error('the copies are away');
			},
		});
		onTestFinished(() => app.close());
		return app;
	};
	let app = await open(60_000);
	const entries: EntryId[] = [];
	for (const title of ['一', '二', '三']) {
		const id = await aMadeEntry(app, { title, level: 'fonds' });
		await app.preservation.depositNow(id);
		entries.push(id);
	}
	const [one, two, three] = entries as [EntryId, EntryId, EntryId];
	stuck = `urn:uuid:${one}`;

	const { number } = await anApprovedPurge(app, [one]);
	// Begun behind it, and begun while it waits for its next try.
	for (const id of [two, three])
		expect(await aPurge(app, [id])).toMatchObject({ state: 'done', failure: null });
	const { failure, step, progress } = await app.purges.show(system, number);
	expect({ step, progress }).toEqual({ step: 'store', progress: null });
	expect(failure).toMatchObject({ code: 'the copies are away', sinceAt: expect.any(String) });
	const said = PURGE_PRINTERS['archive-purge-list']?.(
		(await app.purges.list(system)) as never,
		(key, params) => words(key, params ?? {}, 'zh-CN'),
	);
	expect(said).toContain(`${number}  自 ${failure?.sinceAt} 起未能完成，将自动重试：the copies are away`);

	await app.close();
	const before = tries;
	app = await open(1);
	await eventually(() => expect(tries).toBeGreaterThan(before + 2));
	expect((await app.purges.show(system, number)).failure).toEqual(failure);
	stuck = '';
	await app.purges.ended(number);
	expect(await app.purges.show(system, number)).toMatchObject({ state: 'done', failure: null });
});
