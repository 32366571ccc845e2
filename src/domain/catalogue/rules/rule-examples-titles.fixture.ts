/** Bad and good values of R01 to R31. */
import { bad, title, date, code, type Examples } from './rule-example.fixture.ts';
import { aFile, anItem, anOldItem, creators, factsFor, TODAY } from './rules-world.fixture.ts';

export const CODE_DATE_TITLE_EXAMPLES: Examples = {
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
		good: [date('20080105'), date('18401231'), date(TODAY)],
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
			bad(
				'W',
				'parts',
				'title',
				aFile({ title: '1985年关于河道疏浚的请示、批复' }),
				'沧浦县水利局1985年关于河道疏浚的请示、批复',
			),
			bad('W', 'parts', 'title', aFile({ title: '1985年县里关于河道疏浚的请示、批复' })),
		],
		good: [
			aFile(),
			aFile({ title: '沧浦县水利局1984—1986年会议记录' }),
			aFile({ title: '1985年县水利局关于河道疏浚的请示、批复' }),
			aFile({ title: '1984—1986年县水利局关于河道疏浚的请示、批复' }),
			aFile({ title: '一九八五年度县委办公室关于防汛工作的通知' }),
			aFile({ title: '张三、李四离婚案' }),
		],
	},
	R31: { bad: [], good: [anItem()] },
};
