/** Bad and good values of every rule, as RULES.md has them. A bad one names the field, and the suggestion where there is one. */
import type { FieldValue } from '../entry.ts';
import type { CheckedEntry, RuleFacts } from './rule-facts.ts';
import type { RuleId, RuleSeverity } from './rule.ts';
import { aFile, anItem, anOldItem, creators, factsFor, persons } from './rules-world.fixture.ts';

export interface RuleExample {
	readonly entry: CheckedEntry;
	/** Those of fonds B004 unless given. */
	readonly facts?: RuleFacts;
}

export interface BadExample extends RuleExample {
	readonly field: string;
	readonly severity: RuleSeverity;
	readonly case: string;
	/** Left out: none is given. For items of repeatables the text. */
	readonly suggestion?: FieldValue;
}

const bad = (
	severity: RuleSeverity,
	which: string,
	field: string,
	entry: CheckedEntry,
	suggestion?: FieldValue,
	facts?: RuleFacts,
): BadExample => ({
	severity,
	case: which,
	field,
	entry,
	...(suggestion === undefined ? {} : { suggestion }),
	...(facts === undefined ? {} : { facts }),
});
const title = (text: string): CheckedEntry => anItem({ title: text });
const date = (text: string, year: number | null = null): CheckedEntry =>
	anItem({ documentDate: text, year, documentNumber: null });
const number = (documentNumber: string, documentDate = '20080312'): CheckedEntry =>
	anItem({
		documentNumber,
		documentDate,
		year: Number(documentDate.slice(0, 4)),
		referenceCode: 'B004-WS·2008-D30-0001',
	});
const code = (referenceCode: string): CheckedEntry => anItem({ referenceCode, itemNumber: null });

export const EXAMPLES: Readonly<
	Record<RuleId, { bad: readonly BadExample[]; good: readonly CheckedEntry[] }>
> = {
	R01: { bad: [bad('E', 'empty', 'referenceCode', code(' '))], good: [anItem()] },
	R02: {
		bad: [
			bad('E', 'unreadable', 'referenceCode', code('B004WS2015D300001')),
			bad('E', 'lower_case', 'referenceCode', code('b004-WS·2015-D30-BGS-0001'), 'B004-WS·2015-D30-BGS-0001'),
		],
		good: [anItem(), anOldItem(), anOldItem({ referenceCode: 'B004-1-012-23甲', itemNumber: '23甲' })],
	},
	R03: {
		bad: [
			bad('E', 'signs', 'referenceCode', code('B004－WS•2015－D30－BGS－0001'), 'B004-WS·2015-D30-BGS-0001'),
			bad('E', 'signs', 'referenceCode', code('B004-WS·２０１５-D30-BGS-0001'), 'B004-WS·2015-D30-BGS-0001'),
		],
		good: [anItem(), anOldItem()],
	},
	R04: {
		bad: [
			bad('E', 'differs', 'year', anItem({ year: 2014, documentDate: null }), 2015),
			bad('E', 'differs', 'itemNumber', anItem({ itemNumber: '0002' }), '0001'),
			bad('E', 'differs', 'orgOrMatter', anItem({ orgOrMatter: '法规科' }), '办公室'),
			bad('E', 'fonds', 'referenceCode', code('B005-WS·2015-D30-BGS-0001'), 'B004-WS·2015-D30-BGS-0001'),
		],
		good: [anItem(), anItem({ orgOrMatter: 'BGS' }), anOldItem({ itemNumber: '3' })],
	},
	R05: { bad: [], good: [anItem()] },
	R06: { bad: [], good: [anItem()] },
	R07: {
		bad: [
			bad(
				'W',
				'width',
				'referenceCode',
				anOldItem({ referenceCode: 'B004-1-012-37', itemNumber: null }),
				'B004-1-012-037',
			),
			bad(
				'W',
				'width',
				'referenceCode',
				anItem({ referenceCode: 'B004-WS·2015-D30-BGS-37', itemNumber: null }),
				'B004-WS·2015-D30-BGS-0037',
			),
		],
		good: [
			anItem(),
			anOldItem(),
			anOldItem({ referenceCode: 'B004-1-012-37', itemNumber: '37' }, { groupWidth: 1 }),
		],
	},
	R08: {
		bad: [
			bad('E', 'around', 'referenceCode', code('B004-WS·2015-D30-BGS-0001 '), 'B004-WS·2015-D30-BGS-0001'),
			bad(
				'E',
				'zero_width',
				'documentNumber',
				anItem({ documentNumber: '沧水务\u200b〔2015〕12号' }),
				'沧水务〔2015〕12号',
			),
			bad('E', 'around', 'creators#1', anItem(creators('\u3000沧浦区水务局')), '沧浦区水务局'),
		],
		good: [anItem(), title('沧浦区 水务局关于防汛的通知')],
	},
	R09: {
		bad: [
			bad('E', 'unknown', 'referenceCode', code('J999-WS·2015-D30-BGS-0001'), 'B004-WS·2015-D30-BGS-0001'),
		],
		good: [anItem()],
	},
	R10: {
		bad: [
			bad('E', 'unknown', 'referenceCode', code('B004-WJ·2015-D30-BGS-0001'), 'B004-WS·2015-D30-BGS-0001'),
		],
		good: [anItem()],
	},
	R11: {
		bad: [bad('W', 'differs', 'year', anItem({ year: 2016 }), 2015)],
		good: [anItem(), anItem({ year: 2016 }, {}, { note: '2016年办结' }), date('20150000', 2015)],
	},
	R12: {
		bad: [
			bad('W', 'outside', 'year', anItem({ year: 1949 })),
			bad('W', 'outside', 'year', anItem(), undefined, factsFor('C002')),
		],
		good: [anItem()],
	},
	R13: {
		bad: [
			bad('E', 'format', 'documentDate', date('2008.3.5'), '20080305'),
			bad('E', 'format', 'documentDate', date('2008年3月'), '20080300'),
			bad('E', 'spreadsheet', 'documentDate', date('39512'), '20080305'),
			bad('E', 'empty', 'documentDate', date('')),
			bad('E', 'format', 'dateRange', aFile({ dateRange: '1995.1.3—1995.12.30' }), '19950103-19951230'),
		],
		good: [anItem(), date('[19450815]'), date('19520000'), aFile(), aFile({ dateRange: '19950103' })],
	},
	R14: {
		bad: [
			bad('E', 'impossible', 'documentDate', date('20080230'), '20080200'),
			bad('E', 'impossible', 'documentDate', date('20081503'), '20080315'),
			bad('E', 'impossible', 'documentDate', date('[19520015]'), '[19520000]'),
		],
		good: [date('20080229'), date('19520000'), date('19520500')],
	},
	R15: {
		bad: [
			bad('E', 'future', 'documentDate', date('20980105')),
			bad('W', 'early', 'documentDate', date('18200105')),
		],
		good: [date('20080105'), date('18401231'), date(TODAY_DIGITS())],
	},
	R16: {
		bad: [bad('E', 'reversed', 'dateRange', aFile({ dateRange: '19951231-19950101' }), '19950101-19951231')],
		good: [aFile()],
	},
	R17: {
		bad: [
			bad(
				'W',
				'outside',
				'documentDate',
				anItem({ documentDate: '19871104' }, { file: { from: '19850000', to: '19850000' } }),
			),
		],
		good: [anItem({ documentDate: '19850000' }, { file: { from: '19850103', to: '19851230' } })],
	},
	R18: {
		bad: [bad('W', 'calendar', 'documentDate', date('民国26年8月13日'), '19370813')],
		good: [date('19370813')],
	},
	R19: {
		bad: [
			bad(
				'W',
				'brackets',
				'documentDate',
				anItem({ documentDate: '19450815', year: null }, {}, { note: '日期据内容考证。' }),
				'[19450815]',
			),
		],
		good: [
			anItem({ documentDate: '[19450815]' }, {}, { note: '日期据内容考证。' }),
			anItem({}, {}, { note: '题名据内容考证。' }),
		],
	},
	R20: {
		bad: ['无题', '同上', '通知', '-', '1', '〃'].map((text) =>
			bad('E', 'placeholder', 'title', title(text)),
		),
		good: [anItem(), title('[关于做好防汛准备工作的]通知')],
	},
	R21: {
		bad: [
			bad('W', 'matter', 'title', title('沧浦县水利局通知')),
			bad('W', 'matter', 'title', title('沧浦区水务局2014年会议纪要')),
		],
		good: [
			title('沧浦县水利局[关于做好防汛准备工作的]通知'),
			title('沧浦县水利局防汛工作会议纪要[2008年3月5日]'),
		],
	},
	R22: {
		bad: [
			bad('W', 'brackets', 'title', title('沧浦县水利局【关于防汛的】通知'), '沧浦县水利局[关于防汛的]通知'),
			bad('W', 'brackets', 'title', title('〔关于防汛工作的〕通知'), '[关于防汛工作的]通知'),
		],
		good: [title('[关于防汛工作的]通知'), title('关于废止沧府〔2008〕12号文件的通知')],
	},
	R23: {
		bad: [
			bad('W', 'number', 'title', title('沧府〔2008〕12号关于防汛工作的通知'), '关于防汛工作的通知'),
			bad('W', 'number', 'title', title('关于防汛工作的通知（沧府〔2008〕12号）'), '关于防汛工作的通知'),
		],
		good: [anItem(), title('关于废止沧府〔2008〕12号文件的通知'), title('关于转发沧府〔2008〕12号')],
	},
	R24: {
		bad: [bad('I', 'nested', 'title', title('转发县府转发市府关于防汛工作的通知的通知'))],
		good: [title('关于转发《市水利局关于防汛工作的通知》的通知')],
	},
	R25: {
		bad: [
			bad(
				'E',
				'unbalanced',
				'title',
				title('关于印发《沧浦区河道管理办法的通知'),
				'关于印发《沧浦区河道管理办法》的通知',
			),
			bad('E', 'unbalanced', 'title', title('关于印发沧浦区河道管理办法》的通知')),
			bad('E', 'unbalanced', 'title', title('沧浦区河道管理办法（试行'), '沧浦区河道管理办法（试行）'),
		],
		good: [title('关于印发《沧浦区河道管理办法（试行）》的通知'), title('1）关于防汛工作的通知')],
	},
	R26: {
		bad: [
			bad(
				'W',
				'punctuation',
				'title',
				title('关于印发<河道管理办法(试行)>的通知'),
				'关于印发《河道管理办法（试行）》的通知',
			),
			bad('W', 'punctuation', 'title', title('关于防汛,抗旱工作的通知'), '关于防汛，抗旱工作的通知'),
		],
		good: [
			anItem(),
			title('关于AT(M)设备采购的通知'),
			title('[关于防汛的]通知'),
			title('关于10:30召开会议的通知'),
		],
	},
	R27: {
		bad: [bad('W', 'long', 'title', title('关于河道'.repeat(51))), bad('W', 'short', 'title', title('防汛'))],
		good: [anItem()],
	},
	R28: {
		bad: [
			bad('I', 'stop', 'title', title('关于防汛工作的通知。'), '关于防汛工作的通知'),
			bad('I', 'blanks', 'title', title('关于防汛  工作的通知'), '关于防汛工作的通知'),
		],
		good: [anItem()],
	},
	R29: {
		bad: [
			bad('W', 'look_alike', 'title', title('关于召幵防汛会议的通知'), '关于召开防汛会议的通知'),
			bad('W', 'look_alike', 'title', title('关于自已动手末完工程的通知'), '关于自己动手未完工程的通知'),
			bad('W', 'lost', 'title', title('关于□□河疏浚的通知')),
			bad('W', 'lost', 'title', title('关于南塘河\ue766疏浚的通知')),
			bad('W', 'decoding', 'title', title('鍏充簬鍗楀河鐤忔禋鐨勯€氱煡')),
		],
		good: [anItem(), title('关于年末未完成项目自己已经整改的通知'), title('关于国土局人士名单的通知')],
	},
	R30: {
		bad: [
			bad('W', 'parts', 'title', aFile({ title: '一九八五年文件材料' })),
			bad(
				'W',
				'parts',
				'title',
				aFile({ title: '关于河道疏浚的请示、批复' }),
				'沧浦县水利局1995年关于河道疏浚的请示、批复',
			),
		],
		good: [aFile(), aFile({ title: '沧浦县水利局1984—1986年会议记录' })],
	},
	R31: { bad: [], good: [anItem()] },
	R32: {
		bad: [
			bad('E', 'vague', 'creators#1', anItem(creators('本局')), '沧浦区水务局'),
			bad('E', 'vague', 'creators#1', anItem(creators('我办')), '沧浦区水务局'),
			bad('E', 'vague', 'creators#1', anItem(creators('县里'))),
		],
		good: [anItem()],
	},
	R33: {
		bad: [
			bad('W', 'short', 'creators#1', anItem(creators('区府')), '沧浦区人民政府'),
			bad('W', 'several', 'creators#1', anItem({ ...creators('街道办事处'), documentDate: '20160320' })),
			bad('W', 'unknown', 'creators#1', anItem(creators('沧浦区水利管理所'))),
			// Only one of the two existed then.
			bad(
				'W',
				'short',
				'creators#1',
				anItem({ ...creators('街道办事处'), documentDate: '20130320' }),
				'沧浦区临港街道办事处',
			),
		],
		good: [anItem(), anItem(creators('沧浦区水务局(办公室)'))],
	},
	R34: {
		bad: [
			bad(
				'W',
				'time',
				'creators#1',
				anItem({ ...creators('沧浦区人民政府'), documentDate: '19980415' }),
				'沧浦县人民政府',
			),
			bad(
				'W',
				'time',
				'creators#1',
				anItem({ ...creators('沧浦县人民政府'), documentDate: '19600415' }),
				'沧浦县人民委员会',
			),
		],
		good: [
			anItem(),
			anItem({ ...creators('沧浦县人民政府'), documentDate: '19510415' }),
			anItem({ ...creators('沧浦县水利局'), documentDate: '20010000' }),
		],
	},
	R35: {
		bad: [
			bad(
				'W',
				'separators',
				'creators#1',
				anItem(creators('沧浦区水务局、沧浦区财政局')),
				'沧浦区水务局;沧浦区财政局',
			),
			bad('W', 'own_missing', 'creators#2', anItem(creators('沧浦区财政局', '沧浦区教育局等'))),
		],
		good: [anItem(creators('沧浦区水务局', '沧浦区财政局'))],
	},
	R36: {
		bad: [
			bad('I', 'office', 'creators#1', anItem(creators('张文甲'))),
			bad(
				'I',
				'office',
				'creators#1',
				anOldItem({ ...creators('沧文甲'), documentDate: '19860101' }),
				'沧文甲(县长)',
			),
		],
		good: [anItem(), anItem(creators('张文甲(县长)'))],
	},
	R37: {
		bad: [bad('W', 'conflict', 'creators#1', number('沧府〔2008〕12号'), '沧浦区人民政府')],
		good: [anItem(), number('沧水务〔2008〕12号')],
	},
	R38: {
		bad: [
			bad('E', 'brackets', 'documentNumber', number('沧水务[2008]12号'), '沧水务〔2008〕12号'),
			bad('E', 'brackets', 'documentNumber', number('沧水务（2008）12号'), '沧水务〔2008〕12号'),
			bad('I', 'brackets', 'documentNumber', number('沧水[1995]12号', '19950312')),
		],
		good: [anItem(), number('(2009)沧民初字第311号')],
	},
	R39: {
		bad: [
			bad('W', 'di', 'documentNumber', number('沧水务〔2008〕第012号'), '沧水务〔2008〕12号'),
			bad('W', 'zero', 'documentNumber', number('沧水务〔2008〕012号'), '沧水务〔2008〕12号'),
			bad('I', 'di', 'documentNumber', number('沧革字(72)第015号', '19720312')),
		],
		good: [anItem(), number('(2009)沧民初字第311号')],
	},
	R40: {
		bad: [bad('W', 'year', 'documentNumber', number('沧水务〔2007〕12号', '20090211'))],
		good: [anItem(), anItem({ documentNumber: '沧水务〔2014〕98号' }, {}, { note: '文号为上年度' })],
	},
	R41: {
		bad: [bad('I', 'unknown', 'documentNumber', number('沧某〔2008〕3号'))],
		good: [anItem()],
	},
	R42: {
		bad: [
			bad('E', 'not_number', 'pageCount', anItem({ pageCount: '12页' }), 12),
			bad('E', 'not_number', 'pageCount', anItem({ pageCount: 0 })),
			bad('E', 'missing', 'pageCount', anItem({ pageCount: null })),
			bad('W', 'span', 'pageCount', anItem({ pageCount: '12-16' }), 5),
			bad(
				'W',
				'derivable',
				'pageCount',
				anItem({ pageCount: null, startPage: 7 }, { after: { start: 11 } }),
				4,
			),
		],
		good: [anItem(), anItem({ pageCount: '12' })],
	},
	R43: {
		bad: [
			bad(
				'E',
				'overlap',
				'startPage',
				anItem({ startPage: 5, endPage: 8 }, { before: { start: 1, end: 5 } }),
				6,
			),
			bad(
				'E',
				'gap',
				'startPage',
				anItem({ startPage: 9, endPage: 12 }, { before: { start: 1, end: 5 } }),
				6,
			),
			bad('E', 'reversed', 'endPage', anItem({ startPage: 9, endPage: 6 })),
			bad('W', 'gap', 'startPage', anItem({ startPage: 9 }, { before: { start: 1, end: 5 } }), 6),
		],
		good: [
			anItem({ startPage: 6, endPage: 9 }, { before: { start: 1, end: 5 } }),
			// Two items share a leaf in an old list of start pages.
			anItem({ startPage: 5 }, { before: { start: 1, end: 5 }, file: { startPagesOnly: true } }),
			anItem({ startPage: 9 }, { before: { start: 1 } }),
		],
	},
	R44: {
		bad: [bad('W', 'images', 'pageCount', anItem({ pageCount: 3 }, { images: { names: ['a', 'b'] } }))],
		good: [anItem({ pageCount: 2 }, { images: { names: ['a', 'b'] } })],
	},
	R45: {
		bad: [
			bad('W', 'alias', 'retentionPeriod', anItem({ retentionPeriod: '30年' }), 'D30'),
			bad('E', 'unknown', 'retentionPeriod', anItem({ retentionPeriod: 'D30年' }), 'D30'),
			bad('E', 'unknown', 'retentionPeriod', anItem({ retentionPeriod: '一般' })),
		],
		good: [anItem(), anItem({ retentionPeriod: '定期30年' })],
	},
	R46: {
		bad: [
			bad('W', 'old', 'retentionPeriod', anItem({ year: 2012, retentionPeriod: 'C' }), 'D30'),
			bad('W', 'new', 'retentionPeriod', anItem({ year: 1996, retentionPeriod: 'D30' }), 'C'),
		],
		good: [anItem(), anOldItem({ retentionPeriod: 'C' })],
	},
	R47: {
		bad: [bad('E', 'differs', 'retentionPeriod', anItem({ retentionPeriod: 'Y' }), 'D30')],
		good: [anItem()],
	},
	R48: {
		bad: [
			bad('W', 'format', 'securityClass', anItem({ securityClass: '机密10年' }), '机密★10年'),
			bad('W', 'format', 'securityClass', anItem({ securityClass: '秘密*5年' }), '秘密★5年'),
		],
		good: [anItem(), anItem({ securityClass: '机密★10年' }), anItem({ originalSecurityClass: '机密10年' })],
	},
	R49: {
		bad: [
			bad(
				'E',
				'classified',
				'securityClass',
				anItem({ title: '合成涉密测试条目', securityClass: '机密★10年' }),
			),
			bad('E', 'classified', 'securityClass', anItem({ title: '合成涉密测试条目', securityClass: 'secret' })),
		],
		good: [anItem(), anItem({ originalSecurityClass: '机密★10年' })],
	},
	R50: {
		bad: [
			bad('E', 'review', 'accessStatus', anItem({ accessStatus: 'open' }, { review: null }), 'notReviewed'),
			bad(
				'E',
				'secret',
				'accessStatus',
				anItem({ accessStatus: 'open', securityClass: 'internal' }, { review: { decision: 'open' } }),
				'restricted',
			),
		],
		good: [anItem({}, { review: null }), anItem({ accessStatus: 'open' }, { review: { decision: 'open' } })],
	},
	R51: {
		bad: [
			bad(
				'W',
				'discipline',
				'title',
				anItem({ accessStatus: 'open', title: '关于给予张文甲党内警告处分的决定' }),
				'关于给予张某党内警告处分的决定',
			),
			bad(
				'W',
				'number',
				'title',
				anItem({ accessStatus: 'open', title: '关于999999198503120017申请的批复' }),
				'关于999**************7申请的批复',
			),
		],
		good: [
			anItem({ title: '关于给予张文甲党内警告处分的决定' }),
			anItem({ accessStatus: 'open', title: '关于给予张某党内警告处分的决定' }),
		],
	},
	R52: {
		bad: [bad('E', 'count', 'itemCount', aFile({}, { children: 11 }), 11)],
		good: [aFile({}, { children: 12 })],
	},
	R53: {
		bad: [
			bad(
				'E',
				'naming',
				'images',
				anItem({}, { images: { names: ['scan0001.jpg'] } }),
				'B004-WS·2015-D30-BGS-0001-001.jpg',
			),
			bad(
				'E',
				'missing',
				'images',
				anItem(
					{},
					{
						images: {
							names: ['B004-WS·2015-D30-BGS-0001-001.jpg'],
							missing: ['B004-WS·2015-D30-BGS-0001-002.jpg'],
						},
					},
				),
			),
		],
		good: [anItem({}, { images: { names: ['B004-WS·2015-D30-BGS-0001-001.jpg'] } })],
	},
	R54: {
		bad: [bad('W', 'text', 'images', anItem({}, { images: { names: ['a', 'b'], pagesWithText: 0 } }))],
		good: [anItem({}, { images: { names: ['a', 'b'], pagesWithText: 2 } })],
	},
	R55: {
		bad: [
			bad('W', 'blanks', 'personNames#1', anItem(persons('张 三')), '张三'),
			bad('W', 'dot', 'personNames#1', anItem(persons('阿依•古丽')), '阿依·古丽'),
			bad('W', 'words', 'personNames#1', anItem(persons('张文甲同志')), '张文甲'),
		],
		good: [anItem(persons('张三', '阿依·古丽', 'John Smith'))],
	},
	R56: {
		bad: [
			bad(
				'E',
				'missing',
				'documentDate',
				anItem({ ...persons('沧文甲', '浦文乙'), documentDate: null }, { livelihood: 'marriage' }),
			),
			bad('E', 'persons', 'personNames', anItem(persons('沧文甲'), { livelihood: 'marriage' })),
		],
		good: [anItem(persons('沧文甲', '浦文乙'), { livelihood: 'marriage' })],
	},
	R57: {
		bad: [bad('W', 'long', 'title', title('关于河道'.repeat(150)))],
		good: [anItem()],
	},
	R58: {
		bad: [
			bad(
				'I',
				'expired',
				'retentionPeriod',
				anItem({ retentionPeriod: 'D10', year: 2005 }, { appraisal: null }),
			),
		],
		good: [
			anItem({}, { appraisal: null }),
			anItem({ retentionPeriod: 'D10', year: 2005 }, { appraisal: { state: 'open' } }),
		],
	},
};

function TODAY_DIGITS(): string {
	return '20261127';
}
