import type { EntryId } from '#domain/base/ids.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import type { FondsRecord } from '#domain/catalogue/fonds/fonds-record.ts';
import type { RegisterContent } from '#domain/catalogue/registers/register.ts';
import type { App } from '#server/app.ts';
import { aMadeEntry } from './entries.ts';
import { TESTER } from './people.ts';

/** A fonds of the fictional district as the register has it; filed by item from 2001, by volume in catalogue 1 before. */
export const B002: FondsRecord = {
	fondsNumber: 'B002',
	name: '沧浦区档案局(馆)',
	complex: '政府',
	creatorId: '',
	activeFrom: 1959,
	status: 'active',
	predecessors: [],
	successors: [],
	categories: ['WS'],
	codeRegimes: [
		{ regime: 'dat22-2015', categoryCode: 'WS', yearFrom: 2001, yearTo: 2021 },
		{ regime: 'dat13-1994-catalogue', catalogueNumbers: ['1', '2'] },
	],
	orgOrMatter: [
		{ code: 'BGS', label: '办公室' },
		{ code: 'YW', label: '业务科' },
	],
	guide: '',
	entryId: '',
};

/** Puts a fonds into the register; given again it changes it. */
export async function registerFonds(app: App, fonds: FondsRecord = B002): Promise<void> {
	const known = app.registers
		.list<FondsRecord>('fonds')
		.find(({ content }) => content.fondsNumber === fonds.fondsNumber);
	const { saved, problems } = await app.registers.save(
		'fonds',
		[
			{
				...(known ? { id: known.id } : {}),
				based: known?.version ?? 0,
				content: fonds as unknown as RegisterContent,
			},
		],
		'',
		TESTER,
	);
	if (saved.length === 0) throw new Error(JSON.stringify(problems));
}

/** The entry of a fonds. */
export function aFondsEntry(app: App, number = 'B002'): Promise<EntryId> {
	return aMadeEntry(app, { title: '合成全宗', level: 'fonds', fields: { referenceCode: number } });
}

/** An item of 2011, permanent, of the office. */
export function anItem(
	app: App,
	parentId: EntryId,
	title: string,
	fields: Readonly<Record<FieldKey, FieldValue>> = {},
): Promise<EntryId> {
	return aMadeEntry(app, {
		title,
		parentId,
		fields: { year: 2011, retentionPeriod: 'Y', orgOrMatter: '办公室', ...fields },
	});
}
