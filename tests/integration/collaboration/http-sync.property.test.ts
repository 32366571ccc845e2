import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { buildEntryDoc, readEntryDoc } from '#sync/entry-doc.ts';
import { system } from '#tests/support/entries.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { startTestServer } from '#tests/support/server.ts';
import { SyncDevice, type Item } from '#tests/support/sync-client.ts';

const WHO = ['甲', '乙'];
const DOCS = 3;

/** One edit of one device, and how its push goes: how many batches later it comes, and whether it comes twice. */
const edits = fc.array(
	fc.record({
		who: fc.nat({ max: WHO.length - 1 }),
		doc: fc.nat({ max: DOCS - 1 }),
		field: fc.constantFrom('title', 'referenceCode', 'creators#1'),
		endsBatch: fc.boolean(),
		comesTwice: fc.boolean(),
		rank: fc.nat({ max: 99 }),
	}),
	{ minLength: 1, maxLength: 25 },
);

describe('pushes over HTTP', () => {
	it('S4 S6 in any interleaving, with repetitions, say the same as the updates over the socket', async () => {
		const server = await startTestServer();
		const tokens = await Promise.all(WHO.map((name) => server.token(name, 'archivist')));
		await fc.assert(
			fc.asyncProperty(edits, async (steps) => {
				// Each entry twice, from the same beginning: one is pushed to, one is edited live.
				const beginning = new Y.Doc();
				buildEntryDoc(
					beginning,
					{ level: 'item', parentId: null, order: 'a0', fields: { title: '初' }, bodies: {} },
					{ by: system.id, at: '2026-01-01T00:00:00.000Z', newElementId: () => createId<string>() },
				);
				const update = Y.encodeStateAsUpdate(beginning);
				const make = async (): Promise<EntryId> => {
					const id = createId();
					await server.app.createEntry({ person: system, via: null }, { id, profile: 'dat18', update });
					return id;
				};
				const pushed = await Promise.all(Array.from({ length: DOCS }, make));
				const live = await Promise.all(Array.from({ length: DOCS }, make));
				const devices = WHO.map((name, who) => new SyncDevice(server, tokens[who] as string, name));
				for (const device of devices) for (const id of pushed) Y.applyUpdate(device.doc(id), update);
				const made = steps.map((step, index) => ({
					...step,
					update: (devices[step.who] as SyncDevice).set(
						pushed[step.doc] as EntryId,
						step.field,
						step.field === 'creators#1' ? { order: 'a0', text: `${index}` } : `${index}`,
					),
				}));
				await Promise.all(
					devices.map(async (device, who) => {
						// Documents in any order against each other; the updates of one document in theirs.
						const own = made.filter((each) => each.who === who);
						const order = [...own].sort((a, b) => a.rank - b.rank);
						const queues = new Map(
							pushed.map((_, doc) => [doc, own.filter((each) => each.doc === doc)] as const),
						);
						let items: Item[] = [];
						const flush = async (twice: boolean): Promise<void> => {
							if (items.length === 0) return;
							const batchId = createId<string>();
							const answers = await Promise.all(
								Array.from({ length: twice ? 2 : 1 }, () => device.push(items, batchId)),
							);
							for (const { body } of answers) expect(body.results.every(({ ok }) => ok)).toBe(true);
							if (twice) await device.push(items);
							items = [];
						};
						for (const { doc, endsBatch, comesTwice } of order) {
							const next = queues.get(doc)?.shift();
							if (next) items.push([pushed[doc] as EntryId, next.update]);
							if (endsBatch) await flush(comesTwice);
						}
						await flush(true);
					}),
				);
				for (const [who, token] of tokens.entries())
					for (const [doc, id] of live.entries()) {
						const own = made.filter((each) => each.who === who && each.doc === doc);
						if (own.length === 0) continue;
						const client = await joinLive(server.port, id, { token, by: WHO[who] as string });
						for (const each of own) Y.applyUpdate(client.doc, each.update);
						await client.durable();
						client.close();
					}
				for (let doc = 0; doc < DOCS; doc++) {
					const device = new SyncDevice(server, tokens[0] as string, WHO[0] as string);
					await device.load(pushed[doc] as EntryId);
					await device.load(live[doc] as EntryId);
					expect(readEntryDoc(device.doc(pushed[doc] as EntryId))).toEqual(
						readEntryDoc(device.doc(live[doc] as EntryId)),
					);
					const distinct = made.filter((each) => each.doc === doc).length;
					expect(await server.app.storage.log.read(`entry:${pushed[doc]}`)).toHaveLength(1 + distinct);
				}
			}),
			{ numRuns: 12 },
		);
	}, 240_000);
});
