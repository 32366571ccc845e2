import type { ImportOptions, ImportProgress, ImportReport, ImportsClient } from '#client/contract.ts';
import { isRefusal } from '#domain/base/refusal.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { refusalWords } from '#i18n/refusal-words.ts';

/** How far the import of one file has come. */
export type JobPhase = 'uploading' | 'reading' | 'read' | 'accepting' | 'done' | 'failed' | 'cancelled';

/** What a person may decide before a file is taken in. */
export interface JobOptions {
	readonly profile?: string;
	readonly under?: EntryId;
	readonly underName?: string;
	readonly mapping?: unknown;
	readonly mappingName?: string;
	readonly writesCreatorsOut?: boolean;
}

type Accepted = Awaited<ReturnType<ImportsClient['accept']>>;

/** One file on its way into the catalogue: sent once, read as often as its options change, then taken in. */
export class ImportJob {
	readonly file: File;
	phase = $state.raw<JobPhase>('uploading');
	sent = $state.raw(0);
	progress = $state.raw<ImportProgress | undefined>(undefined);
	report = $state.raw<ImportReport | undefined>(undefined);
	done = $state.raw<Accepted | undefined>(undefined);
	reason = $state.raw('');
	options = $state.raw<JobOptions>({});
	/** What is written where the parent entry is chosen; undefined when one is chosen, or none is to be. */
	underTyped = $state.raw<string>();
	#client: ImportsClient;
	#uploadId: string | undefined;
	#abort = new AbortController();
	#onDone: () => void;

	constructor(file: File, client: ImportsClient, options: JobOptions, onDone: () => void) {
		this.file = file;
		this.#client = client;
		this.options = options;
		this.#onDone = onDone;
	}

	get isBusy(): boolean {
		return this.phase === 'uploading' || this.phase === 'reading' || this.phase === 'accepting';
	}

	/** A parent entry is named that is not chosen: taken in, the file would lie elsewhere. */
	get isUndecided(): boolean {
		return this.underTyped !== undefined && this.underTyped.trim() !== '';
	}

	/** Share of the work under way, 0 to 1; undefined while it cannot be known. */
	get share(): number | undefined {
		if (this.phase === 'uploading') return this.file.size > 0 ? this.sent / this.file.size : undefined;
		return this.progress && this.progress.total > 0 ? this.progress.bytes / this.progress.total : undefined;
	}

	/** Sends the file if that is still to do, and reads it without keeping anything. */
	async read(): Promise<void> {
		await this.#run(async (signal) => {
			if (this.#uploadId === undefined) {
				this.phase = 'uploading';
				const { uploadId } = await this.#client.upload(this.file, (sent) => (this.sent = sent), signal);
				this.#uploadId = uploadId;
			}
			this.phase = 'reading';
			this.report = await this.#client.dryRun(
				this.#request(this.#uploadId),
				(progress) => (this.progress = progress),
				signal,
			);
			this.phase = 'read';
		});
	}

	/** Takes the file in, when it is decided where to. */
	async accept(): Promise<void> {
		const uploadId = this.#uploadId;
		if (uploadId === undefined || this.isUndecided) return;
		await this.#run(async (signal) => {
			this.phase = 'accepting';
			this.done = await this.#client.accept(
				this.#request(uploadId),
				(progress) => (this.progress = progress),
				signal,
			);
			this.phase = 'done';
			this.#onDone();
		});
	}

	/** Reads the file again with other options. */
	async change(options: JobOptions): Promise<void> {
		this.cancel();
		this.options = options;
		await this.read();
	}

	/** Stops what is under way; nothing of it stays. */
	cancel(): void {
		this.#abort.abort();
	}

	#request(uploadId: string): ImportOptions {
		const { profile, under, mapping, writesCreatorsOut } = this.options;
		return {
			uploadId,
			...(profile ? { profile } : {}),
			...(under ? { under } : {}),
			...(mapping === undefined ? {} : { mapping }),
			...(writesCreatorsOut ? { writesCreatorsOut } : {}),
		};
	}

	async #run(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
		const abort = new AbortController();
		this.#abort = abort;
		this.progress = undefined;
		this.reason = '';
		try {
			await work(abort.signal);
		} catch (error) {
			// Newer work has taken over; what this one says no longer matters.
			if (this.#abort !== abort) return;
			if (abort.signal.aborted) this.phase = this.report ? 'read' : 'cancelled';
			else if (isRefusal(error)) {
				this.reason = refusalWords(error.code, error.params);
				this.phase = 'failed';
			} else throw error;
		}
	}
}
