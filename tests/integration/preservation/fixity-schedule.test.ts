import { expect, it } from 'vitest';
import { RateLimit } from '#server/preservation/fixity/rate-limit.ts';
import { type Archive } from '#tests/support/archive.ts';
import { eventually } from '#tests/support/eventually.ts';
import { aMovedTime, anUnknownRoot, checkAll, checker } from '#tests/support/fixity.ts';

const checkedDays = async ({ storage }: Archive): Promise<Record<string, string | undefined>> =>
	Object.fromEntries(
		(await storage.db.selectFrom('store_object').select(['object_id', 'checked_at']).execute()).map(
			({ object_id, checked_at }) => [object_id, checked_at?.slice(0, 10)],
		),
	);

it('within the period everything is read, a share each day, the oldest first', async () => {
	const time = aMovedTime();
	const archive = await anUnknownRoot(20, { clock: time, pace: time });
	const { fixity } = archive.preservation;
	fixity.set({ everyDays: 11, megabytesPerSecond: 20 });
	const days: number[] = [];
	for (let day = 0; day < 11; day++) {
		const before = Object.values(await checkedDays(archive)).filter(Boolean).length;
		// A day has many moments at which the schedule may look; its share is one.
		for (let times = 0; times < 3; times++) await fixity.runScheduled();
		days.push(Object.values(await checkedDays(archive)).filter(Boolean).length - before);
		time.moveDays(1);
	}
	expect(days).toEqual([2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0]);
	const first = await checkedDays(archive);
	expect(Object.values(first).every(Boolean)).toBe(true);
	expect((await fixity.report({ fonds: null })).schedule).toMatchObject({ overdue: 0, objectsPerDay: 2 });
	// The next round begins with those of the first day.
	await fixity.runScheduled();
	const again = await checkedDays(archive);
	const oldest = Object.values(first).toSorted()[0];
	const anew = Object.keys(first).filter((id) => again[id] !== first[id]);
	expect(anew.map((id) => first[id])).toEqual([oldest, oldest]);
});

it('what was left for too long is caught up with, whatever the share of the day', async () => {
	const time = aMovedTime();
	const archive = await anUnknownRoot(20, { clock: time, pace: time });
	const { fixity } = archive.preservation;
	fixity.set({ everyDays: 10, megabytesPerSecond: 20 });
	await checkAll(archive);
	time.moveDays(60);
	expect((await fixity.report({ fonds: null })).schedule.overdue).toBe(20);
	await fixity.runScheduled();
	expect((await fixity.report({ fonds: null })).schedule.overdue).toBe(0);
	expect(await fixity.runScheduled()).toBe(false);
});

it('no more is read than so many bytes a second, by schedule and on demand; --rate 0 waits for nothing', async () => {
	const time = aMovedTime();
	const archive = await anUnknownRoot(12, { clock: time, pace: time }, 100_000);
	const { fixity } = archive.preservation;
	fixity.set({ everyDays: 90, megabytesPerSecond: 1 });
	expect(await checkAll(archive)).toMatchObject({ objects: 12 });
	expect(time.waitedMs).toBe(0);
	const { bytes } = await fixity.run({ isAll: true, actor: checker });
	expect(bytes).toBeGreaterThan(1_000_000);
	expect(time.waitedMs).toBeGreaterThanOrEqual(bytes / 1000);
	expect(time.waitedMs).toBeLessThan((2 * bytes) / 1000);
});

it('time in which nothing was read is not saved up', async () => {
	const time = aMovedTime(0);
	const limit = new RateLimit(1000, time);
	await limit.pay(500, time.now());
	expect(time.now()).toBe(500);
	time.moveDays(1);
	await limit.pay(3000, time.now());
	expect(time.waitedMs).toBe(3500);
});

it('the schedule waits while the store is held for a copy', async () => {
	const archive = await anUnknownRoot(3);
	const { fixity } = archive.preservation;
	const release = await archive.preservation.hold();
	const running = fixity.runScheduled();
	await eventually(async () =>
		expect((await fixity.report({ fonds: null })).runs).toMatchObject([{ outcome: 'running', objects: 0 }]),
	);
	expect((await fixity.report({ fonds: null })).objects).toBe(0);
	release();
	expect(await running).toBe(true);
	expect(await fixity.report({ fonds: null })).toMatchObject({ objects: 3, checked: 3 });
});
