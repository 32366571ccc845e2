import * as Y from 'yjs';
import type { Logger } from 'pino';
import type { EntryId } from '#domain/base/ids.ts';
import type { ReviewEvent } from '#domain/collaboration/review-event.ts';
import { parseDocName, readEntryDoc, readMeta } from '#sync/entry-doc.ts';
import { eventsOf } from '#sync/review-doc.ts';
import type { UpdateLog } from '#server/storage/update-log.ts';
import type { Projected, Projecting } from '#server/catalogue/projection.ts';

/** How long settings may gather before the row follows; well under the second that people are promised. */
const DELAY_MS = 150;
/** The same while an entry is edited on and on: each projection writes row and index anew. */
const CONTINUOUS_DELAY_MS = 600;
const RETRY_MS = 2000;
/** Documents read and written together after a crash. */
const CATCH_UP_BATCH = 200;

interface ProjectorParts {
	log: UpdateLog;
	logger: Logger;
	/** The loaded document when nothing of it is under way to the log, and the position it holds. */
	settledDocument: (docName: string) => { readonly doc: Y.Doc; readonly heldSeq: number } | undefined;
	/** Its content is being taken out: nothing is written of it any more. */
	isSealed: (id: EntryId) => boolean;
	project: (projecting: Projecting) => Promise<Projected>;
	projectMany: (projectings: readonly Projecting[]) => Promise<readonly Projected[]>;
	/** Writes what is said about an entry into its rows, and tells of it. */
	projectReview: (id: EntryId, events: readonly ReviewEvent[], seq: number) => Promise<void>;
	onProjected: (projected: readonly Projected[]) => void;
}

/** A document as it stands in the log at a position. */
export interface GivenDoc {
	readonly docName: string;
	readonly id: EntryId;
	readonly doc: Y.Doc;
	readonly seq: number;
}

/** Brings rows up to the log, soon after each logged update and in any order of documents. */
export class Projector {
	#parts: ProjectorParts;
	#due = new Map<string, { seq: number; timer: NodeJS.Timeout }>();
	#running = new Map<string, Promise<void>>();
	/** When documents were projected last, the longest ago first. */
	#projectedAtMs = new Map<string, number>();
	#isClosed = false;

	constructor(parts: ProjectorParts) {
		this.#parts = parts;
	}

	/** The document was logged up to `seq`. */
	note(docName: string, seq: number, delayMs: number = this.#delayOf(docName)): void {
		if (this.#isClosed) return;
		const due = this.#due.get(docName);
		if (due) {
			due.seq = Math.max(due.seq, seq);
			return;
		}
		this.#due.set(docName, { seq, timer: setTimeout(() => void this.#start(docName), delayMs) });
	}

	/** Projects a document now; resolves when its row holds at least `seq`. */
	async projectNow(docName: string, seq: number): Promise<void> {
		const due = this.#due.get(docName);
		if (due) clearTimeout(due.timer);
		this.#due.set(docName, { seq: Math.max(seq, due?.seq ?? 0), timer: setTimeout(() => undefined, 0) });
		await this.#start(docName);
	}

	/** Resolves when the row shows all that was noted of the document. */
	async upToDate(docName: string): Promise<void> {
		const due = this.#due.get(docName);
		if (due) clearTimeout(due.timer);
		await this.#start(docName);
	}

	/** Projects documents as they are given, together; while nobody else can change them. */
	async projectGiven(given: readonly GivenDoc[]): Promise<void> {
		for (
			let running;
			(running = given.flatMap(({ docName }) => this.#running.get(docName) ?? [])).length > 0;
		)
			await Promise.all(running);
		const run = this.#runGiven(given).finally(() => {
			for (const { docName } of given) this.#running.delete(docName);
		});
		for (const { docName, seq } of given) {
			const due = this.#due.get(docName);
			if (due && due.seq <= seq) {
				clearTimeout(due.timer);
				this.#due.delete(docName);
			}
			this.#running.set(docName, run);
		}
		await run;
	}

	/** Brings rows of documents that nobody has loaded up to the log. */
	async catchUp(docNames: readonly string[]): Promise<void> {
		for (let from = 0; from < docNames.length; from += CATCH_UP_BATCH) {
			const logs = await this.#parts.log.readMany(docNames.slice(from, from + CATCH_UP_BATCH));
			const given: GivenDoc[] = [];
			for (const [docName, updates] of logs) {
				const name = parseDocName(docName);
				if (name?.kind !== 'entry') continue;
				const doc = new Y.Doc({ guid: docName });
				for (const { payload } of updates) Y.applyUpdate(doc, payload);
				given.push({ docName, id: name.id, doc, seq: updates.at(-1)?.seq ?? 0 });
			}
			if (given.length > 0) await this.projectGiven(given);
			for (const { doc } of given) doc.destroy();
		}
	}

	#delayOf(docName: string): number {
		const now = performance.now();
		for (const [name, atMs] of this.#projectedAtMs) {
			if (now - atMs < CONTINUOUS_DELAY_MS) break;
			this.#projectedAtMs.delete(name);
		}
		return this.#projectedAtMs.has(docName) ? CONTINUOUS_DELAY_MS : DELAY_MS;
	}

	/** Finishes what is due. */
	async close(): Promise<void> {
		for (const [docName, due] of [...this.#due]) {
			clearTimeout(due.timer);
			await this.#start(docName);
		}
		this.#isClosed = true;
		await Promise.allSettled([...this.#running.values()]);
	}

	async #start(docName: string): Promise<void> {
		// Others may have waited for the same run, and one of them has begun the next.
		for (let running; (running = this.#running.get(docName));) await running;
		const due = this.#due.get(docName);
		if (!due) return;
		this.#due.delete(docName);
		const run = this.#run(docName, due.seq).finally(() => this.#running.delete(docName));
		this.#running.set(docName, run);
		await run;
	}

	async #run(docName: string, seq: number): Promise<void> {
		const name = parseDocName(docName);
		if (!name || name.kind === 'presence' || this.#parts.isSealed(name.id)) return;
		try {
			const found = this.#parts.settledDocument(docName);
			// A row must not claim a position its content does not hold: nothing would bring it up to it later.
			const loaded = found && found.heldSeq >= seq ? found : undefined;
			const { doc, heldSeq } = loaded ?? (await this.#read(docName));
			const said = name.kind === 'review' ? eventsOf(doc).toArray() : undefined;
			const projecting = said ? undefined : projectingOf(name.id, doc, heldSeq);
			if (!loaded) doc.destroy();
			this.#projectedAtMs.delete(docName);
			this.#projectedAtMs.set(docName, performance.now());
			if (said) await this.#parts.projectReview(name.id, said, heldSeq);
			else if (projecting) this.#parts.onProjected([await this.#parts.project(projecting)]);
		} catch (error) {
			this.#parts.logger.error({ err: error, doc: docName }, 'projection failed; tried again soon');
			this.note(docName, seq, RETRY_MS);
		}
	}

	async #runGiven(given: readonly GivenDoc[]): Promise<void> {
		try {
			const projectings = given
				.filter(({ id }) => !this.#parts.isSealed(id))
				.map(({ id, doc, seq }) => projectingOf(id, doc, seq));
			if (projectings.length === 0) return;
			this.#parts.onProjected(await this.#parts.projectMany(projectings));
		} catch (error) {
			this.#parts.logger.error({ err: error }, 'projection of many failed; each is tried again soon');
			for (const { docName, seq } of given) this.note(docName, seq, RETRY_MS);
		}
	}

	async #read(docName: string): Promise<{ doc: Y.Doc; heldSeq: number }> {
		const doc = new Y.Doc();
		let heldSeq = 0;
		for (const update of await this.#parts.log.read(docName)) {
			Y.applyUpdate(doc, update.payload);
			heldSeq = update.seq;
		}
		return { doc, heldSeq };
	}
}

function projectingOf(id: EntryId, doc: Y.Doc, seq: number): Projecting {
	const meta = readMeta(doc);
	if (!meta) throw new Error('the document has no meta');
	return { id, meta, content: readEntryDoc(doc), seq };
}
