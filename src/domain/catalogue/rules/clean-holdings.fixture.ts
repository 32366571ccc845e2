/** Synthetic holdings without a single fault: fonds of 沧浦 with volumes, the items in them, and items filed one by one. */
import { civilDate, dayNumber, twoDigits } from '../archival-date/days.ts';
import type { FieldKey, FieldValue } from '../entry.ts';
import type { CheckedEntry, EntryFacts, PageSpan } from './rule-facts.ts';
import { BODIES, creators, LOOKUP, persons, UNITS } from './rules-world.fixture.ts';

/** Numbers that are the same for the same seed (a linear congruence with its upper bits, good enough for tests). */
export class Dice {
	#state: number;
	constructor(seed: number) {
		this.#state = (seed ^ 0x5deece6d) >>> 0;
	}
	next(): number {
		this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
		const mixed = Math.imul(this.#state ^ (this.#state >>> 15), 0x2c1b3c6d);
		return ((mixed ^ (mixed >>> 13)) >>> 0) / 4294967296;
	}
	between(from: number, to: number): number {
		return from + Math.floor(this.next() * (to - from + 1));
	}
	pick<T>(values: readonly T[]): T {
		return values[Math.floor(this.next() * values.length)] as T;
	}
	percent(chance: number): boolean {
		return this.next() * 100 < chance;
	}
}

const MATTERS = [
	...[
		'水利建设',
		'农村合作医疗',
		'义务教育',
		'旧区改造',
		'河道整治',
		'蔬菜生产',
		'电子政务',
		'档案事业',
		'安全生产',
		'计划生育',
	],
	...[
		'土地整治',
		'水土保持',
		'国土规划',
		'烈士陵园修缮',
		'护士培训',
		'民主人士联谊',
		'未成年人保护',
		'日常巡查',
		'开展劳动竞赛',
	],
	...[
		'收入分配',
		'户口登记',
		'工会干部培训',
		'已建泵站移交',
		'年末慰问',
		'人口普查',
		'节日值班',
		'口岸建设',
		'八一拥军',
		'力量整合',
	],
];
const TOWNS = ['临浦镇', '青溪镇', '南汀镇', '海塘镇', '四港镇'];
const SURNAMES = '王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗';
const GIVEN = ['文甲', '文乙', '一丁', '丙辰', '戊己', '庚生', '辛未', '壬林', '癸明', '甲'];
const KINDS = ['规划', '办法', '实施意见', '方案'];

export const madeUpName = (dice: Dice): string => dice.pick([...SURNAMES]) + dice.pick(GIVEN);

interface Draft {
	readonly title: string;
	readonly isPersonal?: boolean;
}

function draftOf(dice: Dice, body: string, place: string, year: number, date: string): Draft {
	const matter = dice.pick(MATTERS);
	const drafts: (() => Draft)[] = [
		() => ({ title: `关于印发《${place}${matter}${dice.pick(KINDS)}》的通知` }),
		() => ({ title: `关于印发《${place}${matter}${dice.pick(KINDS)}（试行）》的通知` }),
		() => ({ title: `关于${matter}经费的请示` }),
		() => ({ title: `关于同意${matter}项目的批复` }),
		() => ({ title: `关于召开${matter}工作会议的通知` }),
		() => ({ title: `关于成立${matter}领导小组的通知` }),
		() => ({ title: `关于${year}年${body}工作总结和${year + 1}年工作计划的报告` }),
		() => ({ title: `${body}关于${matter}情况的报告` }),
		() => ({ title: `关于${madeUpName(dice)}等同志职务任免的通知`, isPersonal: true }),
		() => ({
			title: `${matter}工作会议纪要[${date.slice(0, 4)}年${Number(date.slice(4, 6))}月${Number(date.slice(6))}日]`,
		}),
		() => ({ title: `关于转发《市主管部门关于${matter}的通知》的通知` }),
		() => ({ title: `${year}年${place}${matter}统计年报表` }),
		() => ({ title: `关于表彰${year}年度${matter}先进集体的决定` }),
		() => ({ title: `关于${dice.pick(TOWNS)}${matter}工程竣工验收的批复` }),
		() => ({ title: `${place}${dice.pick(TOWNS)}宅基地使用审批表`, isPersonal: true }),
		() => ({ title: `关于给予${madeUpName(dice)}行政警告处分的决定`, isPersonal: true }),
		() => ({ title: `[关于${matter}的]信函` }),
		() => ({ title: `${body}[关于${matter}的]通知` }),
		() => ({ title: `关于修改“${matter}”专项资金管理规定的意见` }),
	];
	return dice.pick(drafts)();
}

export interface CleanFonds {
	readonly fonds: string;
	readonly entries: CheckedEntry[];
}

/** Fonds with `files` volumes of about eight items and `items` items filed one by one each. */
export function cleanHoldings(seed: number, files: number, items: number): CleanFonds[] {
	const dice = new Dice(seed);
	return BODIES.filter(({ fonds }) => ['B001', 'B002', 'B004', 'B005', 'C002'].includes(fonds)).map(
		(body) => {
			const maker = new Maker(dice, body);
			for (let each = 0; each < files; each++) maker.addFile();
			if (body.to === undefined) for (let each = 0; each < items; each++) maker.addItem();
			return { fonds: body.fonds, entries: maker.entries };
		},
	);
}

class Maker {
	readonly entries: CheckedEntry[] = [];
	readonly #dice: Dice;
	readonly #body: (typeof BODIES)[number];
	readonly #numbers = new Map<string, number>();
	readonly #sequences = new Map<string, number>();

	constructor(dice: Dice, body: (typeof BODIES)[number]) {
		this.#dice = dice;
		this.#body = body;
	}

	#next(group: string): number {
		const number = (this.#numbers.get(group) ?? 0) + 1;
		this.#numbers.set(group, number);
		return number;
	}

	#nameOn(day: string): string {
		return LOOKUP.nameAt(this.#body.id, day) ?? 'nobody';
	}

	/** A day on which the body was itself for the whole year. */
	#yearBetween(from: number, to: number): number {
		return this.#dice.between(Math.max(from, this.#body.from + 1), Math.min(to, (this.#body.to ?? 2026) - 1));
	}

	#number(day: string): string | undefined {
		const codes = this.#body.organCodes.filter(
			([, from, to]) =>
				(from === undefined || day.slice(0, 4) >= from) && (to === undefined || day.slice(0, 4) <= to),
		);
		if (codes.length === 0) return undefined;
		const [code] = this.#dice.pick(codes);
		const year = day.slice(0, 4);
		const key = `${code} ${year}`;
		const sequence = (this.#sequences.get(key) ?? 0) + this.#dice.between(1, 3);
		this.#sequences.set(key, sequence);
		return `${code}〔${year}〕${sequence}号`;
	}

	#common(
		day: string,
		year: number,
		isPersonal: boolean,
	): { fields: Record<FieldKey, FieldValue>; facts: EntryFacts } {
		const dice = this.#dice;
		const isOpen = !isPersonal && year < 1996 && dice.percent(40);
		return {
			fields: {
				...creators(this.#nameOn(day)),
				documentDate: day,
				year,
				securityClass: isOpen || dice.percent(96) ? 'public' : 'internal',
				accessStatus: isOpen ? 'open' : isPersonal ? 'deferred' : 'notReviewed',
				...(dice.percent(20) ? persons(madeUpName(dice)) : {}),
			},
			facts: { review: isOpen ? { decision: 'open' } : null, appraisal: { state: 'closed' } },
		};
	}

	#day(year: number): string {
		const date = civilDate(dayNumber(year, 1, 10) + this.#dice.between(0, 340));
		return `${date.year}${twoDigits(date.month)}${twoDigits(date.day)}`;
	}

	addFile(): void {
		const dice = this.#dice;
		const year = this.#yearBetween(1956, 2000);
		const catalogue = dice.pick(['1', '2']);
		const fileNumber = String(this.#next(`${catalogue}`)).padStart(3, '0');
		const code = `${this.#body.fonds}-${catalogue}-${fileNumber}`;
		const isByPage = year <= 1985;
		const count = dice.between(4, 12);
		const days = Array.from({ length: count }, () => this.#day(year)).sort();
		const [from, to] = [days[0] as string, days.at(-1) as string];
		const id = `${code}#file`;
		const retention = catalogue === '1' ? 'Y' : dice.percent(95) ? 'C' : 'D';
		let before: PageSpan | undefined;
		let page = 1;
		const items: CheckedEntry[] = [];
		for (const [at, day] of days.entries()) {
			const pages = dice.between(1, 9);
			const name = this.#nameOn(day);
			const draft = draftOf(dice, name, '沧浦县', year, day);
			const common = this.#common(day, year, draft.isPersonal === true);
			const number = String(at + 1).padStart(3, '0');
			const documentNumber = this.#number(day);
			const span = { start: page, end: page + pages - 1 };
			const referenceCode = `${code}-${isByPage ? String(page).padStart(3, '0') : number}`;
			items.push({
				id: `${code}#${at + 1}`,
				level: 'item',
				parentId: id,
				fields: {
					...common.fields,
					referenceCode,
					title: draft.title,
					catalogueNumber: catalogue,
					fileNumber,
					itemNumber: String(at + 1),
					...(documentNumber === undefined ? {} : { documentNumber }),
					retentionPeriod: retention,
					pageCount: pages,
					startPage: span.start,
					endPage: span.end,
				},
				facts: {
					...common.facts,
					...this.#images(referenceCode, pages),
					file: { from, to },
					groupWidth: 3,
					...(before ? { before } : {}),
				},
			});
			before = span;
			page += pages;
		}
		const name = this.#nameOn(from);
		this.entries.push(
			{
				id,
				level: 'file',
				parentId: 'series',
				fields: {
					referenceCode: code,
					title: dice.percent(80)
						? `${name}${year}年关于${dice.pick(MATTERS)}的${dice.pick(['请示、批复', '通知', '报告', '来往文书'])}`
						: `${name}${year}年${dice.pick(MATTERS)}${dice.pick(['名册', '统计表', '会议记录'])}`,
					...creators(name),
					dateRange: `${from}-${to}`,
					year,
					catalogueNumber: catalogue,
					fileNumber,
					retentionPeriod: retention,
					pageCount: page - 1,
					itemCount: count,
					securityClass: 'public',
					accessStatus: 'notReviewed',
				},
				facts: { children: count, groupWidth: 3, review: null, appraisal: { state: 'closed' } },
			},
			...items,
		);
	}

	#images(code: string, pages: number): EntryFacts {
		return {
			images: {
				names: Array.from({ length: pages }, (_, at) => `${code}-${String(at + 1).padStart(3, '0')}.jpg`),
				pagesWithText: pages,
			},
		};
	}

	addItem(): void {
		const dice = this.#dice;
		const year = this.#yearBetween(2002, 2025);
		const day = this.#day(year);
		const draft = draftOf(dice, this.#nameOn(day), '沧浦区', year, day);
		const common = this.#common(day, year, draft.isPersonal === true);
		const retention = dice.percent(50) ? 'Y' : year < 2007 ? 'C' : dice.percent(95) ? 'D30' : 'D10';
		const unit = dice.pick(UNITS);
		const separator = year < 2022 ? '-' : '·';
		const group = `${this.#body.fonds}-WS·${year}${separator}${retention}${separator}${unit.code}`;
		const itemNumber = String(this.#next(group)).padStart(4, '0');
		const referenceCode = `${group}-${itemNumber}`;
		const pages = dice.between(1, 20);
		const documentNumber = this.#number(day);
		this.entries.push({
			id: referenceCode,
			level: 'item',
			parentId: null,
			fields: {
				...common.fields,
				referenceCode,
				title: draft.title,
				...(documentNumber === undefined ? {} : { documentNumber }),
				itemNumber,
				orgOrMatter: unit.label,
				categoryCode: 'WS',
				retentionPeriod: retention,
				pageCount: pages,
			},
			facts: {
				...common.facts,
				...this.#images(referenceCode, pages),
				groupWidth: 4,
				...(dice.percent(10) ? { livelihood: 'sentDown' as const } : {}),
			},
		});
		const last = this.entries.at(-1) as CheckedEntry;
		// An entry about persons names one.
		if (last.facts?.livelihood)
			this.entries[this.entries.length - 1] = {
				...last,
				fields: { ...last.fields, ...persons(madeUpName(dice), madeUpName(dice)) },
			};
	}
}
