import { assert, must } from '../../base/assert.ts';
import { codeProblem, type CodeProblem } from './code-problems.ts';
import { finalPartOf, withNumber, type CodeParts } from './code-parts.ts';
import { formatCode } from './format-code.ts';
import { groupNumbers, type CodedEntry } from './group-numbers.ts';
import { groupOf } from './groups.ts';
import type { RegimeRef } from './regimes.ts';

/** An entry to renumber. */
export interface EntryToRenumber extends CodedEntry {
	/** The box it lies in. */
	readonly boxNumber?: string;
	/** Of a volume: what is in it. The codes in it follow the code of the volume. */
	readonly inside?: readonly CodedEntry[];
}

export interface RenumberOptions {
	/** First number; 1 when left out. */
	readonly from?: number;
	/** Distance between numbers; 1 when left out. */
	readonly step?: number;
	/** Place in the list at which numbers are kept free for new entries. */
	readonly insertAt?: number;
	/** How many; 1 when left out. */
	readonly insertCount?: number;
	/** Canonical codes that others hold or held: of deleted entries, for example. Nobody gets one of these. */
	readonly taken?: ReadonlySet<string>;
}

/** One step: at its time nobody holds `newCode`. */
export interface RenumberRow {
	readonly id: string;
	readonly oldCode: string;
	readonly newCode: string;
	/** `newCode` is no code, but keeps the entry until its number is free; a later row of the same entry ends it. */
	readonly temporary?: true;
	/** What the entry's parts become; absent while temporary. */
	readonly parts?: CodeParts;
}

export interface RenumberPlan {
	readonly ok: true;
	/** To be applied in this order, one by one; entries that keep their code have none. */
	readonly rows: readonly RenumberRow[];
	/** Old and new code of every entry that changes: what is to be known of it after. */
	readonly aliases: readonly { readonly id: string; readonly oldCode: string; readonly newCode: string }[];
	/** Old codes that several entries held: as aliases they lead to all of them. */
	readonly sharedOldCodes: readonly string[];
	/** Codes kept free for new entries, in order. */
	readonly freeCodes: readonly string[];
	readonly redo: PaperToRedo;
}

/** What stands on paper and says an old code. */
export interface PaperToRedo {
	/** Filing stamps (归档章) of items. */
	readonly stamps: readonly string[];
	/** Covers and spine labels of volumes. */
	readonly labels: readonly string[];
	/** Labels of boxes in which a code changes, with the first and last code in the new order. */
	readonly boxes: readonly { readonly boxNumber: string; readonly first: string; readonly last: string }[];
}

export interface NoPlan {
	readonly ok: false;
	readonly problems: readonly CodeProblem[];
}

/** Begins a temporary code: a sign that stands in no code of any regime. */
export const TEMPORARY_SIGN = '~';

interface Change {
	readonly id: string;
	readonly oldCode: string;
	readonly newCode: string;
	readonly parts: CodeParts;
}

/**
 * New final numbers for the entries of one group, in the order in which they are given, and everything that follows.
 * Numbers lose what inserted ones carried (`23甲`), and are padded as most of the group are. Nothing is changed when there are problems:
 * codes that cannot be written, that somebody else has, entries of several groups or given twice.
 * @see DA/T 13-2022 (unique, stable): old codes are kept as aliases
 */
export function renumberPlan(
	ref: RegimeRef,
	entries: readonly EntryToRenumber[],
	options: RenumberOptions = {},
): RenumberPlan | NoPlan {
	const { from = 1, step = 1, insertAt = entries.length, taken } = options;
	const insertCount = options.insertAt === undefined ? 0 : (options.insertCount ?? 1);
	assert(Number.isInteger(step) && step >= 1, 'numbers rise');
	assert(insertAt >= 0 && insertAt <= entries.length, 'what is inserted has a place in the list');
	const problems: CodeProblem[] = [];
	const changes: Change[] = [];
	const ids = new Set<string>();
	const write = (parts: CodeParts): string => {
		const formatted = formatCode(ref, parts);
		if (formatted.ok) return formatted.text;
		problems.push(...formatted.problems);
		return '';
	};
	const change = (id: string, before: CodeParts, parts: CodeParts): void => {
		if (ids.has(id)) problems.push(codeProblem('code.same-entry', { entry: id }));
		ids.add(id);
		const oldCode = write(before);
		const newCode = write(parts);
		if (newCode !== oldCode && taken?.has(newCode))
			problems.push(codeProblem('code.taken', { written: newCode }, 0, finalPartOf(parts)));
		changes.push({ id, oldCode, newCode, parts });
	};

	const width = commonWidthOf(entries);
	const group = entries[0] && groupOf(ref, entries[0].parts);
	entries.forEach(({ id, parts, inside = [] }, index) => {
		const final = finalPartOf(parts);
		if (final === undefined || groupOf(ref, parts) !== group)
			problems.push(codeProblem('code.several-groups', { written: write(parts) }));
		const place = index < insertAt ? index : index + insertCount;
		const renumbered = widened(withNumber(parts, from + place * step), width);
		change(id, parts, renumbered);
		assert(inside.length === 0 || final === 'fileNumber', 'only volumes have something inside');
		for (const each of inside) change(each.id, each.parts, movedTo(each.parts, renumbered));
	});
	const freeCodes = entries[0]
		? Array.from({ length: insertCount }, (_, index) =>
				write(widened(withNumber((entries[0] as CodedEntry).parts, from + (insertAt + index) * step), width)),
			)
		: [];
	for (const code of freeCodes)
		if (taken?.has(code)) problems.push(codeProblem('code.taken', { written: code }));
	for (const code of repeated(changes.map(({ newCode }) => newCode)))
		if (code !== '') problems.push(codeProblem('code.taken', { written: code }));
	if (problems.length > 0) return { ok: false, problems };

	const aliases = changes.filter(({ oldCode, newCode }) => oldCode !== newCode);
	return {
		ok: true,
		rows: inSafeOrder(changes),
		aliases: aliases.map(({ id, oldCode, newCode }) => ({ id, oldCode, newCode })),
		sharedOldCodes: repeated(changes.map(({ oldCode }) => oldCode)),
		freeCodes,
		redo: paperOf(entries, changes),
	};
}

/** Digits of the group's new numbers; `undefined` when none of its numbers carries a width: then as is usual. */
function commonWidthOf(entries: readonly CodedEntry[]): number | undefined {
	const carried = entries.some(({ parts }) => {
		const final = finalPartOf(parts);
		return final !== undefined && parts[final]?.width !== undefined;
	});
	return carried ? groupNumbers(entries).width : undefined;
}

function widened(parts: CodeParts, width: number | undefined): CodeParts {
	const final = finalPartOf(parts);
	const number = final && parts[final];
	if (!number) return parts;
	const { value } = number;
	const digits = String(value).length;
	return { ...parts, [final]: width === undefined ? { value } : { value, width: Math.max(width, digits) } };
}

function movedTo(parts: CodeParts, volume: CodeParts): CodeParts {
	return volume.fileNumber ? { ...parts, fileNumber: volume.fileNumber } : parts;
}

function repeated(codes: readonly string[]): string[] {
	const seen = new Set<string>();
	const again = new Set<string>();
	for (const code of codes) {
		if (seen.has(code)) again.add(code);
		seen.add(code);
	}
	return [...again];
}

/**
 * Whoever takes a code comes after whoever gives it up. Where entries exchange their codes in a ring, one of them steps
 * aside with a temporary code. New codes are all different.
 */
function inSafeOrder(changes: readonly Change[]): RenumberRow[] {
	const rows: RenumberRow[] = [];
	const holders = new Map<string, number>();
	for (const { oldCode } of changes) holders.set(oldCode, (holders.get(oldCode) ?? 0) + 1);
	const waiting = new Map<string, Change>();
	for (const change of changes) if (change.oldCode !== change.newCode) waiting.set(change.newCode, change);
	const aside = new Map<Change, string>();
	const ready: Change[] = [];

	const release = (code: string): void => {
		const left = (holders.get(code) ?? 1) - 1;
		holders.set(code, left);
		const next = left === 0 ? waiting.get(code) : undefined;
		if (next) ready.push(next);
	};
	const applyReady = (): void => {
		for (let change = ready.pop(); change; change = ready.pop()) {
			const { id, newCode, parts } = change;
			const heldAside = aside.get(change);
			const oldCode = heldAside ?? change.oldCode;
			waiting.delete(newCode);
			rows.push({ id, oldCode, newCode, parts });
			holders.set(newCode, 1);
			if (heldAside === undefined) release(oldCode);
		}
	};

	for (const change of waiting.values()) if (!holders.get(change.newCode)) ready.push(change);
	applyReady();
	for (const change of [...waiting.values()]) {
		if (waiting.get(change.newCode) !== change) continue;
		const temporaryCode = TEMPORARY_SIGN + change.newCode;
		aside.set(change, temporaryCode);
		rows.push({ id: change.id, oldCode: change.oldCode, newCode: temporaryCode, temporary: true });
		release(change.oldCode);
		applyReady();
	}
	assert(waiting.size === 0, 'everybody got a code');
	return rows;
}

function paperOf(entries: readonly EntryToRenumber[], changes: readonly Change[]): PaperToRedo {
	const byId = new Map(changes.map((change) => [change.id, change]));
	const stamps: string[] = [];
	const labels: string[] = [];
	const boxes = new Map<string, { boxNumber: string; first: string; last: string; changed: boolean }>();
	for (const { id, parts, boxNumber } of entries) {
		const { oldCode, newCode } = must(byId.get(id), 'every entry has its change');
		const changed = oldCode !== newCode;
		const final = finalPartOf(parts);
		if (changed && final === 'itemNumber') stamps.push(id);
		if (changed && final === 'fileNumber') labels.push(id);
		if (boxNumber === undefined) continue;
		const box = boxes.get(boxNumber);
		if (box) {
			box.last = newCode;
			box.changed ||= changed;
		} else boxes.set(boxNumber, { boxNumber, first: newCode, last: newCode, changed });
	}
	return {
		stamps,
		labels,
		boxes: [...boxes.values()]
			.filter((box) => box.changed)
			.map(({ boxNumber, first, last }) => ({ boxNumber, first, last })),
	};
}
