import type { Actor } from '#domain/base/actor.ts';
import { must } from '#domain/base/assert.ts';
import type { Authority } from '#domain/catalogue/authorities/authority.ts';
import { textOf, type PlacedEntry } from '#domain/catalogue/entry.ts';
import type { CodeRegimeUse, FondsRecord } from '#domain/catalogue/fonds/fonds-record.ts';
import { isAcceptable } from '#domain/catalogue/registers/register-problems.ts';
import type { RegisterId } from '#domain/catalogue/registers/register.ts';
import type { HoldingsRecord } from '#domain/statistics/holdings/holdings-record.ts';
import type { Registers } from '../registers/registers.ts';
import { LAST_YEAR_OF_2015, LAST_YEAR_OF_VOLUMES, TINY, type FondsPlan } from './fonds-plans.ts';

const WHY = '合成演示数据';
/** Day of the counting that never was. */
const COUNTED_ON = '20260601';

/** Fills the registers with what fits the demonstration holdings; nothing where records are there already. */
export async function loadDemoRegisters(
	registers: Registers,
	entries: readonly PlacedEntry[],
	actor: Actor,
): Promise<void> {
	const fondsIds = new Map(
		entries
			.filter(({ level }) => level === 'fonds')
			.map((entry) => [textOf(entry.fields['referenceCode']), entry.id]),
	);
	await fill(registers, 'authority', TINY.map(authorityOf), actor);
	await fill(
		registers,
		'fonds',
		TINY.map((plan) => ({
			id: `demo-fonds-${plan.number}`,
			content: fondsOf(plan, fondsIds.get(plan.number) ?? ''),
		})),
		actor,
	);
	await fill(registers, 'holdings', holdingsOf(entries), actor);
}

async function fill(
	registers: Registers,
	register: RegisterId,
	records: readonly { readonly id: string; readonly content: object }[],
	actor: Actor,
): Promise<void> {
	if (registers.list(register).length > 0) return;
	const { problems } = await registers.save(
		register,
		records.map(({ id, content }) => ({ id, based: 0, content: content as never })),
		WHY,
		actor,
	);
	must(
		isAcceptable(problems) || undefined,
		`demonstration records that are right: ${JSON.stringify(problems)}`,
	);
}

const authorityId = (plan: FondsPlan): string => `demo-authority-${plan.number}`;

function authorityOf(plan: FondsPlan): { readonly id: string; readonly content: Authority } {
	const names = plan.names.map(({ name, until }, at) => {
		const before = plan.names[at - 1]?.until;
		return {
			text: name,
			from: String(before ?? plan.from),
			...(until !== null ? { to: String(until - 1) } : plan.to === null ? {} : { to: String(plan.to) }),
		};
	});
	return {
		id: authorityId(plan),
		content: {
			kind: 'body',
			names,
			shortNames: names
				.map(({ text, ...time }) => ({ ...time, text: text.replace(/^沧浦[县区]/u, '') }))
				.filter(({ text }, at, all) => all.findIndex((each) => each.text === text) === at),
			organCodes: plan.names
				.map(({ sign }, at) => ({ ...names[at], text: sign }))
				.filter(({ text }, at, all) => all.findIndex((each) => each.text === text) === at),
			predecessors: [],
			fondsNumbers: [plan.number],
			offices: [],
			note: `[合成] ${plan.history}`,
		},
	};
}

/** A fonds of the plan as the register has it. */
export function fondsOf(plan: FondsPlan, entryId: string): FondsRecord {
	return {
		fondsNumber: plan.number,
		name: plan.title,
		complex: '党政机关',
		creatorId: authorityId(plan),
		activeFrom: plan.from,
		...(plan.to === null ? {} : { activeTo: plan.to }),
		status: plan.to === null ? 'active' : 'abolished',
		predecessors: [],
		successors: [],
		categories: plan.photos > 0 ? ['WS', 'ZP'] : ['WS'],
		codeRegimes: regimesOf(plan),
		orgOrMatter: [
			{ code: 'BGS', label: '办公室' },
			{ code: 'YW', label: '业务科' },
			{ code: 'FG', label: '法规科' },
			{ code: 'RS', label: '人事科' },
			{ code: 'CW', label: '财务科' },
		],
		guide: `[合成] ${plan.history}`,
		entryId,
	};
}

/**
 * By which rules the codes of the plan were made: by volume until the county became a district, pages being the last
 * part; by item under the rules of 2015, then of 2022; photographs in groups.
 */
function regimesOf({ years, photos }: FondsPlan): CodeRegimeUse[] {
	const single: CodeRegimeUse[] = [
		{
			regime: 'dat22-2015',
			categoryCode: 'WS',
			yearFrom: LAST_YEAR_OF_VOLUMES + 1,
			yearTo: LAST_YEAR_OF_2015,
		},
		{ regime: 'dat13-2022-item', categoryCode: 'WS', yearFrom: LAST_YEAR_OF_2015 + 1, width: 4 },
	];
	return [
		{
			regime: 'dat13-1994-catalogue-page',
			catalogueNumbers: ['1', '2'],
			yearTo: LAST_YEAR_OF_VOLUMES,
		},
		...(years.length > 0 ? single : []),
		...(photos > 0
			? [{ regime: 'dat13-2022-volume', categoryCode: 'ZP', yearFrom: LAST_YEAR_OF_VOLUMES + 1 }]
			: []),
	];
}

type Line = { -readonly [K in keyof HoldingsRecord]: HoldingsRecord[K] };

/** Lines that fit the entries: by catalogue for files, by category and year for the rest. One fonds holds more than is described. */
function holdingsOf(
	entries: readonly PlacedEntry[],
): { readonly id: string; readonly content: HoldingsRecord }[] {
	const levels = new Map(entries.map((entry) => [entry.id, entry]));
	const lines = new Map<string, Line>();
	for (const entry of entries) {
		if (entry.level !== 'file' && entry.level !== 'item') continue;
		const code = textOf(entry.fields['referenceCode']);
		const [fondsNumber = '', segment = ''] = code.split('-');
		const parent = entry.parentId === null ? undefined : levels.get(entry.parentId);
		const isInFile = parent?.level === 'file';
		const isByCatalogue = entry.level === 'file' || isInFile;
		const year = Number(textOf(entry.fields['year']));
		const key = isByCatalogue ? `${fondsNumber} ${segment}` : `${fondsNumber} ${segment.slice(0, 2)} ${year}`;
		let line = lines.get(key);
		if (!line) {
			line = emptyLine(fondsNumber);
			if (isByCatalogue) line.catalogueNumber = segment;
			else line.categoryCode = segment.slice(0, 2);
			lines.set(key, line);
		}
		line.yearFrom = Math.min(year, line.yearFrom ?? year);
		line.yearTo = Math.max(year, line.yearTo ?? year);
		if (isInFile) line.itemsInFiles++;
		else {
			if (entry.level === 'file') line.files++;
			else line.singleItems++;
			const pages = Number(textOf(entry.fields['pageCount'])) || 0;
			line.pages += pages;
			line.metres = Math.round((line.metres + pages / 8000) * 1000) / 1000;
		}
	}
	return [...lines].map(([key, line]) => {
		// Found on the shelf, not yet described: so that there is something to do.
		if (key === 'B004 2')
			Object.assign(line, { files: line.files + 2, itemsInFiles: line.itemsInFiles + 11 });
		if (line.files > 0) Object.assign(line, { firstNumber: 1, lastNumber: line.files });
		return { id: `demo-holdings-${key.replaceAll(' ', '-')}`, content: line };
	});
}

function emptyLine(fondsNumber: string): Line {
	return {
		fondsNumber,
		files: 0,
		itemsInFiles: 0,
		singleItems: 0,
		pages: 0,
		metres: 0,
		carrier: '纸质',
		countedOn: COUNTED_ON,
		countedBy: 'count',
		source: '[合成] 清点',
		excluded: { classified: 0, unfit: 0, dueForDestruction: 0 },
		note: '',
	};
}
