import { createId } from '#domain/base/ids.ts';
import { newestName } from '#domain/catalogue/authorities/authority-definition.ts';
import type { Authority } from '#domain/catalogue/authorities/authority.ts';
import { normalName } from '#domain/catalogue/authorities/dated-text.ts';
import { readAuthoritySheet, writeAuthoritySheet } from '#domain/catalogue/authorities/sheet.ts';
import type { FondsRecord } from '#domain/catalogue/fonds/fonds-record.ts';
import { readFondsSheet, writeFondsSheet } from '#domain/catalogue/fonds/sheet.ts';
import type { RegisterContent, RegisterRecord } from '#domain/catalogue/registers/register.ts';
import {
	placeTitle,
	type HoldingsPlace,
	type HoldingsRecord,
} from '#domain/statistics/holdings/holdings-record.ts';
import { readHoldingsSheet, writeHoldingsSheet } from '#domain/statistics/holdings/sheet.ts';
import {
	recordFinder,
	type ReadRegisterSheet,
	type RecordsOf,
	type RegisterSheet,
	type RegisterSheets,
} from './catalogue/registers/register-sheet.ts';

/** A row that names no record gets an id that begins so, until the record it means is found. */
const NEW = 'new:';

/** Ids that a name, or an id itself, can mean among the authorities in use. */
function idsByName(recordsOf: RecordsOf): (text: string) => readonly string[] {
	const byName = new Map<string, Set<string>>();
	const note = (name: string, id: string): void =>
		void byName.set(name, (byName.get(name) ?? new Set()).add(id));
	for (const { id, content, isWithdrawn } of authoritiesOf(recordsOf)) {
		if (isWithdrawn) continue;
		note(id, id);
		for (const { text } of content.names) note(normalName(text), id);
	}
	return (text) => [...(byName.get(text) ?? byName.get(normalName(text)) ?? [])];
}

/** By which name an authority is written; a name that two have would be read as neither. */
function namesById(recordsOf: RecordsOf): (id: string) => string | undefined {
	const names = new Map(authoritiesOf(recordsOf).map(({ id, content }) => [id, newestName(content)]));
	const counts = Map.groupBy(names.values(), (name) => name);
	return (id) => {
		const name = names.get(id);
		return name !== undefined && counts.get(name)?.length === 1 ? name : undefined;
	};
}

function authoritiesOf(recordsOf: RecordsOf): readonly RegisterRecord<Authority>[] {
	return recordsOf('authority') as unknown as readonly RegisterRecord<Authority>[];
}

const authority: RegisterSheet = {
	read(cells, recordsOf, language) {
		const recordOf = recordFinder(authority, recordsOf('authority'));
		const read = readAuthoritySheet(cells, {
			newId: () => NEW + createId<string>(),
			idsOf: idsByName(recordsOf),
			standingOf: (content) =>
				recordOf(typeof content['id'] === 'string' ? content['id'] : undefined, content)?.content,
			language,
		});
		// Predecessors of the same sheet were named by ids that are no ids yet.
		const ids = new Map(
			read.rows.map(({ id, content }) => {
				const real = recordOf(undefined, content as unknown as RegisterContent)?.id;
				return [id, id.startsWith(NEW) ? (real ?? id.slice(NEW.length)) : id];
			}),
		);
		return {
			problems: read.problems,
			absent: read.absent,
			rows: read.rows.map(({ row, id, content }) => ({
				row,
				id: ids.get(id) ?? id,
				content: {
					...content,
					predecessors: content.predecessors.map((each) => ids.get(each) ?? each),
				} as unknown as RegisterContent,
			})),
		};
	},
	write: (records, recordsOf, language) =>
		writeAuthoritySheet(
			records as unknown as readonly RegisterRecord<Authority>[],
			language,
			namesById(recordsOf),
		),
	keyOf: (content) =>
		(content as unknown as Authority).names
			.map(({ text, from = '', to = '' }) => `${normalName(text)} ${from} ${to}`)
			.toSorted()
			.join('\n'),
	keyField: 'names',
};

const fonds: RegisterSheet = {
	read(cells, recordsOf, language) {
		const recordOf = recordFinder(fonds, recordsOf('fonds'));
		return readFondsSheet(cells, {
			idsOf: idsByName(recordsOf),
			standingOf: (content) => recordOf(undefined, content)?.content,
			language,
		}) as unknown as ReadRegisterSheet;
	},
	write: (records, recordsOf, language) =>
		writeFondsSheet(contentsOf(records) as unknown as FondsRecord[], language, namesById(recordsOf)),
	keyOf: ({ fondsNumber }) => String(fondsNumber),
	keyField: 'fondsNumber',
};

const holdings: RegisterSheet = {
	read(cells, recordsOf, language) {
		const recordOf = recordFinder(holdings, recordsOf('holdings'));
		const standingOf = (place: HoldingsPlace) =>
			recordOf(undefined, place as unknown as RegisterContent)?.content as HoldingsRecord | undefined;
		return readHoldingsSheet(cells, standingOf, language) as unknown as ReadRegisterSheet;
	},
	write: (records, _recordsOf, language) =>
		writeHoldingsSheet(contentsOf(records) as unknown as HoldingsRecord[], language),
	keyOf: (content) => placeTitle(content as unknown as HoldingsRecord),
	keyField: 'fondsNumber',
};

function contentsOf(records: readonly RegisterRecord[]): RegisterContent[] {
	return records.map(({ content }) => content);
}

/** The registers that are read from sheets and written as such. */
export const REGISTER_SHEETS: RegisterSheets = { authority, fonds, holdings };
