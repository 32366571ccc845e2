/** The crosswalk: which element of EAD 2002 and EAD3 becomes which field of ours. */
import type { Profile } from '#domain/catalogue/profile.ts';
import { isad } from '#domain/catalogue/profiles/isad.ts';

/** Notes: elements of an entry whose blocks go, in source order, into one long text. */
export const NOTE_FIELDS: Readonly<Record<string, string>> = {
	bioghist: 'adminHistory',
	custodhist: 'custodialHistory',
	acqinfo: 'acquisition',
	scopecontent: 'scopeAndContent',
	appraisal: 'appraisal',
	accruals: 'accruals',
	arrangement: 'arrangementNote',
	fileplan: 'arrangementNote',
	accessrestrict: 'accessConditions',
	legalstatus: 'accessConditions',
	userestrict: 'reproductionConditions',
	phystech: 'physicalCharacteristics',
	materialspec: 'physicalCharacteristics',
	otherfindaid: 'findingAids',
	originalsloc: 'originalLocation',
	altformavail: 'copyLocation',
	relatedmaterial: 'relatedUnits',
	separatedmaterial: 'separatedMaterial',
	bibliography: 'publicationNote',
	odd: 'note',
	note: 'note',
	didnote: 'note',
	index: 'note',
	physloc: 'note',
	abstract: 'abstract',
	prefercite: 'preferredCitation',
	processinfo: 'describedBy',
};

/** Access points, and the kind that goes without saying for each field. */
export const ACCESS_POINT_FIELDS: Readonly<Record<string, string>> = {
	subject: 'subjects',
	title: 'subjects',
	function: 'subjects',
	occupation: 'subjects',
	persname: 'personNames',
	corpname: 'personNames',
	famname: 'personNames',
	name: 'personNames',
	geogname: 'places',
	genreform: 'genres',
};

/** The element that stands for a field of access points when an item does not name another as its `type`. */
export const PLAIN_ACCESS_POINT: Readonly<Record<string, string>> = {
	subjects: 'subject',
	personNames: 'persname',
	places: 'geogname',
	genres: 'genreform',
};

/** Elements that name someone. */
export const NAMES: ReadonlySet<string> = new Set(['persname', 'corpname', 'famname', 'name']);

/** Levels as EAD writes them, by ours, where the two differ. */
const EAD_LEVELS: Readonly<Record<string, string>> = {
	recordGroup: 'recordgrp',
	subgroup: 'subgrp',
};
const STANDARD_LEVELS = new Set(
	'class collection file fonds item recordgrp series subfonds subgrp subseries'.split(' '),
);

/** `@level`, and `@otherlevel` for levels the standard has no word for. */
export function eadLevelOf(level: string): { readonly level: string; readonly otherlevel?: string } {
	const written = EAD_LEVELS[level] ?? level;
	return STANDARD_LEVELS.has(written) ? { level: written } : { level: 'otherlevel', otherlevel: level };
}

const levelWords = new WeakMap<Profile, ReadonlyMap<string, string>>();

/** The levels of a profile by every word for them, in lower case; where two share a word, the first. */
function levelsByWord(profile: Profile): ReadonlyMap<string, string> {
	let words = levelWords.get(profile) as Map<string, string> | undefined;
	if (words) return words;
	words = new Map();
	for (const level of profile.levels)
		for (const name of [level.id, level.label.zh, level.label.en, ...(level.aliases ?? [])])
			if (!words.has(name.toLowerCase())) words.set(name.toLowerCase(), level.id);
	levelWords.set(profile, words);
	return words;
}

/** Our level for a word as written, in the profile or failing that in ISAD(G); `undefined` for unknown words. */
export function levelFor(profile: Profile, written: string): string | undefined {
	const wanted = written.trim().toLowerCase();
	return levelsByWord(profile).get(wanted) ?? levelsByWord(isad).get(wanted);
}

/** True for the elements that are components: `c`, `c01` to `c12`. */
export function isComponent(name: string): boolean {
	return name === 'c' || /^c(0[1-9]|1[0-2])$/.test(name);
}
