import type { DeviceStore } from '#client/device/device-store.ts';
import { KeptFact, type DraftStore } from '#client/kept-fact.ts';
import { registersClient } from '#client/registers-client.ts';
import { isRefusal } from '#domain/base/refusal.ts';
import type { Json } from '#domain/catalogue/entry.ts';
import { mergeRecords } from '#domain/catalogue/registers/merge-records.ts';
import { emptyContent, tidied, type RegisterField } from '#domain/catalogue/registers/register-field.ts';
import type {
	RegisterContent,
	RegisterId,
	RegisterProblem,
	RegisterRecord,
} from '#domain/catalogue/registers/register.ts';
import { isSameValue } from '#domain/catalogue/same-value.ts';
import { refusalWords } from '#i18n/refusal-words.ts';

/** What was typed into a record and is not saved. */
interface Kept {
	readonly based: RegisterContent;
	readonly version: number;
	readonly content: RegisterContent;
	readonly why: string;
}

/** Two people set the same field: what the other wrote, and who. */
export interface Disputed {
	readonly theirs: Json | undefined;
	readonly name: string;
	/** Taken by the person: one of the two, or not yet said. */
	readonly taken: 'mine' | 'theirs' | undefined;
}

export type SaveResult = { readonly record: RegisterRecord; readonly isNew: boolean };

/** A record as it is filled in: nothing typed is lost, whoever else saves it meanwhile. */
export class RecordForm {
	draft = $state<Record<string, Json>>({});
	why = $state('');
	problems = $state.raw<readonly RegisterProblem[]>([]);
	disputed = $state.raw<ReadonlyMap<string, Disputed>>(new Map());
	/** Somebody else saved it while this was open, and nothing of both was the same. */
	joinedName = $state.raw<string>();
	refusal = $state.raw<string>();
	notKept = $state.raw<string>();
	isBusy = $state(false);
	isRestored = $state(false);
	isReady = $state(false);
	/** Changes the device has not written yet. */
	#unwritten = $state(0);
	/** How it stood when it was last read; undefined for a new one. */
	record = $state.raw<RegisterRecord>();
	readonly register: RegisterId;
	readonly fields: readonly RegisterField[];
	#base = $state.raw<RegisterContent>({});
	#kept: KeptFact<Kept>;
	#store: DraftStore & Pick<DeviceStore, 'isDurable'>;

	constructor(parts: {
		readonly register: RegisterId;
		readonly fields: readonly RegisterField[];
		readonly record: RegisterRecord | undefined;
		readonly store: DraftStore & Pick<DeviceStore, 'isDurable'>;
	}) {
		this.register = parts.register;
		this.fields = parts.fields;
		this.record = parts.record;
		this.#store = parts.store;
		this.#base = parts.record?.content ?? emptyContent(parts.fields);
		this.draft = copyOf(this.#base);
		this.#kept = new KeptFact(
			parts.store,
			`register:${parts.register}:${parts.record?.id ?? 'new'}`,
			(code) => {
				this.notKept = code === undefined ? undefined : refusalWords(code);
			},
		);
	}

	/** What would be saved. */
	get content(): RegisterContent {
		return tidied(this.fields, $state.snapshot(this.draft as object) as Record<string, Json>);
	}

	get isChanged(): boolean {
		return this.hasOtherContent || this.why.trim() !== '';
	}

	/** Not only a reason was written. */
	get hasOtherContent(): boolean {
		return !isSameValue(this.content, tidied(this.fields, this.#base));
	}

	/** Leaving would lose what was typed. */
	get isAtRisk(): boolean {
		return this.isChanged && (!this.#store.isDurable || this.notKept !== undefined || this.#unwritten > 0);
	}

	/** Something was typed, and leaving loses nothing of it. */
	get isKept(): boolean {
		return this.isChanged && this.isReady && !this.isAtRisk;
	}

	get isUndecided(): boolean {
		return [...this.disputed.values()].some(({ taken }) => taken === undefined);
	}

	/** Takes up what was typed before. */
	async restore(): Promise<void> {
		const kept = await this.#kept.read();
		if (kept && !this.isChanged) {
			const newest = this.record;
			this.#base = kept.based;
			this.draft = copyOf(kept.content);
			this.why = kept.why;
			this.isRestored = true;
			if (newest && newest.version !== kept.version) this.joinNewest(newest);
		} else if (kept) await this.#kept.goBeside();
		this.isReady = true;
	}

	/** Keeps what is typed now; for an effect. */
	keep(): void {
		const { content, why } = this;
		if (!this.isReady) return;
		this.#unwritten++;
		void this.#kept
			.keep(this.isChanged ? { based: this.#base, version: this.record?.version ?? 0, content, why } : null)
			.finally(() => this.#unwritten--);
	}

	/** The form is not shown any more. */
	leave(): void {
		this.#kept.leave();
	}

	/** @returns puts back what stood here */
	discard(): () => void {
		const putBack = this.#putBack();
		this.#base = this.record?.content ?? emptyContent(this.fields);
		this.draft = copyOf(this.#base);
		this.why = '';
		this.isRestored = false;
		this.#clear();
		return putBack;
	}

	/** Puts another content into the form, as an older version has it. @returns puts back what stood here */
	fill(content: RegisterContent): () => void {
		const putBack = this.#putBack();
		this.draft = copyOf(content);
		return putBack;
	}

	/** The record stands otherwise now: what others changed is joined with what was typed here. */
	joinNewest(newest: RegisterRecord): void {
		if (newest.version === this.record?.version && this.#base === newest.content) return;
		const wasChanged = this.isChanged;
		const mine = this.content;
		const { content, disputed } = mergeRecords(this.#base, newest.content, mine);
		this.record = newest;
		this.#base = newest.content;
		this.draft = copyOf(wasChanged ? content : newest.content);
		this.joinedName = wasChanged ? newest.actorName : undefined;
		this.disputed = wasChanged
			? new Map(
					disputed.map((field) => [
						field,
						{ theirs: newest.content[field], name: newest.actorName, taken: undefined },
					]),
				)
			: new Map();
	}

	/** Chooses between two values of a field. */
	take(field: string, taken: 'mine' | 'theirs'): void {
		const dispute = this.disputed.get(field);
		if (!dispute) return;
		if (taken === 'theirs') {
			if (dispute.theirs === undefined) delete this.draft[field];
			else this.draft[field] = structuredClone(dispute.theirs);
		}
		this.disputed = new Map(this.disputed).set(field, { ...dispute, taken });
	}

	/** @returns undefined when something is wrong, which is told at its field */
	async save(change: { readonly isWithdrawn?: boolean } = {}): Promise<SaveResult | undefined> {
		if (this.isBusy || this.isUndecided) return undefined;
		this.isBusy = true;
		this.#clear();
		try {
			const { record } = this;
			const { saved, problems } = await registersClient.save(
				this.register,
				[
					{
						...(record ? { id: record.id } : {}),
						based: record?.version ?? 0,
						content: this.content,
						...change,
					},
				],
				this.why.trim(),
			);
			this.problems = problems;
			const [now] = saved;
			if (now) {
				await this.#kept.keep(null);
				this.record = now;
				this.#base = now.content;
				this.draft = copyOf(now.content);
				this.why = '';
				this.isRestored = false;
				return { record: now, isNew: !record };
			}
			if (record && problems.some(({ code }) => code === 'changed_meanwhile'))
				this.joinNewest((await registersClient.record(this.register, record.id)).record);
			return undefined;
		} catch (error) {
			if (!isRefusal(error)) throw error;
			this.refusal = refusalWords(error.code, error.params);
			return undefined;
		} finally {
			this.isBusy = false;
		}
	}

	/** Also when another record is shown meanwhile: then it is on the device again. */
	#putBack(): () => void {
		const { why, disputed, isRestored } = this;
		const draft = $state.snapshot(this.draft as object) as Record<string, Json>;
		return () => {
			Object.assign(this, { draft, why, disputed, isRestored });
			this.keep();
		};
	}

	#clear(): void {
		this.problems = [];
		this.disputed = new Map();
		this.joinedName = undefined;
		this.refusal = undefined;
	}
}

/** Its own copy of a content, to be written in. */
function copyOf(content: RegisterContent): Record<string, Json> {
	return structuredClone(content) as Record<string, Json>;
}
