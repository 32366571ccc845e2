import type { EntryId } from '#domain/base/ids.ts';
import type { FieldKey, FieldValue, PlacedEntry } from '#domain/catalogue/entry.ts';
import { orderKeyBetween } from '#domain/catalogue/order-key.ts';
import { richTextOf, type RichText } from '#domain/catalogue/rich-text.ts';
import {
	LAST_YEAR_OF_2015,
	LAST_YEAR_OF_VOLUMES,
	mattersIn,
	nameIn,
	TINY,
	type FondsPlan,
} from './fonds-plans.ts';
import { Random } from './random.ts';
import { DATE_MARK, draftDocuments, fileTitle, photoTitle, type DraftDocument } from './synthetic-titles.ts';

/** What every outermost entry says of itself, in the words of the interface. */
export const SYNTHETIC_NOTICE =
	'合成演示数据：本全宗及其全部条目均为程序生成，不代表任何真实档案、机构或人物。';

/** The year by which documents are old; fixed, so that the same seed makes the same holdings for ever. */
const PRESENT = 2026;
const DAY_MS = 24 * 60 * 60 * 1000;
const UNITS = [
	['BGS', '办公室'],
	['YW', '业务科'],
	['FG', '法规科'],
	['RS', '人事科'],
	['CW', '财务科'],
] as const;

/** A document with its date and number. */
interface Dated {
	readonly draft: DraftDocument;
	readonly date: Date;
	readonly number: string;
}

/**
 * Demonstration holdings, parents first: 3 fonds, 30 files, 400 items described by DA/T 18. The same seed makes the same
 * entries, ids too.
 */
export function syntheticHoldings(seed: number, set: 'tiny' = 'tiny'): PlacedEntry[] {
	const plans = { tiny: TINY }[set];
	const maker = new HoldingsMaker(seed);
	for (const plan of plans) maker.addFonds(plan);
	return maker.entries;
}

class HoldingsMaker {
	readonly entries: PlacedEntry[] = [];
	#random: Random;
	#seed: number;
	#lastKeys = new Map<EntryId | null, string>();
	#numbers = new Map<string, number>();

	constructor(seed: number) {
		this.#seed = seed;
		this.#random = new Random(seed);
	}

	addFonds(plan: FondsPlan): void {
		const fonds = this.#add(
			null,
			'fonds',
			{
				referenceCode: plan.number,
				title: plan.title,
				...creator(nameIn(plan, plan.to ?? PRESENT).name),
				// No archives has it.
				archivesCode: '000000',
				dateRange: `${plan.from}0000-${plan.to === null ? '' : `${plan.to}0000`}`,
			},
			{
				adminHistory: richTextOf(`[合成] ${plan.history}`),
				custodialHistory: richTextOf('[合成] 由立档单位整理后移交沧浦区档案馆保管。'),
				note: richTextOf(SYNTHETIC_NOTICE, `随机种子：${this.#seed}`),
			},
		);
		const records = this.#series(fonds, plan, `${plan.number}-WS`, '文书档案', plan.from, plan.to);
		this.#addFiles(records, plan);
		for (const [year, items] of plan.years) this.#addYear(records, plan, year, items);
		if (plan.photos > 0) this.#addPhotos(fonds, plan);
	}

	#addFiles(parent: EntryId, plan: FondsPlan): void {
		const last = Math.min(plan.to ?? LAST_YEAR_OF_VOLUMES, LAST_YEAR_OF_VOLUMES);
		const catalogues = [
			{ number: '1', title: '1号目录（永久）', term: 'Y' },
			{ number: '2', title: '2号目录（长期、短期）', term: 'C' },
		].map((catalogue) => ({
			...catalogue,
			id: this.#series(parent, plan, `${plan.number}-${catalogue.number}`, catalogue.title, plan.from, last),
		}));
		const years = Array.from({ length: plan.files }, () => this.#yearOfFile(plan.from, last)).toSorted(
			(a, b) => a - b,
		);
		const numbers = new Map<string, number>();
		for (const year of years) {
			const term = this.#random.weighted([
				['Y', 45],
				['C', 53],
				['D', 2],
			] as const);
			const catalogue = catalogues[term === 'Y' ? 0 : 1] as (typeof catalogues)[number];
			const number = (numbers.get(catalogue.number) ?? 0) + 1;
			numbers.set(catalogue.number, number);
			this.#addFile(catalogue.id, plan, year, term, catalogue.number, String(number).padStart(3, '0'));
		}
	}

	#yearOfFile(from: number, to: number): number {
		const [first, last] = this.#random.weighted([
			[[1949, 1966], 9],
			[[1967, 1978], 10],
			[[1979, 1989], 17],
			[[1990, 2000], 19],
		] as const);
		const year = this.#random.between(first, last);
		return year >= from && year <= to ? year : this.#random.between(from, to);
	}

	#addFile(
		parent: EntryId,
		plan: FondsPlan,
		year: number,
		term: string,
		catalogue: string,
		number: string,
	): void {
		const random = this.#random;
		const code = `${plan.number}-${catalogue}-${number}`;
		const documents = this.#documents(plan, year, plan.itemsInEachFile);
		let page = 1;
		const items = documents.map((document) => {
			const pages = random.logNormal(4, 1.1, 1, 30);
			const start = page;
			page += pages;
			return { document, pages, start };
		});
		const dates = documents.map(({ date }) => date.getTime());
		const access = this.#accessStatus(year, false);
		const file = this.#add(parent, 'file', {
			referenceCode: code,
			title: fileTitle(random, plan, year),
			...creator(nameIn(plan, year).name),
			dateRange: `${compact(new Date(Math.min(...dates)))}-${compact(new Date(Math.max(...dates)))}`,
			year,
			catalogueNumber: catalogue,
			fileNumber: number,
			retentionPeriod: term,
			pageCount: page - 1,
			itemCount: items.length,
			boxNumber: String(Math.ceil(Number(number) / 4)).padStart(3, '0'),
			accessStatus: access,
		});
		items.forEach(({ document, pages, start }, index) => {
			// In a bound volume the last part of the code is the page an item begins on.
			this.#addItem(file, plan, year, document, {
				referenceCode: `${code}-${String(start).padStart(3, '0')}`,
				itemNumber: String(index + 1),
				startPage: start,
				retentionPeriod: term,
				pageCount: pages,
				accessStatus: document.draft.isPersonal ? 'deferred' : access,
			});
		});
	}

	#addYear(parent: EntryId, plan: FondsPlan, year: number, count: number): void {
		const yearSeries = this.#series(parent, plan, `${plan.number}-WS·${year}`, `${year}年`, year, year);
		const terms = year < 2007 ? (['Y', 'C'] as const) : (['Y', 'D30'] as const);
		const series = terms.map((term) => {
			const label = { Y: '永久', C: '长期', D30: '定期30年' }[term];
			const separator = year <= LAST_YEAR_OF_2015 ? '-' : '·';
			return this.#series(
				yearSeries,
				plan,
				`${plan.number}-WS·${year}${separator}${term}`,
				`${year}年 ${label}`,
				year,
				year,
			);
		});
		const numbers = new Map<string, number>();
		for (const document of this.#documents(plan, year, count)) {
			const random = this.#random;
			const which = random.percent(50) ? 0 : 1;
			const [unitCode, unit] = random.pick(UNITS);
			const term = terms[which];
			// Numbers run in a group of year, term and unit, as the code names it.
			const group =
				year <= LAST_YEAR_OF_2015
					? `${plan.number}-WS·${year}-${term}-${unitCode}-`
					: `${plan.number}-WS·${year}·${term}·${unitCode}-`;
			let number = (numbers.get(group) ?? 0) + 1;
			if (plan.gap?.prefix === group && plan.gap.number === number) number++;
			numbers.set(group, number);
			const itemNumber = String(number).padStart(4, '0');
			this.#addItem(series[which] as EntryId, plan, year, document, {
				referenceCode: `${group}${itemNumber}`,
				itemNumber,
				orgOrMatter: unit,
				retentionPeriod: term,
				pageCount: random.logNormal(4, 1.4, 1, 120),
				boxNumber: String(Math.ceil(number / 20)).padStart(3, '0'),
				accessStatus: document.draft.isPersonal ? 'deferred' : this.#accessStatus(year, true),
			});
		}
	}

	#addItem(
		parent: EntryId,
		plan: FondsPlan,
		year: number,
		{ draft, date, number }: Dated,
		fields: Record<FieldKey, FieldValue>,
	): void {
		const random = this.#random;
		this.#add(parent, 'item', {
			title: draft.title.replace(
				DATE_MARK,
				`${date.getUTCFullYear()}年${date.getUTCMonth() + 1}月${date.getUTCDate()}日`,
			),
			...creator(draft.creator),
			documentDate: compact(date),
			year,
			...(number ? { documentNumber: number } : {}),
			recordType: draft.recordType,
			...(random.percent(30)
				? { 'subjects#1': { order: 'a0', text: random.pick(mattersIn(plan, year)) } }
				: {}),
			// What is open is not internal, whatever the dice say.
			securityClass: random.percent(96) || fields['accessStatus'] === 'open' ? 'public' : 'internal',
			...fields,
		});
	}

	#addPhotos(fonds: EntryId, plan: FondsPlan): void {
		const year = 2019;
		const photos = this.#series(fonds, plan, `${plan.number}-ZP·${year}`, '照片档案', year, year);
		const [month, day] = [this.#random.between(3, 11), this.#random.between(1, 28)];
		for (let index = 1; index <= plan.photos; index++) {
			const group = Math.ceil(index / 6);
			const shown = day + group - 1;
			const itemNumber = String(((index - 1) % 6) + 1).padStart(3, '0');
			this.#add(photos, 'item', {
				referenceCode: `${plan.number}-ZP·${year}·D30-${String(group).padStart(3, '0')}-${itemNumber}`,
				title: photoTitle(this.#random, year, month, Math.min(shown, 28)),
				...creator(nameIn(plan, year).name),
				documentDate: compact(new Date(Date.UTC(year, month - 1, Math.min(shown, 28)))),
				year,
				itemNumber,
				retentionPeriod: 'D30',
				pageCount: 1,
				securityClass: 'public',
				accessStatus: 'notReviewed',
			});
		}
	}

	/** Documents of a year in the order of their dates; numbers grow with them. */
	#documents(plan: FondsPlan, year: number, count: number): Dated[] {
		const random = this.#random;
		const drafts: { draft: DraftDocument; day: number }[] = [];
		while (drafts.length < count) {
			let day = random.between(5, 320);
			for (const draft of draftDocuments(random, plan, year).slice(0, count - drafts.length)) {
				if (draft.daysAfter !== undefined) day += draft.daysAfter;
				drafts.push({ draft, day });
			}
		}
		return drafts
			.toSorted((a, b) => a.day - b.day)
			.map(({ draft, day }) => ({
				draft,
				date: new Date(Date.UTC(year, 0, 1) + day * DAY_MS),
				number: draft.sign === undefined ? '' : this.#documentNumber(draft, plan, year, day),
			}));
	}

	#documentNumber(
		{ sign = '', daysAfter }: DraftDocument,
		plan: FondsPlan,
		year: number,
		day: number,
	): string {
		const key = `${sign} ${year}`;
		// A reply has the number of a body that writes to others as well: it goes by the day alone.
		const number =
			daysAfter === undefined
				? (this.#numbers.get(key) ?? 0) + this.#random.between(1, 4)
				: day * TINY.length + TINY.indexOf(plan);
		this.#numbers.set(key, number);
		// Before 1988 the year stood in round brackets, the number with 第 and zeros: copied as printed.
		return year < 1988
			? `${sign}(${year % 100})第${String(number).padStart(3, '0')}号`
			: `${sign}〔${year}〕${number}号`;
	}

	#accessStatus(year: number, isItem: boolean): string {
		const old = [
			['open', 38],
			['restricted', 22],
			['deferred', 10],
			['notReviewed', 30],
		] as const;
		const young = [
			['notReviewed', 97],
			['open', 3],
		] as const;
		return PRESENT - year > 25 || (!isItem && PRESENT - year >= 25)
			? this.#random.weighted(old)
			: this.#random.weighted(young);
	}

	#series(
		parent: EntryId,
		plan: FondsPlan,
		referenceCode: string,
		title: string,
		from: number,
		to: number | null,
	): EntryId {
		return this.#add(parent, 'series', {
			referenceCode,
			title,
			...creator(nameIn(plan, to ?? PRESENT).name),
			dateRange: from === to ? `${from}0101-${from}1231` : `${from}0000-${to === null ? '' : `${to}0000`}`,
		});
	}

	#add(
		parentId: EntryId | null,
		level: string,
		fields: Record<FieldKey, FieldValue>,
		bodies: Record<string, RichText> = {},
	): EntryId {
		const id = this.#id();
		const order = orderKeyBetween(this.#lastKeys.get(parentId) ?? null, null);
		this.#lastKeys.set(parentId, order);
		this.entries.push({ id, parentId, order, level, fields, bodies });
		return id;
	}

	/** An id in the shape of all others, but from the seed: 16 hex digits of it random, the time that of no clock. */
	#id(): EntryId {
		const hex = (digits: number): string =>
			Math.floor(this.#random.next() * 16 ** digits)
				.toString(16)
				.padStart(digits, '0');
		const time = this.entries.length.toString(16).padStart(12, '0');
		return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-8${hex(3)}-${hex(6)}${hex(6)}` as EntryId;
	}
}

function creator(name: string): Record<FieldKey, FieldValue> {
	return { 'creators#1': { order: 'a0', text: name } };
}

function compact(date: Date): string {
	return date.toISOString().slice(0, 10).replaceAll('-', '');
}
