import { draftItem, type EntryDraft } from './entry-draft.ts';

/** Columns of AtoM's ISAD(G) sheet that are one field under another name. */
export const ATOM_FIELDS: Readonly<Record<string, string>> = {
	identifier: 'referenceCode',
	extentAndMedium: 'extent',
	archivalHistory: 'custodialHistory',
	arrangement: 'arrangementNote',
	creatorHistories: 'adminHistory',
	digitalObjectURI: 'digitalObjects',
};

const PARTS = [
	'eventDates',
	'eventTypes',
	'eventStartDates',
	'eventEndDates',
	'eventActors',
	'eventActorHistories',
	'alternativeIdentifiers',
	'alternativeIdentifierLabels',
	'physicalObjectName',
	'physicalObjectLocation',
	'physicalObjectType',
] as const;

/** A column whose values, parted by `|`, belong together with those of other columns. */
export type AtomPart = (typeof PARTS)[number];

/** The parts by their heading in lower case. */
export const ATOM_PARTS: ReadonlyMap<string, AtomPart> = new Map(
	PARTS.map((part) => [part.toLowerCase(), part]),
);

/** Long texts that AtoM holds several of in one cell. */
export const ATOM_REPEATED_TEXTS = ['note', 'publicationNote', 'describedBy', 'adminHistory'];

/** What AtoM writes for nothing. */
export function atomText(written: string): string {
	const text = written.trim();
	return text === 'NULL' ? '' : text;
}

/** The values of a cell that AtoM parts with `|`, blank ones kept: their place says what they belong to. */
export function atomValues(written: string | undefined): string[] {
	return (written ?? '').split('|').map(atomText);
}

/** Joins the parts of a row to dates, creators, other identifiers and containers. */
export function addAtomParts(draft: EntryDraft, parts: Partial<Record<AtomPart, string>>): void {
	const at = (part: AtomPart): string[] => atomValues(parts[part]);
	const [dates, types, starts, ends] = [
		at('eventDates'),
		at('eventTypes'),
		at('eventStartDates'),
		at('eventEndDates'),
	];
	const [actors, histories] = [at('eventActors'), at('eventActorHistories')];
	for (let index = 0; index < Math.max(dates.length, starts.length, actors.length); index++) {
		const type = types[index]?.toLowerCase() || undefined;
		const normal = normalDates(starts[index] ?? '', ends[index] ?? '');
		const text = dates[index] || normal?.replace('/', ' – ');
		if (text) draft.add('dates', draftItem(text, { normal, type }));
		const actor = actors[index];
		if (actor) draft.add('creators', draftItem(actor, { role: type === 'creation' ? undefined : type }));
	}
	const blocks = histories
		.filter((text) => text !== '')
		.map((text) => ({ type: 'paragraph', content: [{ type: 'text', text }] }));
	if (blocks.length > 0) draft.append('adminHistory', blocks);
	const labels = at('alternativeIdentifierLabels');
	at('alternativeIdentifiers').forEach((text, index) => {
		if (text) draft.add('otherIdentifiers', draftItem(text, { type: labels[index] || undefined }));
	});
	const [names, places, kinds] = [
		at('physicalObjectName'),
		at('physicalObjectLocation'),
		at('physicalObjectType'),
	];
	names.forEach((name, index) => {
		const location = places[index] || undefined;
		const text = name || location;
		if (text)
			draft.add(
				'containers',
				draftItem(text, { type: kinds[index] || undefined, location: name ? location : undefined }),
			);
	});
}

/** First and last date in ISO 8601, `00` for an unknown month or day left away. */
function normalDates(start: string, end: string): string | undefined {
	const [first, last] = [start, end].map((date) => date.replace(/(-00)+$/, ''));
	if (!first && !last) return undefined;
	return first && last && first !== last ? `${first}/${last}` : first || last;
}
