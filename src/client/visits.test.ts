import { expect, it } from 'vitest';
import { Refusal } from '#domain/base/refusal.ts';
import type { EntryId } from '#domain/base/ids.ts';
import type { Ask } from './requests.ts';
import { Visits } from './visits.ts';

const RIVER = 'river' as EntryId;
const ROAD = 'road' as EntryId;
const AT = '2026-03-02T08:00:00.000Z';

/** A device and a server that answers or does not. */
function aDevice() {
	const facts = new Map<string, unknown>();
	const sent: { entryId: string; seq: number }[][] = [];
	const told: EntryId[][] = [];
	let refusal: Refusal | undefined;
	const ask = (async (_: string, init: { body: string }) => {
		if (refusal) throw refusal;
		sent.push((JSON.parse(init.body) as { visits: { entryId: string; seq: number }[] }).visits);
		return {};
	}) as unknown as Ask;
	return {
		sent,
		told,
		facts,
		answersWith: (given: Refusal | undefined) => void (refusal = given),
		aTab: () =>
			new Visits({
				ask,
				now: () => new Date(AT),
				store: {
					fact: async <T>(key: string) => structuredClone(facts.get(key)) as T | undefined,
					keepFact: async (key, value) => void facts.set(key, structuredClone(value)),
				},
				onTrouble: (code) => {
					throw new Error(code);
				},
				onTold: (ids) => told.push([...ids]),
			}),
	};
}

it('what was seen is told in one go, the farthest position of each entry', async () => {
	const device = aDevice();
	const visits = device.aTab();
	visits.seen(RIVER, 5, false);
	visits.seen(RIVER, 3, true);
	visits.seen(ROAD, 7, false);
	await visits.send();
	expect(device.sent).toEqual([
		[
			{ entryId: RIVER, seq: 5, at: AT },
			{ entryId: ROAD, seq: 7, at: AT },
		],
	]);
	// Only where a dot was shown lists are read again.
	expect(device.told).toEqual([[RIVER]]);
	visits.close();
});

it('without the server it waits on the device, and the next tab tells it', async () => {
	const device = aDevice();
	device.answersWith(new Refusal('client.unreachable'));
	const first = device.aTab();
	first.seen(RIVER, 5, false);
	await first.send();
	first.close();
	expect(device.sent).toEqual([]);
	device.answersWith(undefined);
	const second = device.aTab();
	await second.start();
	expect(device.sent).toEqual([[{ entryId: RIVER, seq: 5, at: AT }]]);
	expect(device.facts.get('visits')).toEqual([]);
	second.close();
});

it('what the server will never take is not offered for ever', async () => {
	const device = aDevice();
	device.answersWith(new Refusal('server.bad-request', {}, 400));
	const visits = device.aTab();
	visits.seen(RIVER, 5, true);
	await visits.send();
	device.answersWith(undefined);
	await visits.send();
	expect(device.sent).toEqual([]);
	expect(device.told).toEqual([]);
	visits.close();
});
