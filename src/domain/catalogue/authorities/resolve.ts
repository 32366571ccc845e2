import type { Authority, DatedText } from './authority.ts';
import type { AuthorityLookup, AuthorityMatch } from './authority-lookup.ts';
import { creatorParts, isSameName, type CreatorPart } from './creator-parts.ts';
import { covers, dayDigits, firstDay, isValidOn, lastDay, overlaps } from './dated-text.ts';

/** "This short form in these years means this body." */
export interface ShortFormDecision {
	readonly text: string;
	/** `YYYY`, `YYYYMM` or `YYYYMMDD`; left out for an open end. */
	readonly from?: string;
	readonly to?: string;
	readonly authorityId: string;
}

export interface DecidedShortForm {
	/** The authority with the short form. The same object when it had it before. */
	readonly content: Authority;
	/** Whom else the short form can mean in that time: rows of the years in common stay for people to judge. */
	readonly ambiguousWith: readonly AuthorityMatch[];
}

/** What a decision makes of the authority it names, and whom else the short form could mean. Changes nothing. */
export function decideShortForm(
	decision: ShortFormDecision,
	authority: Authority,
	lookup: AuthorityLookup,
): DecidedShortForm {
	const { text, authorityId } = decision;
	const decided: DatedText = datedOf(text.trim(), decision.from, decision.to);
	return {
		content: withShortName(authority, decided),
		ambiguousWith: lookup
			.byText(text)
			.filter(({ id, dated }) => id !== authorityId && overlaps(dated, decided)),
	};
}

function withShortName(authority: Authority, decided: DatedText): Authority {
	const known = authority.shortNames.filter((each) => isSameName(each.text, decided.text));
	if (known.some((each) => covers(each, decided))) return authority;
	const joined = known.filter((each) => overlaps(each, decided));
	const whole = joined.reduce(
		(before, each) =>
			datedOf(
				before.text,
				firstDay(each.from) < firstDay(before.from) ? each.from : before.from,
				lastDay(each.to) > lastDay(before.to) ? each.to : before.to,
			),
		decided,
	);
	return {
		...authority,
		shortNames: [...authority.shortNames.filter((each) => !joined.includes(each)), whole],
	};
}

function datedOf(text: string, from: string | undefined, to: string | undefined): DatedText {
	return { text, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

/** One creator that is written otherwise after a repair. */
export interface CreatorRepair {
	readonly from: string;
	readonly to: string;
	readonly authorityId: string;
	/** By what it was found: by a short name, or by a name of another time. */
	readonly how: 'name' | 'shortName';
}

export type Repair =
	| {
			/** The whole text; what is not understood, and what stands between, is exactly as it was. */
			readonly text: string;
			readonly repairs: readonly CreatorRepair[];
	  }
	| {
			/** Whom the first part that is not clear can mean. */
			readonly ambiguous: readonly AuthorityMatch[];
			readonly part: string;
	  };

/**
 * What a field that names one creator or several should say on the day of the record: the names valid then.
 * `undefined` when there is nothing to repair, or nothing that is understood.
 */
export function repairOf(
	creatorText: string,
	day: string | undefined,
	lookup: AuthorityLookup,
): Repair | undefined {
	if (day !== undefined && dayDigits(day) === undefined) day = undefined;
	const parts = creatorParts(creatorText, (name) => lookup.byText(name).length > 0);
	const repairs: CreatorRepair[] = [];
	let text = '';
	let at = 0;
	for (const part of parts) {
		const meant = meantBy(part, day, lookup);
		if (meant === undefined) continue;
		if ('ambiguous' in meant) return meant;
		repairs.push(meant);
		text += creatorText.slice(at, part.from) + meant.to;
		at = part.to;
	}
	return repairs.length === 0 ? undefined : { text: text + creatorText.slice(at), repairs };
}

function meantBy(
	part: CreatorPart,
	day: string | undefined,
	lookup: AuthorityLookup,
): CreatorRepair | Extract<Repair, { part: string }> | undefined {
	const inTime = lookup.byText(part.text).filter(({ dated }) => day === undefined || isValidOn(dated, day));
	// A full name stands as it is, whoever else is called so in short.
	if (inTime.some(({ how }) => how === 'name')) return undefined;
	const all = inTime.length > 0 ? inTime : namesOfOtherTimes(part, lookup);
	const first = all[0];
	if (!first) return undefined;
	if (all.some(({ id }) => id !== first.id)) return { ambiguous: all, part: part.text };
	const to = day === undefined ? onlyNameOf(first.authority) : lookup.nameAt(first.id, day);
	if (to === undefined) return namesInYearOfChange(first, day, part);
	if (isSameName(to, part.text) || first.how === 'organCode') return undefined;
	return { from: part.text, to, authorityId: first.id, how: first.how };
}

/** A body is found by an earlier or later name; a short form of another time may be somebody else's. */
function namesOfOtherTimes(part: CreatorPart, lookup: AuthorityLookup): readonly AuthorityMatch[] {
	return lookup.byText(part.text).filter(({ how }) => how === 'name');
}

/** Where a name changed within the year, and only the year is known, people choose among the names. */
function namesInYearOfChange(
	{ id, authority }: AuthorityMatch,
	day: string | undefined,
	part: CreatorPart,
): Extract<Repair, { part: string }> | undefined {
	if (day === undefined) return undefined;
	const names = authority.names.filter((name) => isValidOn(name, day));
	return names.length < 2
		? undefined
		: {
				ambiguous: names.map((dated) => ({ id, authority, how: 'name' as const, dated })),
				part: part.text,
			};
}

/** Without a day a name can be written only where there never was another. */
function onlyNameOf(authority: Authority): string | undefined {
	return authority.names.length === 1 ? authority.names[0]?.text : undefined;
}
