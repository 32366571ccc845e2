/** A body and the days its name was valid to; the last has no end. */
export interface NamedPeriod {
	readonly name: string;
	/** First year of the next name. */
	readonly until: number | null;
	/** Sign of the body in its document numbers. */
	readonly sign: string;
}

/** What is made of a fonds. Everything in it is synthetic: the district 沧浦 does not exist. */
export interface FondsPlan {
	readonly number: string;
	readonly title: string;
	readonly from: number;
	readonly to: number | null;
	readonly names: readonly NamedPeriod[];
	/** Words after which the matters of its documents are. */
	readonly matters: readonly string[];
	readonly files: number;
	readonly itemsInEachFile: number;
	/** Years filed item by item, with the number of items of each. */
	readonly years: readonly (readonly [year: number, items: number])[];
	readonly photos: number;
	/** A number that nobody has, in the group whose codes begin so: a list without a gap is not what archives have. */
	readonly gap?: { readonly prefix: string; readonly number: number };
	readonly history: string;
}

/** Until then records were bound into volumes; later ones are filed item by item. */
export const LAST_YEAR_OF_VOLUMES = 2000;
/** Until then codes of items are written as DA/T 22-2015 has it, later ones as DA/T 13-2022. */
export const LAST_YEAR_OF_2015 = 2021;

/** The fonds of the set "tiny": 3 fonds, 30 files, 400 items in and outside of files. */
export const TINY: readonly FondsPlan[] = [
	{
		number: 'B002',
		title: '沧浦区档案局(馆)',
		from: 1959,
		to: null,
		names: [
			{ name: '沧浦县档案馆', until: 2001, sign: '沧档' },
			{ name: '沧浦区档案局', until: null, sign: '沧档' },
		],
		matters: [
			'档案事业发展',
			'档案馆新馆建设',
			'档案开放审核',
			'机关档案室升级',
			'民生档案利用',
			'档案数字化',
			'农村档案整理',
		],
		files: 8,
		itemsInEachFile: 7,
		years: [
			[2004, 16],
			[2008, 18],
			[2011, 18],
			[2014, 10],
			[2022, 10],
		],
		photos: 12,
		history: '1959年设沧浦县档案馆，2001年撤县建区后改为沧浦区档案局(馆)。',
	},
	{
		number: 'B004',
		title: '沧浦区水务局',
		from: 1958,
		to: null,
		names: [
			{ name: '沧浦县水利局', until: 2001, sign: '沧水' },
			{ name: '沧浦区水务局', until: null, sign: '沧水务' },
		],
		matters: [
			'水利建设',
			'河道整治',
			'南塘河疏浚',
			'防汛排涝',
			'饮用水水源保护',
			'圩区泵站改造',
			'灌溉渠道维修',
			'污水管网建设',
		],
		files: 12,
		itemsInEachFile: 8,
		years: [
			[2003, 18],
			[2009, 24],
			[2014, 30],
			[2019, 20],
			[2022, 12],
		],
		photos: 0,
		gap: { prefix: 'B004-WS·2014-Y-BGS-', number: 5 },
		history: '1958年设沧浦县水利局，2001年撤县建区后改为沧浦区水务局。',
	},
	{
		number: 'C002',
		title: '沧浦区知识青年上山下乡办公室',
		from: 1968,
		to: 1985,
		names: [{ name: '沧浦县知识青年上山下乡办公室', until: null, sign: '沧知青办' }],
		matters: ['知识青年安置', '知识青年回城', '插队青年生活补助', '知青点建房', '知识青年先进集体'],
		files: 10,
		itemsInEachFile: 6,
		years: [],
		photos: 0,
		history: '1968年成立，1985年撤销，全宗封闭。',
	},
];

/** Fictional towns of the fictional district. */
const TOWNS = ['临浦镇', '青溪镇', '南汀镇', '海塘镇', '四港镇', '望海街道'];

/** Matters nobody wrote of before the year. */
const MODERN: Readonly<Record<string, number>> = {
	档案数字化: 2000,
	民生档案利用: 2008,
	档案开放审核: 1996,
	机关档案室升级: 1987,
	污水管网建设: 1995,
	饮用水水源保护: 1990,
	知识青年回城: 1973,
};

/** What a body wrote of in a year. */
export function mattersIn(plan: FondsPlan, year: number): readonly string[] {
	return plan.matters.filter((matter) => year >= (MODERN[matter] ?? 0));
}

/** The towns there were in a year; the subdistrict is of 2015. */
export function townsIn(year: number): readonly string[] {
	return year < 2015 ? TOWNS.slice(0, -1) : TOWNS;
}

/** The name of the district or county on a date. */
export function districtIn(year: number): string {
	return year < 2001 ? '沧浦县' : '沧浦区';
}

/** The body's name and sign that were valid in a year. */
export function nameIn(plan: FondsPlan, year: number): NamedPeriod {
	return plan.names.find(({ until }) => until === null || year < until) as NamedPeriod;
}
