import { rmSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { FixityRegister } from '#server/preservation/fixity/fixity-register.ts';
import type { FixityAsks } from '#server/preservation/fixity/fixity-worker.ts';
import { ObjectChecker } from '#server/preservation/fixity/object-checker.ts';
import { StoreHolds } from '#server/preservation/store-holds.ts';
import { WorkerClient } from '#server/preservation/worker-client.ts';
import { anArchive, type Archive } from '#tests/support/archive.ts';
import { damage, depositedEntries, objectOf, placeIn } from '#tests/support/copies.ts';
import { keepRoot, registered } from '#tests/support/fixity.ts';

/** Checks objects; what is given happens once, when they were looked at or before. */
function aCheckerOf({ root, storage }: Archive, when: 'before' | 'after', change: () => Promise<unknown>) {
	const holds = new StoreHolds();
	let isToChange = true;
	class Worker extends WorkerClient<FixityAsks> {
		override async ask<Kind extends keyof FixityAsks>(
			...asked: Parameters<WorkerClient<FixityAsks>['ask']>
		): Promise<FixityAsks[Kind]['answer']> {
			const changes = isToChange;
			isToChange = false;
			if (changes && when === 'before') await holds.alone(change);
			const answer = await super.ask(...asked);
			if (changes && when === 'after') await holds.alone(change);
			return answer;
		}
	}
	const worker = new Worker(
		new URL('../../../server/preservation/fixity/fixity-worker.ts', import.meta.url),
		{},
	);
	onTestFinished(() => worker.close());
	return new ObjectChecker({
		root,
		worker,
		register: new FixityRegister(storage),
		hold: () => holds.share(),
		watch: () => holds.watch(),
	});
}

it('what was repaired while it was looked at did not fail', async () => {
	const archive = await anArchive();
	const ids = (await depositedEntries(archive, 2)).map(objectOf);
	await registered(archive, Object.fromEntries(ids.map((id) => [id.replace('urn:uuid:', ''), 1])));
	const repair = keepRoot(archive);
	damage(placeIn(archive.root, ids[0] ?? ''));
	const checker = aCheckerOf(archive, 'after', async () => repair());
	const verdicts = await checker.check(ids, 0);
	expect(verdicts.map(({ objectId, findings }) => [objectId, findings])).toEqual(ids.map((id) => [id, []]));
});

it('what was purged while it was looked at is not missing', async () => {
	const archive = await anArchive();
	const ids = (await depositedEntries(archive, 2)).map(objectOf);
	await registered(archive, Object.fromEntries(ids.map((id) => [id.replace('urn:uuid:', ''), 1])));
	const [gone = '', kept] = ids;
	const checker = aCheckerOf(archive, 'before', async () => {
		rmSync(placeIn(archive.root, gone), { recursive: true });
		await archive.storage.db.deleteFrom('store_object').where('object_id', '=', gone).execute();
	});
	const verdicts = await checker.check(ids, 0);
	expect(verdicts.map(({ objectId, findings }) => [objectId, findings])).toEqual([[kept, []]]);
});
