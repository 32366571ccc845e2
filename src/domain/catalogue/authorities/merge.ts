import type { FondsRecord } from '../fonds/fonds-record.ts';
import type { RegisterRecord } from '../registers/register.ts';
import type { Authority, DatedText } from './authority.ts';
import { covers, normalName, overlapsBeyondTurn } from './dated-text.ts';

/** Something about a merge that people must decide before it can be written. */
export type MergeConflict =
	| {
			/** Two names at one time: one of them is wrong, or its dates are, or it is a short form. */
			readonly what: 'namesOverlap';
			readonly kept: DatedText;
			readonly dropped: DatedText;
	  }
	| { readonly what: 'kindDiffers'; readonly kept: string; readonly dropped: string }
	/** One came from the other: then they are two bodies. */
	| { readonly what: 'isPredecessor'; readonly of: 'kept' | 'dropped' };

/** A record that names the dropped authority, and its content when it names the kept one instead. */
export type MergeReference =
	| {
			readonly register: 'authority';
			readonly id: string;
			readonly field: 'predecessors';
			readonly content: Authority;
	  }
	| {
			readonly register: 'fonds';
			readonly id: string;
			readonly field: 'creatorId';
			readonly content: FondsRecord;
	  };

/** What a merge would do; nothing is done by making it. */
export interface MergePlan {
	/** The kept authority with what the dropped one knew. Not to be written while there are conflicts. */
	readonly merged: Authority;
	readonly conflicts: readonly MergeConflict[];
	readonly references: readonly MergeReference[];
}

type Named<C> = Pick<RegisterRecord<C>, 'id' | 'content' | 'isWithdrawn'>;

/** The preview of a merge. `among`: the registers in which the dropped authority may be named. */
export function mergePlan(
	keep: Named<Authority>,
	drop: Named<Authority>,
	among: {
		readonly authorities?: Iterable<Named<Authority>>;
		readonly fonds?: Iterable<Named<FondsRecord>>;
	} = {},
): MergePlan {
	return {
		merged: mergedContent(keep, drop),
		conflicts: conflictsOf(keep, drop),
		references: [
			...referencesOfAuthorities(keep.id, drop.id, among.authorities ?? []),
			...referencesOfFonds(keep.id, drop.id, among.fonds ?? []),
		],
	};
}

function mergedContent(keep: Named<Authority>, drop: Named<Authority>): Authority {
	const [kept, dropped] = [keep.content, drop.content];
	return {
		...kept,
		names: withDated(kept.names, dropped.names),
		shortNames: withDated(kept.shortNames, dropped.shortNames),
		organCodes: withDated(kept.organCodes, dropped.organCodes),
		offices: withDated(kept.offices, dropped.offices),
		predecessors: [...new Set([...kept.predecessors, ...dropped.predecessors])].filter(
			(id) => id !== keep.id && id !== drop.id,
		),
		fondsNumbers: [...new Set([...kept.fondsNumbers, ...dropped.fondsNumbers])],
		note: [...new Set([kept.note, dropped.note])].filter((note) => note !== '').join('\n'),
	};
}

/** What is said already, in at least the same time, is not said twice; a wider time takes the place of a narrower. */
function withDated(kept: readonly DatedText[], more: readonly DatedText[]): readonly DatedText[] {
	return more.reduce<readonly DatedText[]>((all, next) => {
		const same = all.filter((each) => normalName(each.text) === normalName(next.text));
		if (same.some((each) => covers(each, next))) return all;
		return [...all.filter((each) => !(same.includes(each) && covers(next, each))), next];
	}, kept);
}

function conflictsOf(keep: Named<Authority>, drop: Named<Authority>): MergeConflict[] {
	const [kept, dropped] = [keep.content, drop.content];
	const conflicts: MergeConflict[] = [];
	if (kept.kind !== dropped.kind)
		conflicts.push({ what: 'kindDiffers', kept: kept.kind, dropped: dropped.kind });
	if (kept.predecessors.includes(drop.id)) conflicts.push({ what: 'isPredecessor', of: 'kept' });
	if (dropped.predecessors.includes(keep.id)) conflicts.push({ what: 'isPredecessor', of: 'dropped' });
	for (const one of kept.names)
		for (const other of dropped.names)
			if (isConflict(one, other)) conflicts.push({ what: 'namesOverlap', kept: one, dropped: other });
	return conflicts;
}

function isConflict(one: DatedText, other: DatedText): boolean {
	const isSame = normalName(one.text) === normalName(other.text);
	return overlapsBeyondTurn(one, other) && !(isSame && (covers(one, other) || covers(other, one)));
}

function referencesOfAuthorities(
	keptId: string,
	droppedId: string,
	authorities: Iterable<Named<Authority>>,
): MergeReference[] {
	const references: MergeReference[] = [];
	for (const { id, content } of authorities) {
		if (id === keptId || id === droppedId || !content.predecessors.includes(droppedId)) continue;
		const predecessors = [
			...new Set(content.predecessors.map((each) => (each === droppedId ? keptId : each))),
		].filter((each) => each !== id);
		references.push({
			register: 'authority',
			id,
			field: 'predecessors',
			content: { ...content, predecessors },
		});
	}
	return references;
}

function referencesOfFonds(
	keptId: string,
	droppedId: string,
	fonds: Iterable<Named<FondsRecord>>,
): MergeReference[] {
	const references: MergeReference[] = [];
	for (const { id, content } of fonds)
		if (content.creatorId === droppedId)
			references.push({
				register: 'fonds',
				id,
				field: 'creatorId',
				content: { ...content, creatorId: keptId },
			});
	return references;
}
