import type { Term } from '../../profile.ts';
import { former, term, unsure } from './define.ts';

/** 档案门类代码: those of DA/T 13-2022, and what archives hold besides. */
const categoryCode: readonly Term[] = [
	term('WS', '文书', 'Administrative', '文书档案'),
	term('KJ', '科技', 'Science and technology', '科技档案'),
	term('RS', '人事', 'Personnel', '人事档案'),
	term('KU', '会计', 'Accounting', '会计档案'),
	term('ZY', '专业', 'Special records', '专业档案', '专门档案'),
	term('ZP', '照片', 'Photographs', '照片档案'),
	term('LY', '录音', 'Sound recordings', '录音档案'),
	term('LX', '录像', 'Video recordings', '录像档案'),
	term('SJ', '业务数据', 'Business data', '业务数据档案'),
	term('YJ', '公务电子邮件', 'Official e-mail', '公务电子邮件档案'),
	term('WY', '网页信息', 'Web pages', '网页信息档案'),
	term('MT', '社交媒体', 'Social media', '社交媒体档案'),
	term('SW', '实物', 'Objects', '实物档案'),
];

const recordClass: readonly Term[] = [
	term('marriage', '婚姻登记', 'Marriage registration', '婚姻登记档案', '婚姻'),
	term('onlyChild', '独生子女', 'Only child', '独生子女档案'),
	term('recruitment', '招工', 'Recruitment', '招工档案'),
	term('sentDownYouth', '知青下乡', 'Sent-down youth', '知青档案', '知青'),
	term('return', '知青返城', 'Return of sent-down youth', '返城'),
];

/** `D` alone is the old 短期, never 定期; a bare 30年 is understood. */
const retentionPeriod: readonly Term[] = [
	term('Y', '永久', 'Permanent'),
	term('D30', '定期30年', '30 years', '30年', '定期(30年)', '定期（30年）'),
	term('D10', '定期10年', '10 years', '10年', '定期(10年)', '定期（10年）'),
	former(unsure(term('C', '长期', 'Long term (before 2007)'))),
	former(unsure(term('D', '短期', 'Short term (before 2007)'))),
	term('D100', '定期100年', '100 years', '100年'),
	unsure(term('D60', '定期60年', '60 years', '60年')),
];

const securityClass: readonly Term[] = [
	unsure(term('public', '公开', 'Unclassified', '非密', '公开/非密', 'GK')),
	term('internal', '内部', 'Internal'),
	unsure(term('confidential', '秘密', 'Confidential', 'MM')),
	unsure(term('secret', '机密', 'Secret', 'JM')),
	unsure(term('topSecret', '绝密', 'Top secret', 'UM')),
	former(term('domestic', '国内', 'Within the country')),
	former(unsure(term('limited', '限制', 'Limited', 'XZ'))),
];

const accessStatus: readonly Term[] = [
	term('open', '开放', 'Open'),
	term('restricted', '控制', 'Restricted'),
	term('deferred', '延期开放', 'Deferred'),
	term('notReviewed', '未审核', 'Not reviewed'),
];

const disclosure: readonly Term[] = [
	term('active', '主动公开', 'Published actively'),
	term('onRequest', '依申请公开', 'On request'),
	term('withheld', '不予公开', 'Withheld'),
];

/** Open: values are the words themselves, so that a search finds them. */
const recordType: readonly Term[] = (
	[
		['决议', 'Resolution'],
		['决定', 'Decision'],
		['命令', 'Order', '令', '命令(令)'],
		['公报', 'Communiqué'],
		['公告', 'Announcement'],
		['通告', 'Public notice'],
		['意见', 'Opinion'],
		['通知', 'Notice'],
		['通报', 'Circular'],
		['报告', 'Report'],
		['请示', 'Request for instructions'],
		['批复', 'Reply'],
		['议案', 'Proposal'],
		['函', 'Letter'],
		['纪要', 'Minutes', '会议纪要'],
		['规定', 'Provisions'],
		['办法', 'Measures'],
		['细则', 'Detailed rules'],
		['方案', 'Scheme'],
		['计划', 'Plan'],
		['总结', 'Summary'],
		['合同', 'Contract'],
		['协议', 'Agreement'],
		['会议记录', 'Meeting record'],
		['大事记', 'Chronicle'],
		['统计报表', 'Statistical report'],
		['名册', 'Register of names'],
		['信函', 'Correspondence'],
		['电报', 'Telegram'],
	] as const
).map(([zh, en, ...aliases]) => term(zh, zh, en, ...aliases));

const draftType: readonly Term[] = [
	term('original', '正本', 'Original'),
	term('duplicate', '副本', 'Duplicate'),
	term('final', '定稿', 'Final draft'),
	term('draft', '草稿', 'Draft'),
	term('trial', '试行本', 'Trial version'),
	term('revised', '修订本', 'Revised version'),
	term('manuscript', '手稿', 'Manuscript'),
	term('copy', '复印件', 'Photocopy'),
	unsure(term('translation', '各种文字文本', 'Version in another language')),
];

const originMethod: readonly Term[] = [
	term('born', '原生', 'Born digital'),
	term('digitised', '数字化', 'Digitised'),
	term('edited', '编辑', 'Edited'),
];

const carrier: readonly Term[] = [
	term('paper', '纸质', 'Paper', '纸张'),
	term('photo', '照片', 'Photograph'),
	term('film', '胶片', 'Film'),
	term('tape', '磁带', 'Tape'),
	term('disc', '光盘', 'Disc'),
	term('object', '实物', 'Object'),
	term('electronic', '电子', 'Electronic'),
];

const urgency: readonly Term[] = [
	term('extraUrgent', '特急', 'Extra urgent'),
	term('urgent', '加急', 'Urgent'),
	former(term('plain', '平急', 'Ordinary urgent (old)')),
	term('none', '无', 'None'),
];

const digitised: readonly Term[] = [
	term('none', '未数字化', 'Not digitised'),
	term('partial', '部分数字化', 'Partly'),
	term('full', '已数字化', 'Fully'),
];

export const vocabularies = {
	categoryCode,
	recordClass,
	retentionPeriod,
	securityClass,
	accessStatus,
	disclosure,
	recordType,
	draftType,
	originMethod,
	carrier,
	urgency,
	digitised,
};
