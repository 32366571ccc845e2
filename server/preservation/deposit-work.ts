import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import type { Storage } from '#server/storage/storage.ts';
import { depositArchive, depositDecision, depositUndone } from './archive-records.ts';
import { depositCampaign } from './campaign-deposit.ts';
import type { DepositClient } from './deposit-client.ts';
import type { DepositRecorder } from './deposit-recorder.ts';
import type { DepositReason } from './deposit-schedule.ts';
import { depositEntry, type Deposited } from './entry-deposit.ts';
import { importVersion } from './import-deposit.ts';
import { depositOrder, depositStep } from './record-deposits.ts';
import { depositRegister } from './register-deposit.ts';
import { depositCodes } from './code-deposit.ts';

/** What is deposited, by the first word of a key of the runner. */
type Kind =
	| 'entry'
	| 'import'
	| 'step'
	| 'order'
	| 'campaign'
	| 'decision'
	| 'undone'
	| 'register'
	| 'codes'
	| 'archive';

/** What deposits need. */
export interface DepositParts {
	readonly storage: Storage;
	readonly worker: DepositClient;
	readonly recorder: DepositRecorder;
	readonly clock: Clock;
	readonly logger: Logger;
	readonly dataDir: string;
	readonly software: { readonly name: string; readonly version: string };
	/** Begins the document of an imported entry in the log, as opening it does. */
	readonly begin: (id: EntryId) => Promise<void>;
	readonly onDeposited: (id: EntryId, deposit: Deposited) => void;
}

/** Brings things into the store, each by its kind, and counts what is there. */
export class DepositWork {
	#parts: DepositParts;
	#objects = 0;
	#lastAt: string | undefined;

	private constructor(parts: DepositParts) {
		this.#parts = parts;
	}

	/** Begins with what earlier processes have deposited. */
	static async over(parts: DepositParts): Promise<DepositWork> {
		const work = new DepositWork(parts);
		const { db } = parts.storage;
		const [entries, imports] = await Promise.all([
			db
				.selectFrom('deposit')
				.select((select) => [
					select.fn.count<number>('entry_id').distinct().as('objects'),
					select.fn.max<string | null>('at').as('lastAt'),
				])
				.executeTakeFirst(),
			db
				.selectFrom('import')
				.select((select) => select.fn.countAll<number>().as('objects'))
				.where('deposited_version', 'is not', null)
				.executeTakeFirst(),
		]);
		work.#objects = Number(entries?.objects ?? 0) + Number(imports?.objects ?? 0);
		work.#lastAt = entries?.lastAt ?? undefined;
		return work;
	}

	get objects(): number {
		return this.#objects;
	}

	get lastAt(): string | undefined {
		return this.#lastAt;
	}

	/** True when anything at all is known to be in the store, so that a root that is not there is away. */
	async hasBegun(): Promise<boolean> {
		if (this.#objects > 0) return true;
		const { db } = this.#parts.storage;
		return (
			(await db.selectFrom('store_object').select('object_id').limit(1).executeTakeFirst()) !== undefined
		);
	}

	/** Deposits what a key names: `entry ID`, `order ID` … */
	async run(key: string, reason: DepositReason): Promise<unknown> {
		const [kind, id] = key.split(' ') as [Kind, string];
		switch (kind) {
			case 'entry':
				return this.#entry(id as EntryId, reason);
			case 'import':
				return this.#import(id);
			case 'step':
				return this.#counted(await depositStep(this.#parts, id));
			case 'order':
				return this.#counted(await depositOrder(this.#parts, id));
			case 'campaign':
				return this.#counted(await depositCampaign(this.#parts, id));
			case 'decision':
				return this.#counted(await depositDecision(this.#parts, id));
			case 'undone':
				return this.#counted(await depositUndone(this.#parts, id));
			case 'register':
				return this.#counted(await depositRegister(this.#parts, id));
			case 'codes':
				return this.#counted(await depositCodes(this.#parts));
			case 'archive':
				return depositArchive(this.#parts);
		}
	}

	async #entry(id: EntryId, reason: DepositReason): Promise<Deposited | undefined> {
		const deposited = await depositEntry(this.#parts, id, reason);
		if (!deposited) return undefined;
		this.#count(deposited);
		this.#parts.onDeposited(id, deposited);
		return deposited;
	}

	async #import(importId: string): Promise<void> {
		const { storage, dataDir, clock, software, worker } = this.#parts;
		const { db } = storage;
		const row = await db.selectFrom('import').selectAll().where('id', '=', importId).executeTakeFirst();
		if (!row || row.state === 'staging') return;
		const folder = join(dataDir, 'staging', importId);
		if (row.deposited_version === null) {
			const ask = importVersion(row, { folder, clock, software });
			const { version } = await worker.put('import', ask);
			await db.updateTable('import').set({ deposited_version: version }).where('id', '=', importId).execute();
			this.#count({ version, at: ask.about.created });
		}
		await rm(folder, { recursive: true, force: true });
	}

	#counted(version: string | undefined): string | undefined {
		if (version !== undefined) this.#count({ version, at: isoAt(this.#parts.clock) });
		return version;
	}

	#count({ version, at }: Pick<Deposited, 'version' | 'at'>): void {
		if (version === 'v1') this.#objects++;
		this.#lastAt = at;
	}
}
