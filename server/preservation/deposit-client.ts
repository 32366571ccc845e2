import type { DepositAsks } from './deposit-worker.ts';
import type { PartVersion } from './object-parts.ts';
import type { PutResult } from './ocfl-store.ts';
import type { NewVersionNote, ObjectKind } from './store-register.ts';
import { WorkerClient } from './worker-client.ts';

/** Asks that put a version. */
type PutAsks = Pick<DepositAsks, 'entry' | 'record' | 'import'>;

/** The deposit worker, and who hears of each version it put, before whoever asked for it. */
export class DepositClient extends WorkerClient<DepositAsks> {
	#onPut: (note: NewVersionNote) => void;

	constructor(
		places: { readonly root: string; readonly staging: string; readonly maxVersions: number },
		onPut: (note: NewVersionNote) => void,
	) {
		super(new URL('./deposit-worker.ts', import.meta.url), places);
		this.#onPut = onPut;
	}

	/** Puts a version. */
	async put<Kind extends keyof PutAsks>(
		kind: Kind,
		ask: PutAsks[Kind]['ask'],
	): Promise<PutAsks[Kind]['answer']> {
		const answer = await this.ask(kind, ask);
		const put: PutResult & Partial<PartVersion> = answer;
		if (put.isNew)
			this.#onPut({
				objectId: ask.objectId,
				...put,
				kind: kind === 'record' ? (ask as DepositAsks['record']['ask']).record.kind : kind,
				created: ask.about.created,
			} as NewVersionNote & { kind: ObjectKind });
		return answer;
	}
}
