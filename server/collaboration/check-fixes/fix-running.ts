import type { BulkRunning } from '../bulk-edits.ts';

/** How far taking suggestions has come: `looking` at each as it holds now, then `setting` values, or setting them back. */
export interface FixProgress {
	readonly step: 'looking' | 'setting';
	readonly done: number;
	readonly total: number;
}

/** How suggestions that are taken are watched and given up. */
export interface FixRunning {
	readonly signal?: AbortSignal | undefined;
	readonly onProgress?: ((progress: FixProgress) => void) | undefined;
}

/** The same as changing many entries is watched. */
export function whileSetting({ signal, onProgress }: FixRunning): BulkRunning {
	return { signal, onProgress: (now) => onProgress?.({ step: 'setting', ...now }) };
}
