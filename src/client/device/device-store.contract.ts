import * as Y from 'yjs';
import { describe, expect, it } from 'vitest';
import { toBase64 } from 'lib0/buffer';
import { createId, type EntryId } from '#domain/base/ids.ts';
import type { EntryDetail } from '#domain/catalogue/rows.ts';
import { eventually } from '#tests/support/eventually.ts';
import { suggestionKey } from '../suggestion-key.ts';
import { commentKey, decisionKey, ORDER_DRAFT_KEY } from './drafts.ts';
import type { DeviceStore, Waiting } from './device-store.ts';

const LINEAGE = createId<string>();

/** An update that sets one key, and the document it makes. */
function anUpdate(key: string, value: string, base?: Uint8Array): Uint8Array {
	const doc = new Y.Doc();
	if (base) Y.applyUpdate(doc, base);
	const before = Y.encodeStateVector(doc);
	doc.getMap('test').set(key, value);
	return Y.encodeStateAsUpdate(doc, before);
}

function contentOf(...updates: (Uint8Array | undefined)[]): Record<string, unknown> {
	const doc = new Y.Doc();
	for (const update of updates) if (update) Y.applyUpdate(doc, update);
	return doc.getMap('test').toJSON();
}

/** What every device store promises. `again` opens the same one anew, as after a reload; undefined where nothing outlives the page. */
export function deviceStoreContract(
	open: () => Promise<DeviceStore>,
	again?: () => Promise<DeviceStore>,
): void {
	describe('what a device store promises', () => {
		it('gives back edits in the order they were written, and counts them until the server has them', async () => {
			const store = await open();
			const doc = createId();
			let seen: Waiting | undefined;
			const stop = store.watchWaiting((waiting) => (seen = waiting));
			const first = await store.append(doc, anUpdate('a', '1'));
			const second = await store.append(doc, anUpdate('b', '2'));
			expect(second).toBeGreaterThan(first);
			expect((await store.load(doc))?.updates.map((each) => each.n)).toEqual([first, second]);
			expect((await store.waiting()).map((each) => each.n)).toEqual([first, second]);
			await eventually(() => expect(seen?.count).toBe(2));
			expect(seen?.oldestAt).toBeLessThanOrEqual(Date.now());
			await store.markSent([first]);
			expect((await store.waiting()).map((each) => each.n)).toEqual([second]);
			await eventually(() => expect(seen?.count).toBe(1));
			stop();
			store.close();
		});

		it('folds what the server has into one state and forgets the edits it holds, not the others', async () => {
			const store = await open();
			const doc = createId();
			const update = anUpdate('a', '1');
			const sent = await store.append(doc, update);
			const waits = await store.append(doc, anUpdate('b', '2'));
			await store.keepState(doc, update, { lineage: LINEAGE, seq: 7 }, [sent]);
			const stored = await store.load(doc);
			expect(stored?.updates.map((each) => each.n)).toEqual([waits]);
			expect(stored).toMatchObject({ seq: 7, lineage: LINEAGE });
			expect(contentOf(stored?.state)).toEqual({ a: '1' });
			store.close();
		});

		it('joins states that several tabs write at once, losing none', async () => {
			const store = await open();
			const doc = createId();
			await Promise.all(
				Array.from({ length: 8 }, (_, index) =>
					store.keepState(doc, anUpdate(`k${index}`, 'v'), { lineage: LINEAGE }, []),
				),
			);
			expect(Object.keys(contentOf((await store.load(doc))?.state))).toHaveLength(8);
			store.close();
		});

		it('keeps refused work whole, offers it again once, and discards it only when told', async () => {
			const store = await open();
			const doc = createId();
			const update = anUpdate('title', '新');
			const n = await store.append(doc, update);
			const work = {
				doc,
				title: '合成条目',
				code: 'permissions.denied',
				at: '2026-11-25T08:00:00.000Z',
				updates: [toBase64(update)],
				edits: [{ field: 'title', value: '新', at: '2026-11-25T07:59:00.000Z' }],
			};
			let count = -1;
			const stop = store.watchKept((seen) => (count = seen));
			await store.keep(work, [n]);
			expect(await store.waiting()).toEqual([]);
			const [kept] = await store.kept();
			expect(kept).toMatchObject(work);
			await eventually(() => expect(count).toBe(1));
			const number = kept?.n ?? 0;
			await Promise.all([store.offerAgain(number), store.offerAgain(number)]);
			expect((await store.waiting()).map((each) => contentOf(each.update))).toEqual([{ title: '新' }]);
			expect(await store.kept()).toEqual([]);
			await store.keep(work, []);
			await store.discardKept((await store.kept())[0]?.n ?? 0);
			await eventually(() => expect(count).toBe(0));
			stop();
			store.close();
		});

		it('puts edits away once, with what is sent instead, however many answers refuse them', async () => {
			const store = await open();
			const doc = createId();
			const numbers = [
				await store.append(doc, anUpdate('a', '1')),
				await store.append(doc, anUpdate('b', '2')),
			];
			const work = {
				doc,
				title: '合成',
				code: 'permissions.registered',
				at: new Date().toISOString(),
				updates: [anUpdate('a', '1'), anUpdate('b', '2')].map((update) => toBase64(update)),
				edits: [],
			};
			const instead = { doc: `review:${createId()}` as const, update: anUpdate('proposal', '1') };
			await Promise.all([store.keep(work, numbers, instead), store.keep(work, numbers, instead)]);
			expect(await store.kept()).toHaveLength(1);
			expect((await store.waiting()).map((each) => each.doc)).toEqual([instead.doc]);
			// What is nowhere but in the tab is never taken for put away.
			await store.keep({ ...work, updates: [...work.updates, toBase64(anUpdate('c', '3'))] }, numbers);
			expect(await store.kept()).toHaveLength(2);
			store.close();
		});

		it('knows which states belong to another history of the log', async () => {
			const store = await open();
			const [old, fresh] = [createId(), createId()];
			await store.keepState(old, anUpdate('a', '1'), { lineage: LINEAGE }, []);
			const now = createId<string>();
			await store.keepState(fresh, anUpdate('a', '1'), { lineage: now }, []);
			expect(await store.docsOfOtherLineage(now)).toEqual([old]);
			store.close();
		});

		it('has edits wait again that were logged in another history only, also those without a state', async () => {
			const store = await open();
			const [stated, stateless] = [createId(), createId()];
			await store.keepState(stated, anUpdate('a', '1'), { lineage: LINEAGE }, []);
			const numbers = [
				await store.append(stated, anUpdate('b', '2')),
				await store.append(stateless, anUpdate('c', '3')),
			];
			await store.markSent(numbers);
			await store.waitAgain(LINEAGE);
			expect((await store.waiting()).map(({ n }) => n)).toEqual([numbers[1]]);
			await store.waitAgain(createId());
			expect((await store.waiting()).map(({ n }) => n)).toEqual(numbers);
			store.close();
		});

		it('forgets an entry only when nothing of it waits', async () => {
			const store = await open();
			const doc = createId();
			await store.keepState(doc, anUpdate('a', '1'), { lineage: LINEAGE }, []);
			await store.keepCard(aCard(doc));
			const n = await store.append(doc, anUpdate('b', '2'));
			await store.forget(doc);
			expect(await store.card(doc)).toBeDefined();
			await store.keepState(doc, anUpdate('b', '2'), { lineage: LINEAGE }, [n]);
			await store.forget(doc);
			expect(await store.load(doc)).toBeUndefined();
			expect(await store.card(doc)).toBeUndefined();
			store.close();
		});

		it('keeps the card of an entry whose work was put away: it may have to be begun by it', async () => {
			const store = await open();
			const doc = createId();
			await store.keepState(doc, anUpdate('a', '1'), { lineage: LINEAGE }, []);
			await store.keepCard(aCard(doc));
			await store.keep({ doc, title: '', code: 'x', at: '', updates: [''], edits: [] }, []);
			await store.forget(doc);
			expect(await store.load(doc)).toBeUndefined();
			expect(await store.card(doc)).toBeDefined();
			await store.discardKept((await store.kept()).find((each) => each.doc === doc)?.n ?? 0);
			await store.forget(doc);
			expect(await store.card(doc)).toBeUndefined();
			store.close();
		});

		it('removes all there is of purged entries, whatever waits, and says of how many there was something', async () => {
			const store = await open();
			const [gone, stays, below] = [createId(), createId(), createId()];
			for (const id of [gone, stays]) {
				await store.keepState(id, anUpdate('a', '1'), { lineage: LINEAGE }, []);
				await store.keepCard(aCard(id));
				await store.append(`review:${id}`, anUpdate('b', '2'));
				const n = await store.append(id, anUpdate('c', '3'));
				const at = '2026-11-25T08:00:00.000Z';
				await store.keep({ doc: id, title: '', code: 'x', at, updates: [''], edits: [] }, [n]);
				await store.keepFact(suggestionKey(id), { base: 'x' });
				await store.keepFact(commentKey(id, 'new'), { text: 'x' });
				await store.keepFact(decisionKey(id, 'p'), { why: 'x' });
			}
			const card = aCard(below);
			await store.keepCard({
				...card,
				path: [{ id: gone, title: '上级', level: 'file', profile: card.profile, dateText: '' }],
			});
			expect(await store.purge([gone, createId()])).toBe(1);
			expect(await store.load(gone)).toBeUndefined();
			expect(await store.load(`review:${gone}`)).toBeUndefined();
			expect(await store.card(gone)).toBeUndefined();
			expect(await store.card(below)).toBeUndefined();
			expect((await store.drafts()).filter(({ key }) => key.includes(gone))).toEqual([]);
			expect((await store.kept()).map(({ doc }) => doc)).toEqual([stays]);
			expect((await store.waiting()).map(({ doc }) => doc)).toEqual([`review:${stays}`]);
			expect(await store.card(stays)).toBeDefined();
			expect(await store.drafts()).toHaveLength(3);
			expect(await store.purge([gone])).toBe(0);
			store.close();
		});

		it('takes nothing of a purged entry that was under way, until the history of the log is another', async () => {
			const store = await open();
			const [gone, below] = [createId(), createId()];
			const card = aCard(gone);
			const above = (title: string) => [
				{ id: gone, title, level: 'file', profile: card.profile, dateText: '' },
			];
			const write = async (): Promise<void> => {
				await store.keepState(gone, anUpdate('a', '1'), { lineage: LINEAGE }, []);
				await store.append(gone, anUpdate('b', '2'));
				await store.append(`review:${gone}`, anUpdate('c', '3'));
				const at = '2026-11-25T08:00:00.000Z';
				await store.keep({ doc: gone, title: '', code: 'x', at, updates: [''], edits: [] }, []);
				await store.keepCard(card);
				await store.keepCard({ ...aCard(below), path: above('上级') });
				await store.keepFact(commentKey(gone, 'new'), { text: 'x' });
				await store.keepFact(suggestionKey(gone), { base: 'x' });
				await store.keepFact(decisionKey(gone, 'p'), { why: 'x' });
			};
			await write();
			expect(await store.purge([gone])).toBe(1);
			await write();
			expect(await store.load(gone)).toBeUndefined();
			expect(await store.load(`review:${gone}`)).toBeUndefined();
			expect([await store.kept(), await store.drafts(), await store.cards()]).toEqual([[], [], []]);

			// What stands there instead holds no words of it, and is shown without the server, too.
			await store.keepCard({
				...card,
				title: '',
				purged: { number: 'P2026-0001', at: '2026-11-25T08:00:00.000Z' },
			});
			await store.keepCard({ ...aCard(below), path: above('') });
			expect((await store.cards()).map(({ id }) => id).toSorted()).toEqual([gone, below].toSorted());
			expect(await store.purge([gone])).toBe(0);
			expect(await store.cards()).toHaveLength(2);

			await store.forgetPurged();
			await write();
			expect((await store.load(gone))?.updates).toHaveLength(1);
			expect(await store.kept()).toHaveLength(1);
			expect(await store.drafts()).toHaveLength(3);
			expect((await store.card(gone))?.title).toBe(card.title);
			store.close();
		});

		it('keeps cards and facts', async () => {
			const store = await open();
			const id = createId();
			await store.keepCard(aCard(id));
			await store.keepFact('me', { name: '甲' });
			expect((await store.card(id))?.title).toBe('合成条目');
			expect((await store.cards()).map((each) => each.id)).toContain(id);
			expect(await store.fact('me')).toEqual({ name: '甲' });
			expect(await store.fact('nothing')).toBeUndefined();
			await store.keepFact('me', null);
			expect(await store.fact('me')).toBeUndefined();
			store.close();
		});

		it('names what was written and not handed in, and nothing that was', async () => {
			const store = await open();
			const comment = commentKey(createId(), 'new');
			await store.keepFact('me', { name: '甲' });
			await store.keepFact(comment, { text: '题名漏字' });
			await store.keepFact('register:fonds:new', { why: '' });
			await store.keepFact(ORDER_DRAFT_KEY, { why: '改全称' });
			await store.keepFact('register:fonds:new', null);
			expect((await store.drafts()).toSorted((a, b) => a.key.localeCompare(b.key))).toEqual([
				{ key: comment, value: { text: '题名漏字' } },
				{ key: ORDER_DRAFT_KEY, value: { why: '改全称' } },
			]);
			store.close();
		});

		if (again)
			it('has everything again after a reload', async () => {
				const store = await open();
				const doc = createId();
				const update = anUpdate('a', '1');
				await store.keepState(doc, anUpdate('s', '0'), { lineage: LINEAGE }, []);
				const n = await store.append(doc, update);
				store.close();
				const reloaded = await again();
				const stored = await reloaded.load(doc);
				expect(stored?.updates.map((each) => each.n)).toEqual([n]);
				expect(contentOf(stored?.state, stored?.updates[0]?.update)).toEqual({ s: '0', a: '1' });
				reloaded.close();
			});
	});
}

export function aCard(id: EntryId): EntryDetail {
	return {
		id,
		parentId: null,
		level: 'item',
		profile: 'dat18',
		title: '合成条目',
		referenceCode: 'B002-1-001-001',
		dateText: '19850522',
		creatorsText: '沧浦县档案馆',
		order: 'a0',
		childCount: 0,
		conflictCount: 0,
		openThreads: 0,
		openProposals: 0,
		reviewState: 'draft',
		hasNews: false,
		state: 'server',
		status: 'active',
		synthetic: true,
		seq: 1,
		fields: {},
		bodies: {},
		conflicts: {},
		disputes: {},
		attributions: {},
		versions: [],
		path: [],
		can: { edit: true, comment: true, decide: true, create: true, delete: true },
		problems: [],
		review: { state: 'draft', last: undefined, steps: [], refused: [], seq: 0 },
	};
}
