import type { Params } from './refusal.ts';

/** One result of checking material: data, never thrown, complete and in order. */
export interface Finding {
	/** Stable id of the rule, e.g. `E042` or `import.no-title`. */
	readonly rule: string;
	readonly severity: 'error' | 'warning' | 'info';
	/** File, line, field or path the finding speaks of. */
	readonly where: string;
	readonly params?: Params;
}
