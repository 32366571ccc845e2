/** Bad and good values of R32 to R58. */
import { bad, title, number, type Examples } from './rule-example.fixture.ts';
import { aFile, anItem, anOldItem, creators, persons } from './rules-world.fixture.ts';

export const OTHER_EXAMPLES: Examples = {
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
			// A blank before a sign without width, and two blanks, before a Chinese character.
			bad('W', 'blanks', 'personNames#1', anItem(persons('John \u200b张三')), 'John张三'),
			bad('W', 'blanks', 'personNames#1', anItem(persons('John  张三')), 'John张三'),
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
