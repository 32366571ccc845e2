import { finalPartOf, writtenPart, type CodeNumber } from '../reference-codes/code-parts.ts';
import { groupOf } from '../reference-codes/groups.ts';
import { foldSigns, LEVEL_SEPARATOR } from '../reference-codes/signs.ts';
import { EntryView } from './entry-view.ts';
import { textHash } from './text-hash.ts';
import { countOf } from './page-rules.ts';
import { R44 } from './image-rules.ts';
import { found, type Rule, type RuleFinding } from './rule.ts';
import { prepareRules, type CheckedEntry, type PreparedRules, type RuleFacts } from './rule-facts.ts';

/** Ids of others that a finding names. */
const SHOWN_OTHERS = 5;

const none = { reads: [] as readonly string[], needs: [] } as const;

export const R05: Rule = {
	id: 'R05',
	cases: { duplicate: 'E' },
	scope: 'across',
	...none,
	reads: ['referenceCode', 'categoryCode', 'year', 'catalogueNumber'],
	basis: 'DA/T 13-2022',
};
export const R06: Rule = {
	id: 'R06',
	cases: { gap: 'W' },
	scope: 'across',
	...none,
	reads: ['referenceCode', 'categoryCode', 'year', 'catalogueNumber'],
	needs: ['regime'],
	basis: 'DA/T 13-2022',
};
export const R31: Rule = {
	id: 'R31',
	cases: { duplicate: 'W' },
	scope: 'across',
	...none,
	reads: ['title', 'documentDate', 'documentNumber', 'creators'],
	basis: 'DA/T 18-2022',
};
export const R52: Rule = {
	id: 'R52',
	cases: { count: 'E' },
	scope: 'across',
	reads: ['itemCount'],
	needs: [],
	basis: 'DA/T 18-2022',
	check: (view) => {
		const { children } = view.facts;
		if (children === undefined) return 'notApplicable';
		const finding = countFinding(view.text('itemCount'), children);
		return finding ? [finding] : [];
	},
};
export const ACROSS_RULES: readonly Rule[] = [R05, R06, R31, R52];

/** A finding with the entry it is about. */
export interface AcrossFinding extends RuleFinding {
	readonly entryId: string;
}

interface Group {
	/** Index of the entry and its number, two in a row. */
	readonly numbers: number[];
	/** The text before the final number, as the first entry wrote it. */
	readonly prefix: string;
	readonly startsAt: number;
}

interface FileSums {
	entry: number;
	/** As declared; -1 where nothing, or no number, is. */
	declaredPages: number;
	declaredItems: number;
	declaredItemsText: string;
	items: number;
	pages: number;
	/** Whether every item has said its pages. */
	isWhole: boolean;
}

/** Entries of other fonds with the same code, by {@link codeHash}; see {@link archiveCodeOf}. */
export type CodesElsewhere = ReadonlyMap<number, readonly string[]>;

/** Takes entries one by one, in any order, and says at the end what only shows when all are seen. */
export interface AcrossRules {
	add(entry: CheckedEntry): void;
	/** @param elsewhere what other fonds of the archive have; left out where only these entries are looked at */
	finish(elsewhere?: CodesElsewhere): AcrossFinding[];
}

/**
 * The rules across entries as a reducer: a million entries may be streamed through it, texts are not kept. To look again
 * after a change, give it the changed entry with those that share its code group, its file, or its duplicate key.
 */
export function acrossRules(facts: RuleFacts | PreparedRules): AcrossRules {
	return new Across('facts' in facts ? facts : prepareRules(facts));
}

/**
 * The code of an entry as it counts in the whole archive: only one that names its fonds is the same in another fonds.
 * Where no regime tells the parts, the text before the first separator is compared with the numbers there are.
 */
export function archiveCodeOf(
	entry: CheckedEntry,
	rules: PreparedRules,
	fondsNumbers: ReadonlySet<string>,
): string | undefined {
	const view = new EntryView(entry, rules);
	const code = codeOf(view);
	if (code === '') return undefined;
	const isNamed = view.code?.ok ? view.code.parts.fondsNumber !== undefined : namesFonds(code, fondsNumbers);
	return isNamed ? code : undefined;
}

/** Whether a code as written begins with one of these numbers, which are in capitals. */
export function namesFonds(code: string, fondsNumbers: ReadonlySet<string>): boolean {
	const [first = ''] = foldSigns(code).split(LEVEL_SEPARATOR, 1);
	return first !== '' && fondsNumbers.has(first);
}

/** By what a code is told apart from others. */
export function codeHash(code: string): number {
	return textHash(code);
}

/** What of an entry decides with which others it must be looked at again when it changes. */
export function acrossKeysOf(
	entry: CheckedEntry,
	rules: PreparedRules,
): { readonly code: string; readonly group: string; readonly file: string; readonly twin: string } {
	const view = new EntryView(entry, rules);
	return {
		code: codeOf(view),
		group: groupKeyOf(view) ?? '',
		file: entry.level === 'file' ? entry.id : entry.level === 'item' ? (entry.parentId ?? '') : '',
		twin: twinKeyOf(view) ?? '',
	};
}

class Across implements AcrossRules {
	readonly #rules: PreparedRules;
	readonly #ids: string[] = [];
	/** By hash of the code: index of the first entry that has it; the others in `#sameCode`. */
	readonly #codes = new Map<number, number>();
	readonly #sameCode = new Map<number, number[]>();
	readonly #twins = new Map<number, number>();
	readonly #sameTwin = new Map<number, number[]>();
	readonly #groups = new Map<string, Group>();
	readonly #files = new Map<string, FileSums>();

	constructor(rules: PreparedRules) {
		this.#rules = rules;
	}

	add(entry: CheckedEntry): void {
		const view = new EntryView(entry, this.#rules);
		const index = this.#ids.push(entry.id) - 1;
		const code = codeOf(view);
		if (code !== '') note(this.#codes, this.#sameCode, textHash(code), index);
		const twin = twinKeyOf(view);
		if (twin !== undefined) note(this.#twins, this.#sameTwin, textHash(twin), index);
		this.#addNumber(view, index);
		if (entry.level === 'file') this.#addFile(view, index);
		else if (entry.level === 'item' && entry.parentId) this.#addItem(view, entry.parentId);
	}

	#addNumber(view: EntryView, index: number): void {
		const key = groupKeyOf(view);
		if (key === undefined || !view.code?.ok) return;
		const { parts } = view.code;
		const final = finalPartOf(parts);
		// Steps between the pages on which items begin are no gaps.
		if (!final || final === 'pageNumber') return;
		const { value, suffix } = parts[final] as CodeNumber;
		if (suffix !== undefined) return;
		let group = this.#groups.get(key);
		if (!group) this.#groups.set(key, (group = { numbers: [], prefix: key, startsAt: 1 }));
		group.numbers.push(index, value);
	}

	#addFile(view: EntryView, index: number): void {
		const sums = this.#sumsOf(view.entry.id);
		sums.entry = index;
		sums.declaredPages = countOf(view.text('pageCount').trim()) ?? -1;
		const written = view.text('itemCount').trim();
		sums.declaredItemsText = written.slice(0, 40);
		sums.declaredItems = countOf(written) ?? (written === '0' ? 0 : -1);
	}

	#addItem(view: EntryView, parentId: string): void {
		const sums = this.#sumsOf(parentId);
		const pages = countOf(view.text('pageCount').trim());
		sums.items++;
		if (pages === undefined) sums.isWhole = false;
		else sums.pages += pages;
	}

	#sumsOf(fileId: string): FileSums {
		let sums = this.#files.get(fileId);
		if (!sums)
			this.#files.set(
				fileId,
				(sums = {
					entry: -1,
					declaredPages: -1,
					declaredItems: -1,
					declaredItemsText: '',
					items: 0,
					pages: 0,
					isWhole: true,
				}),
			);
		return sums;
	}

	finish(elsewhere?: CodesElsewhere): AcrossFinding[] {
		const findings: AcrossFinding[] = [];
		const say = (index: number, finding: RuleFinding): void => {
			findings.push({ entryId: this.#ids[index] as string, ...finding });
		};
		const shared = [...(elsewhere?.keys() ?? [])].filter(
			(hash) => this.#codes.has(hash) && !this.#sameCode.has(hash),
		);
		for (const hash of [...this.#sameCode.keys(), ...shared]) {
			const all = [this.#codes.get(hash) as number, ...(this.#sameCode.get(hash) ?? [])];
			const abroad = elsewhere?.get(hash) ?? [];
			for (const index of all)
				say(
					index,
					found(R05, 'duplicate', 'referenceCode', '', { params: this.#others(all, index, abroad) }),
				);
		}
		for (const [hash, others] of this.#sameTwin) {
			const all = [this.#twins.get(hash) as number, ...others];
			for (const index of all)
				say(index, found(R31, 'duplicate', 'title', '', { params: this.#others(all, index) }));
		}
		for (const group of this.#groups.values()) gapsOf(group, say);
		for (const sums of this.#files.values()) {
			if (sums.entry === -1) continue;
			if (sums.declaredItems >= 0 && (sums.items > 0 || sums.declaredItems > 0)) {
				const finding = countFinding(sums.declaredItemsText, sums.items);
				if (finding) say(sums.entry, finding);
			}
			if (sums.isWhole && sums.items > 0 && sums.declaredPages >= 0 && sums.declaredPages !== sums.pages)
				say(
					sums.entry,
					found(R44, 'sum', 'pageCount', String(sums.declaredPages), {
						params: { sum: sums.pages, pages: sums.declaredPages },
						suggestion: sums.pages,
					}),
				);
		}
		return findings;
	}

	#others(
		all: readonly number[],
		index: number,
		abroad: readonly string[] = [],
	): { count: number; others: string } {
		const here = all
			.filter((each) => each !== index)
			.slice(0, SHOWN_OTHERS)
			.map((each) => this.#ids[each]);
		// Of other fonds one at least: who mends the code there is to be seen from here.
		const shown = [...here.slice(0, abroad.length > 0 ? SHOWN_OTHERS - 1 : SHOWN_OTHERS), ...abroad];
		return { count: all.length + abroad.length, others: shown.slice(0, SHOWN_OTHERS).join(' ') };
	}
}

function note(firsts: Map<number, number>, same: Map<number, number[]>, hash: number, index: number): void {
	if (!firsts.has(hash)) firsts.set(hash, index);
	else {
		const known = same.get(hash);
		if (known) known.push(index);
		else same.set(hash, [index]);
	}
}

/** The code as it counts: canonical where it can be read, else without case and blanks around. */
function codeOf(view: EntryView): string {
	const { code } = view;
	if (code?.ok) return code.canonical;
	return view.text('referenceCode').trim().toUpperCase();
}

function groupKeyOf(view: EntryView): string | undefined {
	return view.regime && view.code?.ok ? groupOf(view.regime.regime, view.code.parts) : undefined;
}

/** Title, date, number and body of a document, without blanks; `undefined` where too little is said to be the same. */
function twinKeyOf(view: EntryView): string | undefined {
	if (view.level !== 'item') return undefined;
	const title = view.text('title').replace(/\s+/g, '');
	const date = view.text('documentDate').trim();
	if (title === '' || date === '') return undefined;
	return `${title}\0${date}\0${view.text('documentNumber').trim()}\0${view.creators.map(({ text }) => text.trim()).join('\0')}`;
}

/** One finding for each run of missing numbers, on the entry behind it. */
function gapsOf(
	{ numbers, prefix, startsAt }: Group,
	say: (index: number, finding: RuleFinding) => void,
): void {
	const order = Array.from({ length: numbers.length / 2 }, (_, each) => each * 2);
	order.sort((a, b) => (numbers[a + 1] as number) - (numbers[b + 1] as number));
	let expected = startsAt;
	for (const at of order) {
		const value = numbers[at + 1] as number;
		if (value > expected)
			say(
				numbers[at] as number,
				found(R06, 'gap', 'referenceCode', writtenPart({ value }), {
					params: { from: expected, to: value - 1, count: value - expected, group: prefix.slice(0, 60) },
				}),
			);
		if (value >= expected) expected = value + 1;
	}
}

function countFinding(written: string, children: number): RuleFinding | undefined {
	const text = written.trim();
	if (text === '') return undefined;
	const declared = countOf(text) ?? (text === '0' ? 0 : -1);
	if (declared === children) return undefined;
	return found(R52, 'count', 'itemCount', written, {
		params: { declared: text.slice(0, 20), children },
		suggestion: children,
	});
}
