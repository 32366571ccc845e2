import type { DepositKind } from './entry-snapshot.ts';
import { byAge } from './object-parts.ts';
import { registering, type NewVersionNote } from './store-register.ts';
import type { Statement, Storage } from '#server/storage/storage.ts';

/** A version in the store, as the database keeps it. */
export interface RecordedVersion {
	/** The object of the entry, or a successor of it. */
	readonly objectId: string;
	readonly version: string;
	/** Log position it holds. */
	readonly seq: number;
	readonly at: string;
	readonly kind: DepositKind;
}

/** How far what is said about an entry, and what was decided, is in the store with it. */
export interface RecordedReview {
	readonly seq: number;
	readonly step: string | null;
}

interface Group {
	readonly statements: Statement[];
	readonly done: Promise<void>;
}

/** Writes into the database what the store holds. What is to be written while a commit runs shares the next one. */
export class DepositRecorder {
	#storage: Storage;
	#next: Group | undefined;
	#last: Promise<unknown> = Promise.resolve();

	constructor(storage: Storage) {
		this.#storage = storage;
	}

	/** Records versions of an entry, and the positions of the last; durable when it resolves. */
	entry(
		entryId: string,
		versions: readonly RecordedVersion[],
		seq: number,
		review: RecordedReview,
	): Promise<void> {
		const { db } = this.#storage;
		const statements: Statement[] = versions.flatMap(({ objectId, version, seq, at, kind }) => [
			// A store brought back from an older copy counts on from there: its versions are the ones that are.
			db
				.deleteFrom('deposit')
				.where('entry_id', '=', entryId)
				.where('object_id', '=', objectId)
				.where('version', '=', version),
			db.insertInto('deposit').values({ entry_id: entryId, object_id: objectId, version, kind, seq, at }),
		]);
		statements.push(
			db
				.updateTable('entry')
				.set({ deposited_seq: seq, deposited_step: review.step })
				.where('id', '=', entryId),
			db.updateTable('review').set({ deposited_seq: review.seq }).where('entry_id', '=', entryId),
		);
		return this.#write(statements);
	}

	/** Notes in the register of the store that a version was put; durable when it resolves. */
	put(note: NewVersionNote): Promise<void> {
		return this.#write(registering(this.#storage, note));
	}

	/** The versions the database knows of an entry, oldest first. */
	async versions(entryId: string): Promise<RecordedVersion[]> {
		const rows = await this.#storage.db
			.selectFrom('deposit')
			.select(['object_id as objectId', 'version', 'seq', 'at', 'kind'])
			.where('entry_id', '=', entryId)
			.execute();
		return rows.map((row) => ({ ...row, kind: row.kind as DepositKind })).toSorted(byAge);
	}

	#write(statements: readonly Statement[]): Promise<void> {
		if (statements.length === 0) return Promise.resolve();
		this.#next ??= this.#open();
		this.#next.statements.push(...statements);
		return this.#next.done;
	}

	#open(): Group {
		const statements: Statement[] = [];
		const done = this.#last.then(async () => {
			// What is said in one turn, of a version and of its entry, shares the commit.
			await new Promise(setImmediate);
			this.#next = undefined;
			return this.#storage.batch(statements);
		});
		// The next group waits for this one, not for its success; whoever is in it hears of its failure.
		this.#last = done.catch(() => undefined);
		return { statements, done };
	}
}
