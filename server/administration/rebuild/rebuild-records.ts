import { sql } from 'kysely';
import { PEOPLE_OBJECT, SETTINGS_OBJECT } from '#server/preservation/archive-records.ts';
import { eachLines, filling, goOn, recordOf, type Rebuilding } from './rebuilding.ts';

const STEP_ROW = ['step_id', 'entry_id', 'from_state', 'to_state', 'seq', 'position'] as const;
const ORDER_ROW = [
	'order_id',
	'position',
	'group_no',
	'entry_id',
	'field',
	'old_value',
	'new_value',
	'element_id',
	'undo_element_id',
	'state',
	'why',
	'judged_by',
] as const;
const ITEM = ['decision_id', 'entry_id', 'field', 'element_id', 'before'] as const;

type Cells<Columns extends readonly string[]> = Readonly<Record<Columns[number], unknown>>;

/** Steps of review that have records of their own. Before entries: where one stands in review follows from its steps. */
export async function rebuildSteps(rebuilding: Rebuilding): Promise<void> {
	const { storage, scan } = rebuilding;
	const rows = filling<Cells<typeof STEP_ROW>>(storage, 'review_step_entry', STEP_ROW);
	for (const folder of scan.records.step) {
		const found = await recordOf(rebuilding, folder, 'step.json');
		if (!found) continue;
		const { schema: _, ...step } = found.json as { schema: string; id: string };
		await storage.db
			.insertInto('review_step')
			.values({ ...step, deposited_version: found.version } as never)
			.execute();
		await eachLines<Omit<Cells<typeof STEP_ROW>, 'step_id'>>(rebuilding, folder, 'entries.jsonl', (lines) =>
			// Records of earlier software do not say the position.
			storage.bulk([
				rows.of(lines.map((line) => ({ ...line, position: line.position ?? 0, step_id: step.id }))),
			]),
		);
	}
}

/** Correction orders with their rows and samples. Drafts are in no store. */
export async function rebuildOrders(rebuilding: Rebuilding): Promise<void> {
	const { storage, scan, counts } = rebuilding;
	const rows = filling<Cells<typeof ORDER_ROW>>(storage, 'correction_order_row', ORDER_ROW);
	for (const folder of scan.records.order) {
		const found = await recordOf(rebuilding, folder, 'order.json');
		if (!found) continue;
		const { schema: _, samples, ...order } = found.json as { schema: string; samples: readonly object[] };
		const standing = found.record['standing'] as string;
		await storage.batch([
			storage.db
				.insertInto('correction_order')
				.values({ ...order, deposited_version: found.version, deposited_as: standing } as never),
			...samples.map((sample) => storage.db.insertInto('correction_order_sample').values(sample as never)),
		]);
		await eachLines<Cells<typeof ORDER_ROW>>(rebuilding, folder, 'rows.jsonl', (lines) =>
			storage.bulk([rows.of(lines)]),
		);
		counts.orders++;
	}
}

/** Decisions over many conflicts, which can still be taken back. */
export async function rebuildDecisions(rebuilding: Rebuilding): Promise<void> {
	const { storage, scan, counts } = rebuilding;
	const items = filling<Cells<typeof ITEM>>(storage, 'decision_item', ITEM);
	for (const folder of scan.records.decision) {
		const found = await recordOf(rebuilding, folder, 'decision.json');
		if (!found) continue;
		const { schema: _, ...decision } = found.json as { schema: string };
		await storage.db
			.insertInto('decision')
			.values({ ...decision, deposited_as: found.record['standing'] } as never)
			.execute();
		await eachLines<Cells<typeof ITEM>>(rebuilding, folder, 'items.jsonl', (lines) =>
			storage.bulk([items.of(lines)]),
		);
		counts.decisions++;
	}
}

/** What became of imports: the last step, since nothing is passed on to entries below those that were withdrawn. */
export async function rebuildUndone(rebuilding: Rebuilding): Promise<void> {
	const { storage, scan } = rebuilding;
	const { db } = storage;
	const withdrawal = db
		.updateTable('entry')
		.set({ status: '', updated_at: '' })
		.where('id', '=', '')
		.where('projected_seq', '=', 0)
		.compile().sql;
	for (const folder of scan.records.undone) {
		const found = await recordOf(rebuilding, folder, 'events.json');
		if (!found) continue;
		const { importId, state, events } = found.json as {
			importId: string;
			state: string;
			events: readonly object[];
		};
		await storage.batch([
			...events.map((event) => db.insertInto('import_event').values(event as never)),
			db
				.updateTable('import')
				.set({
					state,
					deposited_event: sql<number>`(select max(id) from import_event where import_id = ${importId})`,
				})
				.where('id', '=', importId),
		]);
		await eachLines<{ id: string; at: string }>(rebuilding, folder, 'withdrawn.jsonl', (lines) =>
			storage.bulk([{ sql: withdrawal, rows: lines.map(({ id, at }) => ['deleted', at, id, 0]) }]),
		);
	}
}

/** Accounts, without what people sign in with, and settings. */
export async function rebuildPeople(rebuilding: Rebuilding): Promise<void> {
	const { storage, scan, counts } = rebuilding;
	const { db } = storage;
	for (const folder of scan.records.people)
		await eachLines<StoredPerson>(rebuilding, folder, 'people.jsonl', async (people) => {
			await storage.batch(
				people.flatMap((person) => [
					db.insertInto('user').values({
						...person,
						email: `${person.id}@people.invalid`,
						emailVerified: 0,
						image: null,
						updatedAt: person.createdAt,
						displayUsername: person.name,
					}),
					db.insertInto('account').values({
						id: `credential-${person.id}`,
						accountId: person.id,
						providerId: 'credential',
						userId: person.id,
						accessToken: null,
						refreshToken: null,
						idToken: null,
						accessTokenExpiresAt: null,
						refreshTokenExpiresAt: null,
						scope: null,
						password: null,
						createdAt: person.createdAt,
						updatedAt: person.createdAt,
					}),
				]),
			);
			counts.people += people.length;
		});
	for (const folder of scan.records.settings) {
		const found = await recordOf(rebuilding, folder, 'settings.json');
		if (!found) continue;
		const settings = Object.entries(found.json as Record<string, unknown>);
		await storage.batch(
			settings.map(([key, value]) => db.insertInto('setting').values({ key, value: JSON.stringify(value) })),
		);
	}
	goOn(rebuilding);
	for (const [kind, object] of [
		['people', PEOPLE_OBJECT],
		['settings', SETTINGS_OBJECT],
	] as const)
		if (scan.records[kind].length === 0) rebuilding.damage.push({ object, file: '', reason: 'missing' });
}

interface StoredPerson {
	readonly id: string;
	readonly name: string;
	readonly username: string;
	readonly role: string;
	readonly fonds: string | null;
	readonly access_statuses: string | null;
	readonly disabled_at: string | null;
	readonly createdAt: string;
}
