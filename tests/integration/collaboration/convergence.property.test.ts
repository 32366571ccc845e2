import fc from 'fast-check';
import pino from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import * as Y from 'yjs';
import { systemClock } from '#domain/base/clock.ts';
import { createId } from '#domain/base/ids.ts';
import type { FieldValue } from '#domain/catalogue/entry.ts';
import { threadsOf } from '#domain/collaboration/comments.ts';
import { proposalsOf } from '#domain/collaboration/proposals.ts';
import type { ReviewEvent } from '#domain/collaboration/review-event.ts';
import { bodyOf, buildEntryDoc, ENTRY_DOC_SCHEMA, readEntryDoc, writeMeta } from '#sync/entry-doc.ts';
import { fieldValuesOf, setField, survivingElements } from '#sync/field-values.ts';
import { eventsOf } from '#sync/review-doc.ts';
import { chooseValues, contestedElements } from '#server/catalogue/chosen-values.ts';
import { settingsOf } from '#server/catalogue/element-settings.ts';
import { Compactor } from '#server/collaboration/compaction/compactor.ts';
import { differenceOf } from '#server/collaboration/compaction/snapshot.ts';
import { DocGate } from '#server/collaboration/doc-gate.ts';
import { judgeEntry } from '#server/collaboration/entry-rules.ts';
import { judgeReview } from '#server/collaboration/review-rules.ts';
import type { LoggedUpdate } from '#server/storage/update-log.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import type { Storage } from '#server/storage/storage.ts';
import { anEntryRow, bulkOf } from '#tests/support/entry-rows.ts';
import { aFolder } from '#tests/support/folder.ts';

const RUNS = process.env['LANTAI_TEST_LONG'] ? 10_000 : 100;
const FIELDS = ['title', 'year', 'creators#1', 'creators#2'];
const KINDS = ['entry', 'review'] as const;
type Kind = (typeof KINDS)[number];

interface Step {
	readonly kind:
		| 'set'
		| 'write'
		| 'erase'
		| 'bold'
		| 'comment'
		| 'propose'
		| 'up'
		| 'down'
		| 'again'
		| 'join'
		| 'restart'
		| 'compact';
	readonly who: number;
	readonly field: string;
	readonly value: string | null;
	readonly at: number;
}

const steps = fc.array(
	fc.record<Step>({
		kind: fc.constantFrom(
			...(['set', 'set', 'set', 'write', 'write', 'erase', 'bold', 'comment', 'propose'] as const),
			...(['up', 'up', 'down', 'down', 'again', 'join', 'restart', 'compact'] as const),
		),
		who: fc.nat(4),
		field: fc.constantFrom(...FIELDS),
		value: fc.constantFrom('一', '二', '三', null),
		at: fc.nat(20),
	}),
	{ minLength: 5, maxLength: 60 },
);

/** Somebody's device: two documents, what it has not sent, and what it has seen of the log. */
class Device {
	readonly docs: Record<Kind, Y.Doc> = { entry: new Y.Doc(), review: new Y.Doc() };
	readonly unsent: { readonly kind: Kind; readonly update: Uint8Array }[] = [];
	readonly by: string;
	seen = 0;

	constructor(by: string, state: Uint8Array) {
		this.by = by;
		Y.applyUpdate(this.docs.entry, state, 'server');
		for (const kind of KINDS)
			this.docs[kind].on('update', (update: Uint8Array, origin: unknown) => {
				if (origin !== 'server') this.unsent.push({ kind, update });
			});
	}
}

/** The server: every update is judged by the gate, logged for good, then applied. */
class Server {
	docs: Record<Kind, Y.Doc>;
	readonly logged: { readonly kind: Kind; readonly update: Uint8Array }[] = [];
	/** All that was ever logged, as it would stand without compaction. */
	readonly rows: Record<Kind, LoggedUpdate[]> = { entry: [], review: [] };
	compacted = 0;
	#gates: Record<Kind, DocGate>;
	#storage: Storage;
	#compactor: Compactor;
	#name = createId<string>();

	constructor(storage: Storage, compactor: Compactor, state: Uint8Array) {
		this.#storage = storage;
		this.#compactor = compactor;
		this.docs = { entry: new Y.Doc(), review: new Y.Doc() };
		Y.applyUpdate(this.docs.entry, state);
		this.#gates = this.#gatesOf();
	}

	async begin(state: Uint8Array): Promise<void> {
		// As if every position were in the archival store.
		const row = anEntryRow({ id: this.#name, deposited_seq: Number.MAX_SAFE_INTEGER });
		await this.#storage.bulk([bulkOf([row])]);
		await this.#append('entry', state, 'server', []);
	}

	async compact(): Promise<void> {
		const { documents, kept } = await this.#compactor.run({ idleMs: 0, minRows: 2 });
		expect(kept).toEqual([]);
		this.compacted += documents;
	}

	/** The log says what it would say without compaction: content, clocks and deletions, chosen values and conflicts. */
	async expectAllThere(): Promise<void> {
		for (const kind of KINDS) {
			const doc = `${kind}:${this.#name}`;
			const whole = new Y.Doc();
			for (const { payload } of this.rows[kind]) Y.applyUpdate(whole, payload);
			expect(differenceOf(whole, this.docs[kind])).toBeUndefined();
			if (kind === 'review') continue;
			const content = readEntryDoc(whole);
			const contested = contestedElements(content);
			const log = { read: async () => this.rows[kind], kept: async () => undefined };
			const settings = await settingsOf({ db: this.#storage.db, log }, doc, contested);
			expect(chooseValues(content, await settingsOf(this.#storage, doc, contested))).toEqual(
				chooseValues(content, settings),
			);
		}
		const lines = this.#storage.db.selectFrom('log_line').select('seq').orderBy('seq');
		for (const kind of KINDS)
			expect(await lines.where('doc', '=', `${kind}:${this.#name}`).execute()).toEqual(
				this.rows[kind].map(({ seq }) => ({ seq })),
			);
	}

	/** Leaves nothing that the next run would have to look at. */
	async end(): Promise<void> {
		await this.#storage.db.deleteFrom('log_head').execute();
	}

	async take(kind: Kind, update: Uint8Array, by: string): Promise<void> {
		const gate = this.#gates[kind];
		const checked = gate.check(update, { id: by, name: by, via: null });
		if (!checked) return;
		await this.#append(kind, update, by, checked.changes);
		Y.applyUpdate(this.docs[kind], update);
		gate.settle(update, true);
		this.logged.push({ kind, update });
	}

	/** All that was in memory is gone. */
	async restart(): Promise<void> {
		const docs = { entry: new Y.Doc(), review: new Y.Doc() };
		for (const kind of KINDS)
			for (const { payload } of await this.#storage.log.read(`${kind}:${this.#name}`))
				Y.applyUpdate(docs[kind], payload);
		this.docs = docs;
		this.#gates = this.#gatesOf();
	}

	#gatesOf(): Record<Kind, DocGate> {
		return {
			entry: new DocGate(this.docs.entry, judgeEntry),
			review: new DocGate(this.docs.review, judgeReview),
		};
	}

	async #append(
		kind: Kind,
		payload: Uint8Array,
		by: string,
		changes: Parameters<Storage['log']['append']>[0]['changes'],
	): Promise<void> {
		const actor = { id: by, name: by, via: null };
		const receivedAt = '2026-01-01T00:00:00.000Z';
		const seq = await this.#storage.log.append({
			doc: `${kind}:${this.#name}`,
			payload,
			actor,
			receivedAt,
			changes,
		});
		this.rows[kind].push({ seq, kind: 'update', payload, actor, receivedAt });
	}
}

/** What a pair of documents says, whatever the order in which it came. */
function saysOf(docs: Record<Kind, Y.Doc>): unknown {
	const { elements, bodies } = readEntryDoc(docs.entry);
	const events = eventsOf(docs.review).toArray();
	const order = (event: ReviewEvent): number => events.findIndex(({ id }) => id === event.id);
	return [
		[...elements].map(([field, list]) => [field, list.map(({ id }) => id).toSorted()]).toSorted(),
		bodies,
		events.map(({ id }) => id).toSorted(),
		threadsOf(events, order).length,
		proposalsOf(events, order).length,
	];
}

it(
	'any work of several devices converges through gate, log, restarts and compactions, and every value is there until seen and replaced',
	{ timeout: 1_200_000 },
	async () => {
		const storage = await openStorage({ dataDir: await aFolder(), synchronous: 'off' });
		onTestFinished(() => storage.close());
		const logger = pino({ level: 'silent' });
		const compactor = new Compactor({ storage, clock: systemClock, logger, isInUse: () => false });
		onTestFinished(() => compactor.close());
		let compacted = 0;
		await fc.assert(
			fc.asyncProperty(steps, fc.integer({ min: 3, max: 5 }), async (run, count) => {
				const first = new Y.Doc();
				writeMeta(first, { schema: ENTRY_DOC_SCHEMA, profile: 'dat18' });
				buildEntryDoc(
					first,
					{ level: 'item', parentId: null, order: 'a0', fields: { title: '初' }, bodies: {} },
					{ by: 'server', at: '2026-01-01T00:00:00.000Z', newElementId: () => createId<string>() },
				);
				const state = Y.encodeStateAsUpdate(first);
				const server = new Server(storage, compactor, state);
				await server.begin(state);
				const devices = Array.from({ length: count }, (_, index) => new Device(`p${index}`, state));
				/** Elements that the setter of another one had before them. */
				const replaced = new Set<string>();
				const set = new Map<string, { readonly field: string; readonly value: FieldValue }>();
				const send = async (device: Device): Promise<void> => {
					const next = device.unsent.shift();
					if (next) await server.take(next.kind, next.update, device.by);
				};
				const receive = (device: Device): void => {
					const next = server.logged[device.seen++];
					if (next) Y.applyUpdate(device.docs[next.kind], next.update, 'server');
					else device.seen--;
				};
				for (const step of run) {
					const device = devices[step.who % count] as Device;
					const { entry, review } = device.docs;
					const made = { id: createId<string>(), by: device.by, at: '2026-01-01T00:00:00.000Z' };
					const text = bodyOf(entry, 'scopeAndContent');
					if (step.kind === 'set') {
						for (const { id } of survivingElements(fieldValuesOf(entry)).get(step.field) ?? [])
							replaced.add(id);
						const value: FieldValue =
							step.field.startsWith('creators') && step.value !== null
								? { order: `a${step.at % 10}`, text: step.value }
								: step.value;
						set.set(made.id, { field: step.field, value });
						setField(fieldValuesOf(entry), step.field, value, made);
					} else if (step.kind === 'write') {
						const paragraph = new Y.XmlElement('paragraph');
						paragraph.insert(0, [new Y.XmlText(`${step.value}${step.at}`)]);
						text.insert(Math.min(step.at, text.length), [paragraph]);
					} else if (step.kind === 'erase') {
						if (text.length > 0) text.delete(step.at % text.length, 1);
					} else if (step.kind === 'bold') {
						const inner = text.length > 0 ? text.get(step.at % text.length) : undefined;
						const words = inner instanceof Y.XmlElement ? inner.get(0) : undefined;
						if (words instanceof Y.XmlText) words.format(0, words.length, { bold: {} });
					} else if (step.kind === 'comment')
						eventsOf(review).push([
							{ ...made, kind: 'comment', thread: made.id, text: `${step.at}`, mentions: [] },
						]);
					else if (step.kind === 'propose')
						eventsOf(review).push([
							{
								...made,
								kind: 'proposal',
								values: [{ field: 'title', base: [], before: null, value: step.value }],
								texts: [],
								fork: '',
								why: '',
							},
						]);
					else if (step.kind === 'up') await send(device);
					else if (step.kind === 'down') receive(device);
					else if (step.kind === 'again') {
						// A line that broke says again what it is not sure of.
						const known = server.logged[step.at];
						if (known) {
							Y.applyUpdate(device.docs[known.kind], known.update, 'server');
							if (step.at < device.seen) await server.take(known.kind, known.update, device.by);
						}
					} else if (step.kind === 'join') {
						// Whoever comes back gets what they lack of the state, not update by update.
						for (const kind of KINDS) {
							const known = Y.encodeStateVector(device.docs[kind]);
							Y.applyUpdate(device.docs[kind], Y.encodeStateAsUpdate(server.docs[kind], known), 'server');
						}
					} else {
						if (step.kind === 'compact') await server.compact();
						await server.restart();
					}
				}
				for (const device of devices) while (device.unsent.length > 0) await send(device);
				for (const device of devices) while (device.seen < server.logged.length) receive(device);
				await server.restart();
				await server.expectAllThere();
				await server.compact();
				await server.restart();
				await server.expectAllThere();
				compacted += server.compacted;
				await server.end();
				const says = saysOf(server.docs);
				for (const device of devices) expect(saysOf(device.docs)).toEqual(says);
				const standing = new Map(
					[...survivingElements(fieldValuesOf(server.docs.entry)).values()]
						.flat()
						.map((each) => [each.id, each]),
				);
				for (const [id, { field, value }] of set)
					if (replaced.has(id)) expect(standing.has(id)).toBe(false);
					else expect(standing.get(id)).toMatchObject({ field, value });
			}),
			{ numRuns: RUNS },
		);
		expect(compacted).toBeGreaterThan(RUNS);
	},
);
