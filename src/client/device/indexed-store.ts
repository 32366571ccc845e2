import Dexie, { liveQuery, type Table } from 'dexie';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import type { EntryId } from '#domain/base/ids.ts';
import type { EntryDetail } from '#domain/catalogue/rows.ts';
import { entryOf, type DocKey } from '#sync/entry-doc.ts';
import { PERSON_DB_VERSION, PersonDb, type DocRecord, type UpdateRecord } from './device-db.ts';
import type { DeviceStore, KeptWork, SealedWork, StoredDoc, Waiting, WaitingUpdate } from './device-store.ts';
import { fromBase64 } from 'lib0/buffer';
import { serverClock } from '../server-clock.ts';
import { DraftPlaces, type HeldDraft } from './draft-places.ts';
import { draftEntryOf, draftKindOf, type Draft } from './drafts.ts';
import { GONE, goneKey, namedBy } from './gone.ts';
import { joinStates } from './join-states.ts';
import { isPutAway } from './kept-work.ts';
import { orDamaged } from './or-damaged.ts';
import type { Vault } from './vault.ts';

const ROOM_KEY = 'room';
/** More than nearly every edit needs. */
const ROOM_BYTES = 64 * 1024;

/** What one person keeps on this device, sealed, in IndexedDB. */
export class IndexedStore implements DeviceStore {
	readonly isDurable = true;
	#db: PersonDb;
	#vault: Vault;
	#places: DraftPlaces;

	private constructor(db: PersonDb, vault: Vault) {
		this.#db = db;
		this.#vault = vault;
		this.#places = new DraftPlaces(`lantai-draft:${db.name}`);
	}

	/**
	 * Opens the person's database, upgrading it.
	 * @throws {Refusal} 'device.newer' when a newer version of the product has written here · 'device.unusable'
	 */
	static async open(personId: string, vault: Vault, onReplaced?: () => void): Promise<IndexedStore> {
		const db = new PersonDb(personId);
		// A newer tab wants to upgrade: it must not wait for this one. False keeps Dexie's own listener from opening again.
		db.on('versionchange', () => {
			db.close();
			onReplaced?.();
			return false;
		});
		try {
			await db.open();
		} catch (error) {
			throw refusalOf(error);
		}
		// Dexie opens what a newer version has made; what that version means by it we cannot know.
		if (Math.floor(db.backendDB().version / 10) > PERSON_DB_VERSION) {
			db.close();
			throw new Refusal('device.newer');
		}
		return new IndexedStore(db, vault);
	}

	async load(doc: DocKey): Promise<StoredDoc | undefined> {
		const [record, updates] = await done(() =>
			this.#db.transaction('r', [this.#db.docs, this.#db.updates], () =>
				Promise.all([this.#db.docs.get(doc), this.#db.updates.where('doc').equals(doc).sortBy('n')]),
			),
		);
		if (!record?.state && updates.length === 0) return undefined;
		return {
			state: record?.state ? await this.#vault.open(stateName(doc), record.state) : undefined,
			seq: record?.seq ?? 0,
			lineage: record?.lineage ?? '',
			updates: await Promise.all(updates.map((each) => this.#read(each))),
		};
	}

	async append(doc: DocKey, update: Uint8Array): Promise<number> {
		const sealed = await this.#vault.seal(updateName(doc), update);
		const row = { doc, sent: 0, at: serverClock.now(), update: sealed } as const;
		return (await this.#unlessGone([entryOf(doc)], [this.#db.updates], () => this.#db.updates.add(row))) ?? 0;
	}

	async markSent(numbers: readonly number[]): Promise<void> {
		if (numbers.length > 0)
			await done(() =>
				this.#db.updates
					.where('n')
					.anyOf([...numbers])
					.modify({ sent: 1 }),
			);
	}

	async keepState(
		doc: DocKey,
		state: Uint8Array,
		facts: { readonly lineage: string; readonly seq?: number },
		holds: readonly number[],
	): Promise<void> {
		for (;;) {
			const known = await done(() => this.#db.docs.get(doc));
			const before = await this.#stateIn(known, holds);
			const sealed = await this.#vault.seal(stateName(doc), before ? joinStates(before, state) : state);
			// Sealing cannot be done inside a transaction, so another tab may have written meanwhile: then once more.
			const write = async (): Promise<boolean> => {
				const now = await this.#db.docs.get(doc);
				if ((now?.rev ?? 0) !== (known?.rev ?? 0)) return false;
				await this.#db.docs.put({
					id: doc,
					set: known?.set ?? '',
					seq: facts.seq ?? known?.seq ?? 0,
					lineage: facts.lineage,
					rev: (known?.rev ?? 0) + 1,
					openedAt: serverClock.now(),
					state: sealed,
				});
				await this.#db.updates.bulkDelete([...holds]);
				return true;
			};
			try {
				const { docs, updates } = this.#db;
				if ((await this.#unlessGone([entryOf(doc)], [docs, updates], write)) !== false) return;
			} catch (error) {
				if (isRefusal(error) && error.code === 'device.full')
					await done(() => this.#db.updates.bulkDelete([...holds]));
				throw error;
			}
		}
	}

	async waiting(): Promise<WaitingUpdate[]> {
		const rows = await done(() => this.#db.updates.where('sent').equals(0).sortBy('n'));
		return allThatOpen(rows, (row) => this.#read(row));
	}

	watchWaiting(listener: (waiting: Waiting) => void): () => void {
		const watched = liveQuery(async (): Promise<Waiting> => {
			const [count, oldest] = await Promise.all([
				this.#db.updates.where('sent').equals(0).count(),
				this.#db.updates
					.orderBy('n')
					.filter((row) => row.sent === 0)
					.first(),
			]);
			return { count, oldestAt: oldest?.at };
		}).subscribe({ next: listener, error: ignoreClosed });
		return () => watched.unsubscribe();
	}

	async keep(
		work: KeptWork,
		numbers: readonly number[],
		instead?: { readonly doc: DocKey; readonly update: Uint8Array },
	): Promise<void> {
		const sealed = await this.#vault.sealJson(keptName(work.doc), work);
		const sent = instead && (await this.#vault.seal(updateName(instead.doc), instead.update));
		await this.#unlessGone([entryOf(work.doc)], [this.#db.kept, this.#db.updates], async () => {
			const remaining = await this.#db.updates
				.where('n')
				.anyOf([...numbers])
				.count();
			if (isPutAway(work, numbers, remaining)) return;
			await this.#db.kept.add({ doc: work.doc, work: sealed });
			await this.#db.updates.bulkDelete([...numbers]);
			if (instead && sent)
				await this.#db.updates.add({ doc: instead.doc, sent: 0, at: serverClock.now(), update: sent });
		});
	}

	async kept(): Promise<(KeptWork & { readonly n: number })[]> {
		const rows = await done(() => this.#db.kept.orderBy('n').toArray());
		return allThatOpen(rows, async (row) => ({
			...(await this.#vault.openJson<KeptWork>(keptName(row.doc), row.work)),
			n: row.n,
		}));
	}

	watchKept(listener: (count: number) => void): () => void {
		const watched = liveQuery(() => this.#db.kept.count()).subscribe({ next: listener, error: ignoreClosed });
		return () => watched.unsubscribe();
	}

	async offerAgain(n: number): Promise<void> {
		const row = await done(() => this.#db.kept.get(n));
		if (!row) return;
		const doc = row.doc as DocKey;
		const work = await this.#vault.openJson<KeptWork>(keptName(doc), row.work);
		const sealed = await Promise.all(
			work.updates.map((update) => this.#vault.seal(updateName(doc), fromBase64(update))),
		);
		await done(() =>
			this.#db.transaction('rw', [this.#db.kept, this.#db.updates], async () => {
				// Two tabs may press the same button.
				if (!(await this.#db.kept.get(n))) return;
				await this.#db.updates.bulkAdd(
					sealed.map((update) => ({ doc, sent: 0, at: serverClock.now(), update })),
				);
				await this.#db.kept.delete(n);
			}),
		);
	}

	async discardKept(n: number): Promise<void> {
		await done(() => this.#db.kept.delete(n));
	}

	async damaged(): Promise<SealedWork[]> {
		const [updates, kept] = await done(() =>
			Promise.all([this.#db.updates.where('sent').equals(0).toArray(), this.#db.kept.toArray()]),
		);
		const all = [
			...updates.map(({ doc, update }) => ({ name: updateName(doc), doc, sealed: update })),
			...kept.map(({ doc, work }) => ({ name: keptName(doc), doc, sealed: work })),
		];
		const open = await allThatOpen(
			all,
			async (each) => (await this.#vault.open(each.name, each.sealed), each),
		);
		const opened = new Set(open);
		return all.filter((each) => !opened.has(each)).map(({ doc, sealed }) => ({ doc: doc as DocKey, sealed }));
	}

	async keepCard(detail: EntryDetail): Promise<void> {
		const card = await this.#vault.sealJson(cardName(detail.id), detail);
		await this.#unlessGone(namedBy(detail), [this.#db.cards], () =>
			this.#db.cards.put({ id: detail.id, card }),
		);
	}

	async card(id: EntryId): Promise<EntryDetail | undefined> {
		const row = await done(() => this.#db.cards.get(id));
		return row ? this.#vault.openJson<EntryDetail>(cardName(id), row.card) : undefined;
	}

	async cards(): Promise<EntryDetail[]> {
		const rows = await done(() => this.#db.cards.toArray());
		return allThatOpen(rows, (row) => this.#vault.openJson<EntryDetail>(cardName(row.id), row.card));
	}

	async docsOfOtherLineage(lineage: string): Promise<DocKey[]> {
		const ids: DocKey[] = [];
		await done(() =>
			this.#db.docs.each((record) => {
				if (record.state && record.lineage !== lineage) ids.push(record.id as DocKey);
			}),
		);
		return ids;
	}

	async waitAgain(lineage: string): Promise<void> {
		await done(() =>
			this.#db.transaction('rw', [this.#db.docs, this.#db.updates], async () => {
				const logged = await this.#db.updates.where('sent').equals(1).toArray();
				const docs = [...new Set(logged.map(({ doc }) => doc))];
				const records = await this.#db.docs.bulkGet(docs);
				const lost = docs.filter((_, index) => {
					const record = records[index];
					return !record?.state || record.lineage !== lineage;
				});
				await this.#db.updates.where('doc').anyOf(lost).modify({ sent: 0 });
			}),
		);
	}

	async forget(doc: DocKey): Promise<void> {
		await done(() =>
			this.#db.transaction(
				'rw',
				[this.#db.docs, this.#db.updates, this.#db.kept, this.#db.cards],
				async () => {
					if ((await this.#db.updates.where('doc').equals(doc).count()) > 0) return;
					await this.#db.docs.delete(doc);
					// By its card an entry that was made here is begun, when its work is offered again.
					if ((await this.#db.kept.where('doc').equals(doc).count()) === 0) await this.#db.cards.delete(doc);
				},
			),
		);
	}

	async purge(ids: readonly EntryId[]): Promise<number> {
		const { purgeIndexed, naming } = await import('./purge-indexed.ts');
		const cards = await this.cards();
		const here = await done(() => purgeIndexed(this.#db, ids, cards));
		// A card can be opened only outside of the step, and may have come between; none comes any more.
		const late = naming(await this.cards(), ids);
		await done(() => this.#db.cards.bulkDelete(late));
		return here;
	}

	async forgetPurged(): Promise<void> {
		await done(() => this.#db.facts.where('key').startsWith(GONE).delete());
	}

	async fact<T>(key: string): Promise<T | undefined> {
		const row = await done(() => this.#db.facts.get(key));
		return row ? this.#vault.openJson<T>(factName(key), row.value) : undefined;
	}

	async keepFact(key: string, value: unknown): Promise<void> {
		if (value === null) return done(() => this.#db.facts.delete(key));
		const sealed = await this.#vault.sealJson(factName(key), value);
		const about = draftEntryOf(key);
		await this.#unlessGone(about ? [about] : [], [], () => this.#db.facts.put({ key, value: sealed }));
	}

	holdDraft(draft: string, wantsEmpty = false): Promise<HeldDraft> {
		const { facts } = this.#db;
		const kept = (): Promise<string[]> => done(() => facts.where('key').startsWith(draft).primaryKeys());
		return this.#places.hold(draft, kept, wantsEmpty).catch((error: unknown) => {
			throw isRefusal(error) ? error : refusalOf(error);
		});
	}

	async drafts(): Promise<Draft[]> {
		const keys = await done(() => this.#db.facts.toCollection().primaryKeys());
		const drafts = await Promise.all(
			keys.filter(draftKindOf).map(async (key) => ({ key, value: await orDamaged(this.fact<unknown>(key)) })),
		);
		return drafts.filter(({ value }) => value !== null && value !== undefined);
	}

	async checkRoom(): Promise<void> {
		await done(() => this.#db.facts.put({ key: ROOM_KEY, value: new Uint8Array(ROOM_BYTES) }));
		await done(() => this.#db.facts.delete(ROOM_KEY));
	}

	close(): void {
		this.#places.close();
		this.#db.close();
	}

	/**
	 * Writes in one step, unless the content of one of these entries was purged: what was under way then must not come
	 * after it.
	 * @returns undefined when it was
	 */
	#unlessGone<T>(
		ids: readonly EntryId[],
		tables: readonly Table[],
		write: () => PromiseLike<T>,
	): Promise<T | undefined> {
		const { facts } = this.#db;
		return done(() =>
			this.#db.transaction('rw', [...tables, facts], async () => {
				const marks = await facts.bulkGet(ids.map(goneKey));
				return marks.some((mark) => mark !== undefined) ? undefined : await write();
			}),
		);
	}

	/** The state of a record; when it does not open, edits go that the server has all the same. */
	async #stateIn(record: DocRecord | undefined, holds: readonly number[]): Promise<Uint8Array | undefined> {
		if (!record?.state) return undefined;
		try {
			return await this.#vault.open(stateName(record.id), record.state);
		} catch (error) {
			await done(() => this.#db.updates.bulkDelete([...holds]));
			throw error;
		}
	}

	async #read(row: UpdateRecord): Promise<WaitingUpdate> {
		const doc = row.doc as DocKey;
		return {
			n: row.n,
			doc,
			at: row.at,
			update: await this.#vault.open(updateName(doc), row.update),
			isSent: row.sent === 1,
		};
	}
}

/** Removes everything a person kept on this device. */
export async function wipePerson(personId: string): Promise<void> {
	await Dexie.delete(`lantai-${personId}`);
}

const stateName = (doc: string): string => `state:${doc}`;
const updateName = (doc: string): string => `update:${doc}`;
const keptName = (doc: string): string => `kept:${doc}`;
const cardName = (doc: string): string => `card:${doc}`;
const factName = (key: string): string => `fact:${key}`;

/** What of these opens, in order: one that was damaged must not keep the others from anybody. */
async function allThatOpen<R, T>(rows: readonly R[], open: (row: R) => Promise<T>): Promise<T[]> {
	const read = await Promise.all(
		rows.map((row) =>
			open(row).then(
				(value) => [value],
				(error: unknown) => {
					if (isRefusal(error) && error.code === 'device.damaged') return [];
					throw error;
				},
			),
		),
	);
	return read.flat(1) as T[];
}

/** @throws {Refusal} 'device.full' | 'device.newer' | 'device.unusable' */
async function done<T>(work: () => PromiseLike<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		throw refusalOf(error);
	}
}

function refusalOf(error: unknown): Refusal {
	const name = error instanceof Error ? error.name : '';
	// Closed while somebody works: a newer version of the page has taken it.
	const isClosed = name === 'DatabaseClosedError';
	const refusal = new Refusal(
		isClosed ? 'device.newer' : isQuotaError(error) ? 'device.full' : 'device.unusable',
		{ reason: name },
	);
	refusal.cause = error;
	return refusal;
}

/** The device has no room. */
export function isQuotaError(error: unknown): boolean {
	if (!(error instanceof Error)) return false;
	const { inner } = error as { inner?: { name?: string } };
	return error.name === 'QuotaExceededError' || inner?.name === 'QuotaExceededError';
}

/** A watch ends with its database: the person signed out, or a newer version took over. */
function ignoreClosed(error: unknown): void {
	if (!(error instanceof Error && error.name === 'DatabaseClosedError')) throw error;
}
