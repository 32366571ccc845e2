import { isRefusal } from '#domain/base/refusal.ts';
import type { EntryId } from '#domain/base/ids.ts';
import type { EntryDetail } from '#domain/catalogue/rows.ts';
import { Answers } from './answers.ts';
import type { RowsClient } from './contract.ts';

/** Answers of changes that come together are read once. */
const READ_DELAY_MS = 60;

export interface EntryRecordParts {
	readonly id: EntryId;
	readonly rows: Pick<RowsClient, 'entry'>;
	/** Writes the record onto the device. */
	readonly keep: (detail: EntryDetail) => Promise<void>;
	readonly onDetail: (detail: EntryDetail) => void;
	readonly onRefused: (code: string) => void;
}

/**
 * The catalogue's record of an open entry. It says *in the archive* only of what is open here: whatever was typed or
 * came in after the server was asked is not, until the server has been asked again.
 */
export class EntryRecord {
	#parts: EntryRecordParts;
	#detail: EntryDetail | undefined;
	/** Grows with every change of what is open, and with every change that turns out to be logged. */
	#changes = 0;
	#answers = new Answers();
	#timer: ReturnType<typeof setTimeout> | undefined;
	#isClosed = false;

	constructor(parts: EntryRecordParts) {
		this.#parts = parts;
	}

	get detail(): EntryDetail | undefined {
		return this.#detail;
	}

	/** What is open here is not what the server told of: an edit, or one that it may have logged since. */
	changed(): void {
		this.#changes++;
		if (this.#detail?.state !== 'archive') return;
		void this.use({ ...this.#detail, state: 'server' });
		this.readSoon();
	}

	/** Takes a record that did not come from the server just now; resolves when it is kept. */
	async use(detail: EntryDetail): Promise<void> {
		this.#show(detail);
		await this.#parts.keep(detail);
	}

	/** Takes a record the device had, unless a newer is here. */
	useKept(detail: EntryDetail): void {
		if (!this.#detail) this.#show(detail);
	}

	readSoon(): void {
		this.#later(() => void this.read());
	}

	/** Does something in the place of the next reading: the server cannot be asked. */
	insteadSoon(run: () => void): void {
		this.#later(run);
	}

	async read(): Promise<void> {
		const before = this.#changes;
		const isWanted = this.#answers.ask();
		try {
			const detail = await this.#parts.rows.entry(this.#parts.id);
			if (this.#isClosed || !isWanted()) return;
			if (before === this.#changes || detail.state !== 'archive') this.#show(detail);
			else {
				void this.use({ ...detail, state: 'server' });
				this.readSoon();
			}
		} catch (error) {
			// The store may have been closed by then too.
			if (this.#isClosed) return;
			if (!isRefusal(error)) throw error;
			this.#parts.onRefused(error.code);
		}
	}

	close(): void {
		this.#isClosed = true;
		clearTimeout(this.#timer);
	}

	#show(detail: EntryDetail): void {
		this.#detail = detail;
		this.#parts.onDetail(detail);
	}

	#later(run: () => void): void {
		clearTimeout(this.#timer);
		if (!this.#isClosed) this.#timer = setTimeout(run, READ_DELAY_MS);
	}
}
