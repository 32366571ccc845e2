import { isRefusal } from '#domain/base/refusal.ts';
import { isUnreadable } from '#server/preservation/ocfl-read.ts';

/** Something of the store that could not be read, and what it means. */
export interface Damage {
	/** Id of the object, or its folder where even that is unknown. */
	readonly object: string;
	/** Path within the object or the root; empty for the object itself. */
	readonly file: string;
	/**
	 * `digest`: bytes are not those that were written, or missing · `form`: they make no sense · `unknown`: not of ours ·
	 * `missing`: it was never there.
	 */
	readonly reason: 'digest' | 'form' | 'unknown' | 'missing';
}

/** What a failure of reading means; anything that is no fault of the store is thrown again. */
export function damageOf(error: unknown, object: string, file = ''): Damage {
	if (isRefusal(error) && error.code === 'preservation.damaged')
		return {
			object: String(error.params['id'] || object),
			file: String(error.params['path']),
			reason: 'digest',
		};
	if (isUnreadable(error) && !(error instanceof SyntaxError)) return { object, file, reason: 'digest' };
	if (error instanceof SyntaxError || error instanceof FormError) return { object, file, reason: 'form' };
	throw error;
}

/** Each once: the same file may be part of many versions. */
export function distinct(damage: readonly Damage[]): Damage[] {
	return [...new Map(damage.map((each) => [`${each.object} ${each.file}`, each])).values()];
}

/** What was written and read well, and says nothing that is understood. */
export class FormError extends Error {}
