import { isSameValue } from '../same-value.ts';
import type { RegisterContent } from './register.ts';

/** What came of joining two changes of a record. */
export interface MergedRecord {
	readonly content: RegisterContent;
	/** Fields that both set, to different values: what `mine` says stands in `content`. */
	readonly disputed: readonly string[];
}

/** Joins what somebody wrote over an older version with what others wrote since, field by field. */
export function mergeRecords(
	base: RegisterContent,
	theirs: RegisterContent,
	mine: RegisterContent,
): MergedRecord {
	const content: Record<string, RegisterContent[string]> = {};
	const disputed: string[] = [];
	for (const field of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
		const isMine = !isSameValue(base[field], mine[field]);
		if (isMine && !isSameValue(base[field], theirs[field]) && !isSameValue(mine[field], theirs[field]))
			disputed.push(field);
		const value = isMine ? mine[field] : theirs[field];
		if (value !== undefined) content[field] = value;
	}
	return { content, disputed };
}
