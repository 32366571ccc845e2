import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { EntryId } from '#domain/base/ids.ts';
import type { PurgeStep } from '#domain/administration/purge.ts';
import { createApp, type App } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import type { RepairAnswer } from '#server/preservation/copies/repairs.ts';
import { anEmptyDisk, damage, placeIn } from '#tests/support/copies.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { aFolder } from '#tests/support/folder.ts';
import { anApprovedPurge, SECRET } from '#tests/support/purges.ts';

/** An archive with a copy of its store, an entry that is to go and one that stays. */
async function aCopiedArchive(beforeStep: (step: PurgeStep) => void) {
	const [dataDir, disk] = [await aFolder(), await anEmptyDisk()];
	const config = readConfig({ data: dataDir, port: '0', logLevel: 'silent' }, { LANTAI_COPIES: disk });
	const open = async (purge: { beforeStep?: (step: PurgeStep) => void } = {}): Promise<App> => {
		const app = await createApp(config, { purge });
		onTestFinished(() => app.close());
		return app;
	};
	const app = await open({ beforeStep });
	const entries: EntryId[] = [];
	for (const title of [SECRET, '留下']) {
		const id = await aMadeEntry(app, { title, level: 'fonds' });
		await app.preservation.depositNow(id);
		entries.push(id);
	}
	await app.preservation.copies.replicate();
	const [going, staying] = entries as [EntryId, EntryId];
	return { app, open, going, staying, root: join(dataDir, 'archive') };
}

it('a purge and a repair that is begun while it has the store both end, and deposits go on', async () => {
	let repairing: Promise<RepairAnswer> | undefined;
	const { app, going, staying, root } = await aCopiedArchive((step) => {
		if (step === 'rows')
			repairing = app.preservation.repair({
				objects: [`urn:uuid:${staying}`],
				allFailed: false,
				agent: 'test',
			});
	});
	damage(placeIn(root, `urn:uuid:${staying}`));
	const { number } = await anApprovedPurge(app, [going]);
	await app.purges.ended(number);
	expect(await app.purges.show(system, number)).toMatchObject({ state: 'done', failure: null });
	expect(await repairing).toMatchObject({ isWhole: true, objects: [{ outcome: 'repaired' }] });
	expect((await app.purges.certificate(system, number)).copies).toEqual([]);
	expect(await app.preservation.depositNow(staying)).toBeUndefined();
	expect((await app.preservation.verify()).errors).toEqual([]);
});

it('ends while a purge waits for its turn at a copy; the next start finishes it', async () => {
	const turn = Promise.withResolvers<void>();
	onTestFinished(() => turn.resolve());
	const { app, open, going } = await aCopiedArchive((step) => {
		if (step === 'rows')
			void app.preservation.copies.withKeepers(undefined, async ([keeper]) =>
				keeper?.exclusive(undefined, () => turn.promise),
			);
	});
	const { number } = await anApprovedPurge(app, [going]);
	await eventually(async () =>
		expect(await app.purges.show(system, number)).toMatchObject({
			progress: { step: 'deposit' },
			hasCertificate: false,
		}),
	);
	await app.close();
	turn.resolve();
	const again = await open();
	await again.purges.ended(number);
	expect(await again.purges.show(system, number)).toMatchObject({ state: 'done', failure: null });
	expect((await again.purges.certificate(system, number)).copies).toEqual([]);
});
