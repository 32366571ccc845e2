import type { Label } from '../../catalogue/profile.ts';
import type { Certainty } from '../../catalogue/reference-codes/code-terms.ts';
import type { NumberRange } from '../../catalogue/reference-codes/group-numbers.ts';
import { assignCounts, type CatalogueCount, type CatalogueFigures } from './catalogue-counts.ts';
import { excludedUnitsOf, unitsOf, type HoldingsRecord } from './holdings-record.ts';
import type { NumbersReport } from './line-numbers.ts';

export const GATES = ['fileCatalogue', 'itemCatalogue', 'fullText'] as const;
export type GateId = (typeof GATES)[number];

/** What a gate asks for: data, since the rules behind it change. */
export interface GateTarget {
	readonly gate: GateId;
	readonly label: Label;
	/** Share that must be reached, 0–1. */
	readonly target: number;
	/** Who asks for it, and how that is known. */
	readonly source: string;
	readonly certainty: Certainty;
}

/** The three gates of the test of a digital archives. */
export const GATE_TARGETS: readonly GateTarget[] = [
	{
		gate: 'fileCatalogue',
		label: { zh: '案卷级目录', en: 'File-level catalogue' },
		target: 1,
		source: '档办发〔2014〕6号, 数字档案馆系统测试指标表',
		certainty: 'seen',
	},
	{
		gate: 'itemCatalogue',
		label: { zh: '文件级目录', en: 'Item-level catalogue' },
		target: 1,
		source: '档办发〔2014〕6号, 数字档案馆系统测试指标表',
		certainty: 'seen',
	},
	{
		gate: 'fullText',
		label: { zh: '全文数字化', en: 'Full text digitised' },
		target: 0.7,
		source: '档办发〔2014〕6号, 数字档案馆系统测试指标表; what is excluded: proposal',
		certainty: 'seen',
	},
];

/** A line of the register and what the catalogue has of it, where the two differ. */
export interface GateLine {
	readonly lineId: string;
	/** What should be there, without what is excluded. */
	readonly held: number;
	readonly found: number;
	readonly missing: number;
	/** More than is held: entries of what is not there, or a count that is wrong. */
	readonly tooMany: number;
	/** Numbers without an entry, where the register knows first and last number and the gate is about them. */
	readonly missingNumbers: readonly NumberRange[];
	/** Numbers with an entry outside of them. */
	readonly numbersBeyond: readonly NumberRange[];
	readonly duplicateNumbers: readonly string[];
}

export interface GateResult {
	readonly gate: GateId;
	/** Never more than is held, line by line: what one line has too many makes up for nothing in another. */
	readonly numerator: number;
	readonly denominator: number;
	/** Not in the denominator. */
	readonly excluded: number;
	/** `undefined` where nothing is held. */
	readonly rate: number | undefined;
	readonly target: number;
	readonly isMet: boolean;
	/** Lines that differ, most missing first. */
	readonly lines: readonly GateLine[];
	/** Entries that belong to no line: the register says of nothing that it is there. */
	readonly unregistered: number;
}

export interface GateBoard {
	readonly gates: readonly GateResult[];
	/** Digitisation counted by pages, beside the gate that counts units; nothing is excluded from it. */
	readonly pages: { readonly held: number; readonly digitised: number };
	/** Counts of the catalogue that fit no line, with what they count. */
	readonly unregistered: readonly CatalogueCount[];
}

export interface HoldingsLine {
	readonly id: string;
	readonly content: HoldingsRecord;
}

interface Measure {
	readonly held: (line: HoldingsRecord) => number;
	readonly excluded: (line: HoldingsRecord) => number;
	readonly found: (figures: CatalogueFigures) => number;
	/** Whether the numbers of the line count what the gate counts. */
	readonly countsNumbers: (line: HoldingsRecord) => boolean;
}

const none = (): number => 0;

const MEASURES: Readonly<Record<GateId, Measure>> = {
	fileCatalogue: {
		held: ({ files }) => files,
		excluded: none,
		found: ({ files }) => files,
		countsNumbers: ({ files }) => files > 0,
	},
	itemCatalogue: {
		held: ({ itemsInFiles, singleItems }) => itemsInFiles + singleItems,
		excluded: none,
		found: ({ itemsInFiles, singleItems }) => itemsInFiles + singleItems,
		countsNumbers: ({ files, singleItems }) => files === 0 && singleItems > 0,
	},
	fullText: {
		held: unitsOf,
		excluded: excludedUnitsOf,
		found: ({ digitisedUnits }) => digitisedUnits,
		countsNumbers: () => false,
	},
};

/**
 * The gates as they stand: what the register says is held, against what the catalogue has.
 * `numbers`: by line, what is known of the numbers of its entries; see `numbersReport`.
 */
export function gateBoard(
	lines: readonly HoldingsLine[],
	counts: Iterable<CatalogueCount>,
	numbers: ReadonlyMap<string, NumbersReport> = new Map(),
	targets: readonly GateTarget[] = GATE_TARGETS,
): GateBoard {
	const assigned = assignCounts(lines, counts);
	return {
		gates: targets.map((target) => gateResult(target, lines, assigned, numbers)),
		pages: pagesOf(lines, assigned),
		unregistered: assigned.unregistered,
	};
}

function pagesOf(
	lines: readonly HoldingsLine[],
	assigned: ReturnType<typeof assignCounts>,
): GateBoard['pages'] {
	let held = 0;
	let digitised = 0;
	for (const { id, content } of lines) {
		held += content.pages;
		digitised += Math.min(content.pages, (assigned.byLine.get(id) as CatalogueFigures).digitisedPages);
	}
	return { held, digitised };
}

function gateResult(
	{ gate, target }: GateTarget,
	lines: readonly HoldingsLine[],
	assigned: ReturnType<typeof assignCounts>,
	numbers: ReadonlyMap<string, NumbersReport>,
): GateResult {
	const measure = MEASURES[gate];
	let numerator = 0;
	let denominator = 0;
	let excluded = 0;
	const differing: GateLine[] = [];
	for (const line of lines) {
		const excludedHere = measure.excluded(line.content);
		const held = measure.held(line.content) - excludedHere;
		const found = measure.found(assigned.byLine.get(line.id) as CatalogueFigures);
		numerator += Math.min(held, found);
		denominator += held;
		excluded += excludedHere;
		const report = measure.countsNumbers(line.content) ? numbers.get(line.id) : undefined;
		const gateLine = lineOf(line.id, held, found, report);
		// What is excluded may be digitised all the same.
		const tooMany = Math.max(0, gateLine.tooMany - excludedHere);
		if (isFinding({ ...gateLine, tooMany })) differing.push({ ...gateLine, tooMany });
	}
	return {
		gate,
		numerator,
		denominator,
		excluded,
		rate: denominator === 0 ? undefined : numerator / denominator,
		target,
		isMet: denominator > 0 && numerator >= leastFor(target, denominator),
		lines: differing.sort((a, b) => b.missing - a.missing || b.tooMany - a.tooMany),
		unregistered: assigned.unregistered.reduce((sum, count) => sum + measure.found(count), 0),
	};
}

function lineOf(lineId: string, held: number, found: number, report: NumbersReport | undefined): GateLine {
	return {
		lineId,
		held,
		found,
		missing: Math.max(0, held - found),
		tooMany: Math.max(0, found - held),
		missingNumbers: report?.missing ?? [],
		numbersBeyond: report?.beyond ?? [],
		duplicateNumbers: report?.duplicates ?? [],
	};
}

/** Where as many are there as should be, single numbers can still be missing and others be there twice. */
function isFinding(line: GateLine): boolean {
	return (
		line.missing > 0 ||
		line.tooMany > 0 ||
		line.missingNumbers.length > 0 ||
		line.numbersBeyond.length > 0 ||
		line.duplicateNumbers.length > 0
	);
}

/** Fewest of so many that reach a share; 0.7 of 10 is 7, whatever binary fractions make of it. */
function leastFor(target: number, denominator: number): number {
	return Math.ceil(target * denominator - 1e-6);
}

/** A share in percent, cut off and never rounded up: 99.996 % is not reached by writing 100. */
export function percentOf(numerator: number, denominator: number, decimals = 2): string | undefined {
	if (denominator === 0) return undefined;
	const scale = 10 ** decimals;
	return (Math.floor((numerator * 100 * scale) / denominator) / scale).toFixed(decimals);
}
