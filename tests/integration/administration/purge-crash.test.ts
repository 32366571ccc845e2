import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PURGE_STEPS } from '#domain/administration/purge.ts';
import { systemClock } from '#domain/base/clock.ts';
import { rebuildArchive } from '#server/administration/rebuild/rebuild.ts';
import { createApp, type App, type AppOptions } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import type { Storage } from '#server/storage/storage.ts';
import { system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { aFolder } from '#tests/support/folder.ts';
import { anApprovedPurge, aPlainArchive, SECRET } from '#tests/support/purges.ts';
import { findWords } from '#tests/support/raw-bytes.ts';

async function open(dataDir: string, options: AppOptions = {}): Promise<App> {
	const app = await createApp(readConfig({ data: dataDir, port: '0', logLevel: 'silent' }), options);
	onTestFinished(() => app.close());
	return app;
}

async function demandDone(app: App, dataDir: string): Promise<void> {
	const [order] = await app.purges.list(system);
	await app.purges.ended(order?.id ?? '');
	expect(await app.purges.show(system, order?.id ?? '')).toMatchObject({ state: 'done', failure: null });
	const { objects } = await app.purges.certificate(system, order?.id ?? '');
	// What each object was is known though the process that found it is gone.
	expect(objects.every(({ before }) => before !== null)).toBe(true);
	expect(objects.map(({ kind }) => kind).toSorted()).toEqual(['entry', 'import']);
	expect(findWords(dataDir, [SECRET])).toEqual([]);
	expect((await app.preservation.verify()).errors).toEqual([]);
}

describe('a purge that is interrupted', () => {
	it(
		'goes on after a restart, wherever it was; until then it is not said to be done',
		{ timeout: 60_000 },
		async () => {
			const dataDir = await aFolder();
			let stopAt: string | undefined = 'seal';
			const purge = {
				retryMs: 60_000,
				beforeStep(step: string) {
					if (step === stopAt) throw new Error(`interrupted before ${step}`);
				},
			};
			let app = await open(dataDir, { purge });
			const { number } = await anApprovedPurge(app, await aPlainArchive(app, await aFolder()));
			for (const [index, step] of PURGE_STEPS.entries()) {
				await eventually(async () =>
					expect(await app.purges.show(system, number)).toMatchObject({
						state: 'approved',
						step,
						failure: { code: `interrupted before ${step}` },
						hasCertificate: false,
					}),
				);
				await expect(app.purges.certificate(system, number)).rejects.toMatchObject({
					code: 'purge.not-done',
				});
				await app.close();
				stopAt = PURGE_STEPS[index + 1];
				app = await open(dataDir, { purge });
			}
			await demandDone(app, dataDir);
		},
	);

	it('finishes though the database fails in every place', { timeout: 60_000 }, async () => {
		const dataDir = await aFolder();
		let calls = 0;
		let failAt = Infinity;
		let gap = 1;
		const failing = (opened: Storage): Storage => ({
			...opened,
			async batch(statements) {
				if (++calls >= failAt) {
					failAt = calls + ++gap;
					throw new Error('the disk is away');
				}
				await opened.batch(statements);
			},
		});
		const app = await open(dataDir, { storage: failing, purge: { retryMs: 1 } });
		const entries = await aPlainArchive(app, await aFolder());
		await app.preservation.flush('demand');
		const { id } = await anApprovedPurge(app, entries);
		failAt = calls + 1;
		await app.purges.ended(id);
		expect(gap).toBeGreaterThan(3);
		await demandDone(app, dataDir);
	});

	it(
		'goes on in a database that was rebuilt from what the store had by then',
		{ timeout: 60_000 },
		async () => {
			const dataDir = await aFolder();
			let taken = 0;
			const app = await open(dataDir, {
				purge: { retryMs: 60_000 },
				// The first object has gone; nothing that comes after it does.
				removeFromCopies: async () => {
					if (++taken > 0) throw new Error('the copies are away');
				},
			});
			const { number } = await anApprovedPurge(app, await aPlainArchive(app, await aFolder()));
			await eventually(async () =>
				expect(await app.purges.show(system, number)).toMatchObject({
					step: 'store',
					failure: { code: 'the copies are away' },
				}),
			);
			await app.close();
			const into = join(await aFolder(), 'rebuilt');
			const answer = await rebuildArchive(
				{ into, from: join(dataDir, 'archive') },
				{ id: 'system:test', name: 'test', via: 'cli' },
				systemClock,
				{ signal: new AbortController().signal, progress: () => undefined },
			);
			expect(answer.damage).toEqual([]);
			const rebuilt = await open(into);
			await rebuilt.purges.ended(number);
			expect(await rebuilt.purges.show(system, number)).toMatchObject({ state: 'done', failure: null });
			const { entries } = await rebuilt.purges.certificate(system, number);
			expect(findWords(into, [SECRET])).toEqual([]);
			expect((await rebuilt.preservation.verify()).errors).toEqual([]);
			for (const { id } of entries) {
				expect((await rebuilt.catalogue.entry(system, id)).purged).toMatchObject({ number });
				await expect(
					rebuilt.collaboration.setField(id, 'title', '再来', { id: 'x', name: 'x', via: null }),
				).rejects.toMatchObject({ code: 'catalogue.purged' });
			}
		},
	);

	for (const place of process.env['LANTAI_TEST_LONG'] ? [...PURGE_STEPS, 'object'] : ['object'])
		it(`is done by the next process when it was killed at: ${place}`, { timeout: 60_000 }, async () => {
			const dataDir = await aFolder();
			const loop = join(import.meta.dirname, '../../support/purge-until-killed.ts');
			const child = spawn(process.execPath, [loop, dataDir, await aFolder(), place], {
				stdio: ['ignore', 'ignore', 'inherit'],
			});
			const signal = await new Promise((resolve) => child.on('close', (_code, by) => resolve(by)));
			expect(signal).toBe('SIGKILL');
			await demandDone(await open(dataDir), dataDir);
		});
});
