/**
 * Words that rules look for, each list with how sure it is. They are data: an archives may come to other ones.
 * `seen` read in a source · `memory` known but not read again · `proposal` decided here from what cataloguers write.
 */
import type { Certainty } from '../reference-codes/code-terms.ts';

export interface WordList {
	readonly certainty: Certainty;
	readonly words: readonly string[];
}

/** The fifteen statutory kinds of official documents (法定文种). @see 党政机关公文处理工作条例 (2012) */
export const STATUTORY_TYPES: WordList = {
	certainty: 'memory',
	words: [
		...['决议', '决定', '命令', '令', '公报', '公告', '通告', '意见', '通知', '通报', '报告', '请示'],
		...['批复', '议案', '函', '纪要'],
	],
};

/** Other kinds that titles end with. */
export const OTHER_TYPES: WordList = {
	certainty: 'proposal',
	words: [
		...[
			'会议纪要',
			'会议记录',
			'指示',
			'复函',
			'来函',
			'规定',
			'办法',
			'细则',
			'方案',
			'计划',
			'总结',
			'合同',
			'协议',
		],
		...['大事记', '统计报表', '名册', '信函', '电报', '简报', '请示报告', '公函', '布告', '证明', '介绍信'],
	],
};

/** Kinds that say nothing without a matter: a title may not consist of body and one of them. */
export const BARE_TYPES: readonly string[] = [
	...STATUTORY_TYPES.words,
	...[
		'会议纪要',
		'指示',
		'复函',
		'来函',
		'规定',
		'办法',
		'方案',
		'计划',
		'总结',
		'信函',
		'电报',
		'请示报告',
		'公函',
	],
	...['議案', '決議', '決定', '報告', '請示', '批復', '紀要', '意見', '通報'],
].toSorted((a, b) => b.length - a.length);

/** What stands where a title should stand. */
export const PLACEHOLDERS: WordList = {
	certainty: 'proposal',
	words: [
		...[
			'无题',
			'无题名',
			'无标题',
			'无',
			'空',
			'空白',
			'缺',
			'缺题名',
			'同上',
			'同前',
			'同左',
			'仝上',
			'〃',
			'″',
			'"',
		],
		...[
			'题名',
			'标题',
			'待补',
			'待定',
			'待查',
			'待著录',
			'不详',
			'不明',
			'未知',
			'未命名',
			'新建条目',
			'测试',
			'暂无',
		],
		...[
			'文件',
			'材料',
			'文件材料',
			'资料',
			'其他',
			'无內容',
			'無題',
			'同上件',
			'null',
			'NULL',
			'undefined',
			'N/A',
			'n/a',
		],
		...['untitled', 'Untitled', 'test', '#N/A', '#REF!', '#VALUE!', 'NaN'],
	],
};

/** Words in the place of a body that only the writer could resolve. */
export const VAGUE_BODIES: WordList = {
	certainty: 'proposal',
	words: [
		...[
			'县里',
			'市里',
			'区里',
			'镇里',
			'乡里',
			'局里',
			'省里',
			'上级',
			'上级机关',
			'上级部门',
			'上级单位',
			'有关部门',
		],
		...[
			'有关单位',
			'相关部门',
			'相关单位',
			'主管部门',
			'主管单位',
			'各单位',
			'本单位',
			'本机关',
			'机关',
			'单位',
			'领导',
		],
		...[
			'同上',
			'〃',
			'办公室',
			'无',
			'不详',
			'不明',
			'未知',
			'某单位',
			'党委',
			'政府',
			'个人',
			'本人',
			'我们',
		],
	],
};

/** What follows 本, 我, 该, 贵, 此 where somebody means a body. */
export const OWN_BODY_WORDS: WordList = {
	certainty: 'proposal',
	words: [
		...[
			'局',
			'委',
			'办',
			'府',
			'院',
			'馆',
			'校',
			'厂',
			'社',
			'公司',
			'镇',
			'乡',
			'县',
			'区',
			'市',
			'省',
			'单位',
			'部',
		],
		...[
			'站',
			'所',
			'中心',
			'会',
			'处',
			'科',
			'室',
			'机关',
			'部门',
			'街道',
			'村',
			'队',
			'公社',
			'大队',
			'党委',
			'党组',
		],
		...['支部', '办公室', '委员会', '协会', '集团', '法院', '政府'],
	],
};

/** How names of bodies end. */
export const BODY_ENDINGS: WordList = {
	certainty: 'proposal',
	words: [
		...[
			'委员会',
			'人民政府',
			'政府',
			'办公室',
			'办事处',
			'指挥部',
			'领导小组',
			'革命委员会',
			'管理站',
			'工作队',
		],
		...[
			'局',
			'厅',
			'部',
			'委',
			'办',
			'院',
			'馆',
			'校',
			'厂',
			'社',
			'公司',
			'中心',
			'会',
			'处',
			'科',
			'室',
			'所',
			'站',
			'队',
		],
		...[
			'公社',
			'大队',
			'党组',
			'支部',
			'小组',
			'银行',
			'集团',
			'医院',
			'学校',
			'大学',
			'法院',
			'检察院',
			'联社',
			'总工会',
		],
		...['局(馆)', '府', '署', '學', '館', '廳', '會', '課', '區公所', '委員會', '辦公室'],
	],
};

/** Words about discipline and punishment: with a name, not for the public. */
export const DISCIPLINE_WORDS: WordList = {
	certainty: 'proposal',
	words: [
		...[
			'处分',
			'警告',
			'严重警告',
			'记过',
			'记大过',
			'降级',
			'撤职',
			'开除',
			'留党察看',
			'双规',
			'立案审查',
			'立案调查',
		],
		...[
			'免予起诉',
			'有期徒刑',
			'拘役',
			'劳动教养',
			'行政拘留',
			'处罚',
			'受贿',
			'贪污',
			'违纪',
			'违法案',
			'一案',
		],
	],
};

/** Surnames by which a short text is taken for a person. Frequent ones; the list can only grow. */
export const SURNAMES: WordList = {
	certainty: 'memory',
	words: [
		...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜',
		...'崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤沧浦汀溪塘港',
		...'欧阳上官司马诸葛'.match(/../g)!,
	],
};

/** What titles of whole files are filled with: after taking it out something must be left. Longer ones first. */
export const FILLERS: WordList = {
	certainty: 'proposal',
	words: [
		...[
			'文件材料',
			'有关材料',
			'有关文件',
			'综合材料',
			'来往文书',
			'往来文书',
			'来往文件',
			'文书档案',
			'案卷',
			'卷宗',
		],
		...[
			'文件',
			'材料',
			'来文',
			'发文',
			'收文',
			'文书',
			'综合',
			'其他',
			'其它',
			'有关',
			'关于',
			'各类',
			'杂件',
			'资料',
		],
		...[
			'等',
			'及',
			'的',
			'和',
			'与',
			'、',
			'，',
			',',
			'年度',
			'年',
			'月',
			'日',
			'卷',
			'一',
			'之',
			'至',
			'—',
			'-',
		],
	],
};
