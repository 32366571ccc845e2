import type { FieldKey, FieldValue } from '../catalogue/entry.ts';

/** One setting or one edit of a long text, as the log knows it. */
export interface LoggedEdit {
	/** Position in the log. */
	readonly seq: number;
	readonly actorId: string;
	readonly actorName: string;
	readonly via: string | null;
	/** When the server received it, ISO UTC. */
	readonly at: string;
	/** Undefined for an edit that set no field: long texts changed. */
	readonly setting:
		| {
				readonly field: FieldKey;
				/** The values it replaced. */
				readonly from: readonly FieldValue[];
				readonly to: FieldValue;
		  }
		| undefined;
}

/** What one person did to an entry in one go. */
export interface TimelineStep {
	/** Position of its last edit: the name of the step. */
	readonly seq: number;
	readonly firstSeq: number;
	readonly actorId: string;
	readonly actorName: string;
	readonly via: string | null;
	readonly from: string;
	readonly to: string;
	readonly changes: readonly {
		readonly field: FieldKey;
		readonly from: readonly FieldValue[];
		readonly to: FieldValue;
	}[];
	/** Long texts changed too. */
	readonly hasTexts: boolean;
}

/** Edits of one person with a longer pause between them are two steps. */
const PAUSE_MS = 5 * 60_000;

/**
 * Joins edits into readable steps: what one person did in the same way without a long pause and without another's edit
 * in between. A field set several times shows its first and its last value; one that ends as it began is left out.
 * @param edits in the order of the log
 * @param judgedAt positions at which the entry was submitted or judged: what was edited afterwards is another step
 * @returns the newest first
 */
export function timelineSteps(
	edits: readonly LoggedEdit[],
	judgedAt: readonly number[] = [],
): TimelineStep[] {
	const isJudgedBetween = (before: LoggedEdit, after: LoggedEdit): boolean =>
		judgedAt.some((seq) => before.seq <= seq && seq < after.seq);
	const steps: LoggedEdit[][] = [];
	for (const edit of edits) {
		const open = steps.at(-1);
		const last = open?.at(-1);
		if (open && last && isSameGo(last, edit) && !isJudgedBetween(last, edit)) open.push(edit);
		else steps.push([edit]);
	}
	return steps
		.flatMap((step) => {
			const joined = stepOf(step);
			return joined.changes.length > 0 || joined.hasTexts ? [joined] : [];
		})
		.reverse();
}

function isSameGo(before: LoggedEdit, after: LoggedEdit): boolean {
	return (
		before.actorId === after.actorId &&
		before.via === after.via &&
		Date.parse(after.at) - Date.parse(before.at) <= PAUSE_MS
	);
}

function stepOf(edits: readonly LoggedEdit[]): TimelineStep {
	const first = edits[0] as LoggedEdit;
	const last = edits.at(-1) as LoggedEdit;
	const changes = new Map<FieldKey, { from: readonly FieldValue[]; to: FieldValue }>();
	for (const { setting } of edits) {
		if (!setting) continue;
		const known = changes.get(setting.field);
		changes.set(setting.field, { from: known?.from ?? setting.from, to: setting.to });
	}
	return {
		seq: last.seq,
		firstSeq: first.seq,
		actorId: last.actorId,
		actorName: last.actorName,
		via: last.via,
		from: first.at,
		to: last.at,
		changes: [...changes]
			.filter(([, { from, to }]) => !(from.length === 1 && JSON.stringify(from[0]) === JSON.stringify(to)))
			.map(([field, change]) => ({ field, ...change })),
		hasTexts: edits.some((edit) => edit.setting === undefined),
	};
}
