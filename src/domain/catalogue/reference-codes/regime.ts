import { assert } from '../../base/assert.ts';
import type { Label } from '../profile.ts';
import type { NumberPartId, PartId } from './code-parts.ts';
import type { Certainty } from './code-terms.ts';
import type { Signs } from './signs.ts';

interface PartBase {
	readonly id: PartId;
	readonly label: Label;
	/** Codes may do without it. */
	readonly optional?: boolean;
	/** A part without which this one does not stand. */
	readonly needs?: PartId;
	/** How the widths and signs given here are known. */
	readonly certainty: Certainty;
}

/** Letters, digits or ideographs without further meaning here. */
export interface TextPart extends PartBase {
	readonly kind: 'text';
	readonly signs: Signs;
	readonly min: number;
	readonly max: number;
	/** Forms it normally has: `A000` one capital letter and three digits. Others are noted. */
	readonly usualForms?: readonly string[];
}

/** Four digits, of the nineteenth to the twenty-first century. */
export interface YearPart extends PartBase {
	readonly kind: 'year';
}

/** A code that stands in a list; others of the same form are noted. */
export interface CodedPart extends PartBase {
	readonly kind: 'category' | 'retention';
	/** The codes that are known. */
	readonly codes: readonly string[];
}

/** A running number. */
export interface NumberPart extends PartBase {
	readonly id: NumberPartId;
	readonly kind: 'number';
	/** Fewest digits of the canonical form: shorter numbers are padded, with a note. */
	readonly min: number;
	readonly max: number;
	/** Digits of a new number, and of the form for display. */
	readonly usual: number;
	/** Whether an inserted number may follow: one ideograph or letter. */
	readonly suffix: boolean;
}

export type PartRule = TextPart | YearPart | CodedPart | NumberPart;

/** What stands between two `-`. */
export interface Level {
	/** Joined by `·`. */
	readonly parts: readonly PartRule[];
	/** Codes may do without it. At most one level of a regime is optional. */
	readonly optional?: boolean;
}

/** One way of writing reference codes: data. Which one holds is known of fonds, period and category, never of a code. */
export interface Regime {
	readonly id: string;
	readonly label: Label;
	/** Standard and clause. */
	readonly source: string;
	readonly levels: readonly Level[];
}

/** What of a regime is the fonds' own: the chain of its series, and how its parts are written. */
export interface RegimeVariant {
	readonly id: string;
	readonly label?: Label;
	/** Parts of the level that begins with the category (or is the series), in the fonds' own order. */
	readonly series?: readonly PartRule[];
	/** Changes to single parts, e.g. the usual width of item numbers. */
	readonly parts?: Readonly<Partial<Record<PartId, Partial<PartRule>>>>;
	/** Categories the archives has besides those of the standard. */
	readonly moreCategories?: readonly string[];
}

/** A regime as one fonds uses it. The base is not changed. */
export function variantOf(base: Regime, variant: RegimeVariant): Regime {
	const levels = base.levels.map((level, index) => ({
		...level,
		parts: (index === seriesLevelOf(base) ? (variant.series ?? level.parts) : level.parts).map((part) => {
			const changed = { ...part, ...variant.parts?.[part.id] } as PartRule;
			return changed.kind === 'category' && variant.moreCategories
				? { ...changed, codes: [...changed.codes, ...variant.moreCategories] }
				: changed;
		}),
	}));
	return { ...base, id: variant.id, label: variant.label ?? base.label, levels };
}

function seriesLevelOf(regime: Regime): number {
	return regime.levels.findIndex(({ parts }) =>
		parts.some((part) => part.kind === 'category' || part.id === 'seriesNumber'),
	);
}

/** What of a regime is computed once. */
export interface Layout {
	readonly order: readonly PartId[];
	readonly rules: ReadonlyMap<PartId, PartRule>;
	/** Index of the level that codes may do without; -1 when there is none. */
	readonly optionalLevel: number;
	/**
	 * For each level, by the number of its written parts: the ways to read them, each a list of rules. Several ways only
	 * where optional parts could stand for each other.
	 */
	readonly readings: readonly (readonly (readonly (readonly PartRule[])[])[])[];
}

const layouts = new WeakMap<Regime, Layout>();

/** The layout of a regime, computed at the first use. */
export function layoutOf(regime: Regime): Layout {
	let layout = layouts.get(regime);
	if (!layout) {
		assert(
			regime.levels.filter((level) => level.optional).length <= 1,
			'a missing level must be known by counting',
		);
		const parts = regime.levels.flatMap((level) => level.parts);
		layout = {
			order: parts.map((part) => part.id),
			rules: new Map(parts.map((part) => [part.id, part])),
			optionalLevel: regime.levels.findIndex((level) => level.optional === true),
			readings: regime.levels.map((level) => readingsOf(level.parts)),
		};
		layouts.set(regime, layout);
	}
	return layout;
}

function readingsOf(parts: readonly PartRule[]): PartRule[][][] {
	const byCount: PartRule[][][] = Array.from({ length: parts.length + 1 }, () => []);
	const choose = (index: number, chosen: readonly PartRule[]): void => {
		const part = parts[index];
		if (!part) {
			byCount[chosen.length]?.push([...chosen]);
			return;
		}
		if (part.needs === undefined || chosen.some(({ id }) => id === part.needs))
			choose(index + 1, [...chosen, part]);
		if (part.optional) choose(index + 1, chosen);
	};
	choose(0, []);
	return byCount;
}
