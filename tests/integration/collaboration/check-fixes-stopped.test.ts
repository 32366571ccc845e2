import { describe, expect, it } from 'vitest';
import type { EntryId } from '#domain/base/ids.ts';
import type { App } from '#server/app.ts';
import type { FixProgress, FixRunning } from '#server/collaboration/check-fixes/fix-running.ts';
import { personOf } from '#tests/support/conflicts.ts';
import { aFlawedFonds, badBrackets, campaignOver } from '#tests/support/checked-entries.ts';
import { registerEntries } from '#tests/support/entries.ts';
import { by, fieldsOf } from '#tests/support/orders.ts';
import { sharedApp } from '#tests/support/shared-app.ts';

/** So many that setting them takes several batches. */
const MANY = 450;
let app: App;
let number = 0;

sharedApp((made) => {
	app = made;
});

async function aCheck(count: number, registered = 0) {
	number++;
	const { fonds, items } = await aFlawedFonds(app, count, badBrackets, {
		number: `Z${String(number).padStart(3, '0')}`,
	});
	if (registered > 0) await registerEntries(app, items.slice(-registered));
	const campaign = await campaignOver(app, fonds, ['R38']);
	const archivist = await personOf(app, `人员${number}`, 'archivist');
	const fixes = async () => (await app.campaigns.show(archivist, campaign.id)).fixes;
	const setNow = async (): Promise<number> => {
		const all = await Promise.all(items.map((id) => fieldsOf(app, id)));
		return all.filter(({ documentNumber }) => String(documentNumber).includes('〔')).length;
	};
	return { id: campaign.id, items, archivist, fixes, setNow };
}

/** Given up as soon as it tells of a step. */
function stoppedAt(step: FixProgress['step']): FixRunning & { readonly told: FixProgress[] } {
	const given = new AbortController();
	const told: FixProgress[] = [];
	return {
		told,
		signal: given.signal,
		onProgress: (now) => {
			told.push(now);
			if (now.step === step) given.abort();
		},
	};
}

describe('taking all suggestions', () => {
	it('is stopped on the way: what was taken stays and is taken back, and the rest is counted and taken by the same again', async () => {
		const { id, archivist, fixes, setNow } = await aCheck(MANY, 3);
		const running = stoppedAt('setting');
		const stopped = await app.fixes.apply(by(archivist), id, {}, '六角括号', running);
		expect(running.told[0]).toEqual({ step: 'looking', done: MANY, total: MANY });
		expect(running.told.at(-1)).toMatchObject({ step: 'setting', total: MANY - 3 });
		expect(stopped).toMatchObject({ isWhole: false, notSet: 0, ordered: 0, orderId: null });
		expect(stopped.edited).toBeGreaterThan(0);
		expect(stopped.left).toBe(MANY - stopped.edited);
		expect(await setNow()).toBe(stopped.edited);
		expect((await fixes())[0]).toMatchObject({
			state: 'applied',
			edited: stopped.edited,
			leftOut: stopped.left,
		});

		const rest = await app.fixes.apply(by(archivist), id, {}, '六角括号');
		expect(rest).toMatchObject({ isWhole: true, left: 0, edited: stopped.left - 3, ordered: 3 });

		const totals = new Set<number>();
		const onProgress = ({ total }: FixProgress): void => void totals.add(total);
		const back = await app.fixes.undo(by(archivist), id, stopped.fixId, { onProgress });
		expect(back).toMatchObject({ isWhole: true, edited: stopped.edited });
		// Nothing is to be taken back of what was never reached.
		expect([...totals]).toEqual([stopped.edited]);
		expect(await setNow()).toBe(rest.edited);
	}, 30_000);

	it('is taken back by who stopped that a moment ago: it waits for what is under way', async () => {
		const { id, archivist, fixes, setNow } = await aCheck(MANY);
		const { fixId } = await app.fixes.apply(by(archivist), id, {}, '');
		const given = new AbortController();
		const told = Promise.withResolvers<void>();
		const first = app.fixes.undo(by(archivist), id, fixId, {
			signal: given.signal,
			onProgress: () => {
				given.abort();
				told.resolve();
			},
		});
		await told.promise;
		const again = app.fixes.undo(by(archivist), id, fixId);
		const stopped = await first;
		expect(stopped).toMatchObject({ isWhole: false });
		expect(stopped.edited + stopped.left).toBe(MANY);
		expect(stopped.left).toBeGreaterThan(0);
		expect(await again).toMatchObject({ isWhole: true, left: 0, edited: stopped.left });
		expect(await setNow()).toBe(0);
		expect((await fixes())[0]?.state).toBe('undone');
	}, 30_000);

	it('writes nothing when it is given up while suggestions are looked at', async () => {
		const { id, archivist, fixes, setNow } = await aCheck(2);
		for (const work of [
			() => app.fixes.apply(by(archivist), id, {}, '', stoppedAt('looking')),
			() => app.fixes.preview(by(archivist), id, {}, stoppedAt('looking')),
		])
			await expect(work()).rejects.toMatchObject({ code: 'cli.cancelled' });
		expect(await fixes()).toEqual([]);
		expect(await setNow()).toBe(0);
	});

	it('counts after a crash what the log has', async () => {
		const { id, items, archivist, fixes } = await aCheck(3);
		const { fixId } = await app.fixes.apply(by(archivist), id, {}, '');
		const { db } = app.storage;
		const interrupt = async (fix: object, row: { state: string }): Promise<void> => {
			await db.updateTable('campaign_fix').set(fix).where('id', '=', fixId).execute();
			await db.updateTable('campaign_fix_row').set(row).where('fix_id', '=', fixId).execute();
		};
		await interrupt({ state: 'applying', edited: 0 }, { state: 'waiting' });
		await app.fixes.cleanUp();
		expect((await fixes())[0]).toMatchObject({ state: 'applied', edited: 3 });
		await app.fixes.undo(by(archivist), id, fixId);
		await interrupt({ state: 'undoing' }, { state: 'applied' });
		await app.fixes.cleanUp();
		expect((await fixes())[0]).toMatchObject({ state: 'applied', edited: 0 });
		expect((await fieldsOf(app, items[0] as EntryId))['documentNumber']).toBe('沧水[2008]1号');
	});
});
