import { districtIn, mattersIn, nameIn, townsIn, type FondsPlan } from './fonds-plans.ts';
import type { Random } from './random.ts';

/** A document before it has its number and its place. */
export interface DraftDocument {
	readonly title: string;
	readonly recordType: string;
	/** Body that issued it. */
	readonly creator: string;
	/** Sign for its number; undefined: it has none. */
	readonly sign: string | undefined;
	/** Days after the document before it, for a reply to that; undefined: any day. */
	readonly daysAfter?: number;
	/** Holds persons: never open early. */
	readonly isPersonal: boolean;
}

/** Stands in a title for the date of the document. */
export const DATE_MARK = '{日期}';

type Pattern = (random: Random, plan: FondsPlan, year: number) => DraftDocument[];

// Made of the place's own characters, so that no name can be that of a person.
const SURNAMES = ['沧', '浦', '汀', '溪', '塘', '港'];
const GIVEN = ['文甲', '文乙', '文丙', '一丁', '一戊', '己生', '庚生', '辛林', '壬林', '癸明'];

/** A made-up name. */
export function madeUpName(random: Random): string {
	return random.pick(SURNAMES) + random.pick(GIVEN);
}

function own(
	random: Random,
	plan: FondsPlan,
	year: number,
	title: string,
	recordType: string,
): DraftDocument {
	const { name, sign } = nameIn(plan, year);
	return { title, recordType, creator: name, sign, isPersonal: false };
}

const PATTERNS: readonly (readonly [Pattern, number])[] = [
	[
		(random, plan, year) => {
			const kind = random.pick(['规划', '办法', '实施意见', '方案']);
			return [
				own(
					random,
					plan,
					year,
					`关于印发《${districtIn(year)}${random.pick(mattersIn(plan, year))}${kind}》的通知`,
					'通知',
				),
			];
		},
		15,
	],
	[
		(random, plan, year) => {
			const matter = `${random.pick(mattersIn(plan, year))}${random.pick(['经费', '项目立项', '人员编制', '用地'])}`;
			return [
				own(random, plan, year, `关于${matter}的请示`, '请示'),
				{
					title: `关于同意${matter}的批复`,
					recordType: '批复',
					creator: `${districtIn(year)}人民政府`,
					sign: year < 2001 ? '沧政' : '沧府批',
					daysAfter: random.between(5, 40),
					isPersonal: false,
				},
			];
		},
		12,
	],
	[
		(random, plan, year) => {
			const [verb, thing] = random.pick([
				['召开', '工作会议'],
				['举办', '业务培训班'],
				['调整', '领导小组'],
				['成立', '工作小组'],
			] as const);
			return [
				own(random, plan, year, `关于${verb}${random.pick(mattersIn(plan, year))}${thing}的通知`, '通知'),
			];
		},
		10,
	],
	[
		(random, plan, year) => [
			own(
				random,
				plan,
				year,
				`关于${year}年${nameIn(plan, year).name}工作总结和${year + 1}年工作计划的报告`,
				'报告',
			),
		],
		8,
	],
	[
		(random, plan, year) => {
			const { name } = nameIn(plan, year);
			return [own(random, plan, year, `${name}关于${random.pick(mattersIn(plan, year))}情况的报告`, '报告')];
		},
		8,
	],
	[
		(random, plan, year) => [
			{
				...own(random, plan, year, `关于${madeUpName(random)}等同志职务任免的通知`, '通知'),
				isPersonal: true,
			},
		],
		7,
	],
	[
		(random, plan, year) => [
			{
				...own(random, plan, year, `${random.pick(mattersIn(plan, year))}工作会议纪要[${DATE_MARK}]`, '纪要'),
				sign: undefined,
			},
		],
		6,
	],
	[
		(random, plan, year) => [
			own(
				random,
				plan,
				year,
				`关于转发《市主管部门关于${random.pick(mattersIn(plan, year))}的通知》的通知`,
				'通知',
			),
		],
		6,
	],
	[
		(random, plan, year) => [
			{
				...own(
					random,
					plan,
					year,
					`${year}年${districtIn(year)}${random.pick(mattersIn(plan, year))}统计年报表`,
					'统计报表',
				),
				sign: undefined,
			},
		],
		5,
	],
	[
		(random, plan, year) => [
			own(
				random,
				plan,
				year,
				`关于表彰${year}年度${random.pick(mattersIn(plan, year))}先进集体的决定`,
				'决定',
			),
		],
		5,
	],
	[
		(random, plan, year) => [
			own(
				random,
				plan,
				year,
				`关于${random.pick(townsIn(year))}${random.pick(mattersIn(plan, year))}工程${random.pick(['立项', '初步设计', '竣工验收'])}的批复`,
				'批复',
			),
		],
		4,
	],
	[
		(random, plan, year) => [
			own(
				random,
				plan,
				year,
				`关于${random.pick(townsIn(year))}${random.pick(['防汛', '抗旱', '疏浚', '绿化'])}工作的通知`,
				'通知',
			),
		],
		4,
	],
	[
		(random, plan, year) => [
			{ ...own(random, plan, year, `关于给予${madeUpName(random)}行政处分的决定`, '决定'), isPersonal: true },
		],
		3,
	],
	[
		(random, plan, year) => [
			{
				...own(random, plan, year, `[关于${random.pick(mattersIn(plan, year))}的]信函`, '函'),
				sign: undefined,
			},
		],
		3,
	],
];

/** One document by the weights of the notes, or a request with its reply. */
export function draftDocuments(random: Random, plan: FondsPlan, year: number): DraftDocument[] {
	return random.weighted(PATTERNS)(random, plan, year);
}

/** The title of a file of one year. */
export function fileTitle(random: Random, plan: FondsPlan, year: number): string {
	const { name } = nameIn(plan, year);
	return random.percent(80)
		? `${name}${year}年关于${random.pick(mattersIn(plan, year))}的${random.pick(['请示、批复', '通知', '报告', '来往文书'])}`
		: `${name}${year}年${random.pick(mattersIn(plan, year))}${random.pick(['名册', '统计表', '会议记录'])}`;
}

/** The caption of a photo. */
export function photoTitle(random: Random, year: number, month: number, day: number): string {
	return `${year}年${month}月${day}日，${madeUpName(random)}在${random.pick(townsIn(year))}${random.pick(['查看档案库房', '接待查档群众', '布置档案展览', '讲解档案知识'])}`;
}
