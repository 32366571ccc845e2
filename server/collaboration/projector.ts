import * as Y from 'yjs';
import type { Logger } from 'pino';
import type { EntryId } from '#domain/base/ids.ts';
import type { ReviewEvent } from '#domain/collaboration/review-event.ts';
import {
	parseDocName,
	readEntryDoc,
	readMeta,
	type EntryDocContent,
	type EntryDocMeta,
} from '#sync/entry-doc.ts';
import { eventsOf } from '#sync/review-doc.ts';
import type { UpdateLog } from '#server/storage/update-log.ts';
import type { Projected } from '#server/catalogue/projection.ts';

/** How long settings may gather before the row follows; well under the second that people are promised. */
const DELAY_MS = 150;
/** The same while an entry is edited on and on: each projection writes row and index anew. */
const CONTINUOUS_DELAY_MS = 600;
const RETRY_MS = 2000;

interface ProjectorParts {
	log: UpdateLog;
	logger: Logger;
	/** The loaded document when nothing of it is under way to the log, and the position it holds. */
	settledDocument: (docName: string) => { readonly doc: Y.Doc; readonly heldSeq: number } | undefined;
	project: (
		id: EntryId,
		doc: { readonly meta: EntryDocMeta; readonly content: EntryDocContent },
		seq: number,
	) => Promise<Projected>;
	/** Writes what is said about an entry into its rows, and tells of it. */
	projectReview: (id: EntryId, events: readonly ReviewEvent[], seq: number) => Promise<void>;
	onProjected: (projected: Projected) => void;
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
		if (!name || name.kind === 'presence') return;
		try {
			const found = this.#parts.settledDocument(docName);
			// A row must not claim a position its content does not hold: nothing would bring it up to it later.
			const loaded = found && found.heldSeq >= seq ? found : undefined;
			const { doc, heldSeq } = loaded ?? (await this.#read(docName));
			const said = name.kind === 'review' ? eventsOf(doc).toArray() : undefined;
			const described = said ? undefined : contentOf(doc);
			if (!loaded) doc.destroy();
			this.#projectedAtMs.delete(docName);
			this.#projectedAtMs.set(docName, performance.now());
			if (said) await this.#parts.projectReview(name.id, said, heldSeq);
			else if (described) this.#parts.onProjected(await this.#parts.project(name.id, described, heldSeq));
		} catch (error) {
			this.#parts.logger.error({ err: error, doc: docName }, 'projection failed; tried again soon');
			this.note(docName, seq, RETRY_MS);
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

function contentOf(doc: Y.Doc): { meta: EntryDocMeta; content: EntryDocContent } {
	const meta = readMeta(doc);
	if (!meta) throw new Error('the document has no meta');
	return { meta, content: readEntryDoc(doc) };
}
