import { isRefusal } from '#domain/base/refusal.ts';

/** How the store takes what is written: `away` not there, `full` no room, `read-only` not to be written. */
export type StoreState = 'ok' | 'away' | 'full' | 'read-only' | 'failing';

/** A thing that could not be deposited, and is tried again. */
export interface Failing {
	/** `entry ID`, `import ID`, `order ID` … */
	readonly key: string;
	/** A refusal's code, a system's such as `ENOSPC`, or the message. */
	readonly reason: string;
	/** ISO UTC: when it failed first. */
	readonly since: string;
	/** How often it has failed. */
	readonly times: number;
	/** It is damaged or incomplete itself; else the store is at fault. */
	readonly isOwn: boolean;
}

const STATES: Readonly<Record<string, StoreState>> = {
	ENOSPC: 'full',
	EDQUOT: 'full',
	EROFS: 'read-only',
	EACCES: 'read-only',
	EPERM: 'read-only',
	ENOENT: 'away',
	ENOTDIR: 'away',
	ENODEV: 'away',
	ENXIO: 'away',
	ESTALE: 'away',
	'preservation.root-missing': 'away',
	'preservation.not-a-root': 'away',
};

/** Failures of one object: damage, or files that are gone. The store itself is well. */
export function isOwnFault(error: unknown): boolean {
	return isRefusal(error) && ['preservation.damaged', 'preservation.import-missing'].includes(error.code);
}

/** Why something failed, as it is told. */
export function reasonOf(error: unknown): string {
	const { code, message } = error as { code?: unknown; message?: unknown };
	return String(code ?? message ?? error);
}

/** What a reason says of the store. */
export function storeStateOf(reason: string): StoreState {
	return STATES[reason] ?? 'failing';
}

/** What fails now, told by whoever tries. */
export class Failures {
	#byKey = new Map<string, Failing>();

	/** The newest last. */
	get all(): readonly Failing[] {
		return [...this.#byKey.values()];
	}

	/** The newest that lies with the store, else the newest of all. */
	get worst(): Failing | undefined {
		return this.all.findLast(({ isOwn }) => !isOwn) ?? this.all.at(-1);
	}

	failed(key: string, error: unknown, at: string): void {
		const { since, times } = this.#byKey.get(key) ?? { since: at, times: 0 };
		this.#byKey.delete(key);
		this.#byKey.set(key, { key, reason: reasonOf(error), since, times: times + 1, isOwn: isOwnFault(error) });
	}

	succeeded(key: string): void {
		this.#byKey.delete(key);
	}
}
