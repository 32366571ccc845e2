import type { Storage } from '#server/storage/storage.ts';
import type { LoggedUpdate } from '#server/storage/update-log.ts';
import {
	keepReplaced,
	NOTHING_KEPT,
	replacedOnDevice,
	type AskedSetting,
	type Kept,
} from '#server/catalogue/replaced-values.ts';

/** One logged update, as `log.jsonl` tells of it: who wrote when. What was written is in the state and the changes. */
export interface LogLine {
	readonly doc: string;
	readonly seq: number;
	readonly actor_id: string;
	readonly actor_name: string;
	readonly via: string | null;
	readonly received_at: string;
	/**
	 * Where its settings stood, and what they replaced on their device: a device that comes back may name any of them. With
	 * the line of a snapshot that of all before it.
	 */
	readonly kept?: Kept;
}

/** What keeping of updates is made from. */
export interface KeptInput {
	/** What a compaction kept of rows that are gone. */
	readonly kept: Kept;
	/** Settings of which only the updates tell what they replaced. */
	readonly asked: readonly AskedSetting[];
}

/** The lines of a document after a position, up to another one, without what is kept of them. */
export async function logLines(
	{ db }: Pick<Storage, 'db'>,
	doc: string,
	after: number,
	upTo: number,
): Promise<LogLine[]> {
	return db
		.selectFrom('log_line')
		.select(['doc', 'seq', 'actor_id', 'actor_name', 'via', 'received_at'])
		.where('doc', '=', doc)
		.where('seq', '>', after)
		.where('seq', '<=', upTo)
		.orderBy('seq')
		.execute();
}

/** Adds to the lines of an entry what its updates say of each. */
export function withKept(
	lines: readonly LogLine[],
	updates: readonly Pick<LoggedUpdate, 'seq' | 'kind' | 'payload'>[],
	{ kept, asked }: KeptInput,
): LogLine[] {
	const bySeq = new Map(updates.map((update) => [update.seq, update]));
	const replaced = replacedOnDevice(updates, kept, asked);
	return lines.map((line) => {
		const update = bySeq.get(line.seq);
		if (!update) return line;
		const own =
			update.kind === 'snapshot'
				? kept
				: {
						settings: keepReplaced([update], NOTHING_KEPT, []).settings,
						replaced: Object.fromEntries(
							asked.flatMap(({ elementId, seq }) => {
								const values = seq === line.seq ? replaced.get(elementId) : undefined;
								return values ? [[elementId, values]] : [];
							}),
						),
					};
		const isEmpty = own.settings.length === 0 && Object.keys(own.replaced).length === 0;
		return isEmpty ? line : { ...line, kept: own };
	});
}
