import type { Extension, FieldDefinition, Term } from '../../profile.ts';
import { fieldsOf, term, unsure } from './define.ts';

const CLASSES = ['marriage', 'onlyChild', 'recruitment', 'sentDownYouth', 'return'] as const;

export const extensions: readonly Extension[] = [
	{
		id: 'livelihood',
		label: { zh: '民生档案', en: "People's livelihood" },
		categories: ['ZY'],
		classes: CLASSES,
	},
	{ id: 'marriage', label: { zh: '婚姻登记', en: 'Marriage' }, categories: ['ZY'], classes: ['marriage'] },
	{
		id: 'onlyChild',
		label: { zh: '独生子女', en: 'Only child' },
		categories: ['ZY'],
		classes: ['onlyChild'],
	},
	{
		id: 'recruitment',
		label: { zh: '招工', en: 'Recruitment' },
		categories: ['ZY'],
		classes: ['recruitment'],
	},
	{
		id: 'sentDownYouth',
		label: { zh: '知青下乡', en: 'Sent-down youth' },
		categories: ['ZY'],
		classes: ['sentDownYouth'],
	},
	{ id: 'return', label: { zh: '知青返城', en: 'Return' }, categories: ['ZY'], classes: ['return'] },
	{ id: 'photo', label: { zh: '照片', en: 'Photographs' }, categories: ['ZP'] },
	{ id: 'audioVideo', label: { zh: '录音录像', en: 'Sound and video' }, categories: ['LY', 'LX'] },
	{ id: 'object', label: { zh: '实物', en: 'Objects' }, categories: ['SW'] },
	{ id: 'accounting', label: { zh: '会计', en: 'Accounting' }, categories: ['KU'] },
];

/** Special areas of the card, one for each family of extensions. */
export const extensionAreas = [
	{ id: 'livelihood', label: { zh: '民生', en: "People's livelihood" } },
	{ id: 'photo', label: { zh: '照片', en: 'Photograph' } },
	{ id: 'audioVideo', label: { zh: '录音录像', en: 'Sound and video' } },
	{ id: 'object', label: { zh: '实物', en: 'Object' } },
	{ id: 'accounting', label: { zh: '会计', en: 'Accounting' } },
];

const SHARED = { extensions: ['livelihood', 'photo', 'audioVideo'] };

/**
 * Fields that only some records have. Those of the classes of people's livelihood are as lists of such records carry
 * them; where no list was seen they are marked in the vocabulary of the class.
 * @see DA/T 50-2014, DA/T 54-2014 (photographs); DA/T 63-2017, DA/T 78-2019 (sound and video)
 */
export const extensionFields: readonly FieldDefinition[] = [
	...fieldsOf(
		'livelihood',
		[
			[
				'subjectPerson',
				'当事人',
				'Person concerned',
				'text',
				'--OO',
				{ repeatable: true, maxLength: 50, aliases: ['姓名', 'XM'] },
			],
			['formerName', '曾用名', 'Former name', 'text', '--OO', { repeatable: true, maxLength: 50 }],
			['sex', '性别', 'Sex', 'enum', '--OO', { vocabulary: 'sex', aliases: ['XB'] }],
			['birthDate', '出生日期', 'Birth date', 'date', '--OO', { maxLength: 50 }],
			[
				'idNumber',
				'证件号码',
				'Identity number',
				'text',
				'--OO',
				{ maxLength: 30, aliases: ['身份证号', '身份证号码'] },
			],
			[
				'eventDate',
				'办理日期',
				'Date of the event',
				'date',
				'--OO',
				{ maxLength: 50, aliases: ['登记日期'] },
			],
			[
				'issuingBody',
				'办理机关',
				'Issuing body',
				'text',
				'--OO',
				{ maxLength: 100, aliases: ['登记机关', '发证机关'] },
			],
			[
				'certificateNumber',
				'证件字号',
				'Certificate number',
				'text',
				'--OO',
				{ maxLength: 50, aliases: ['证书编号', '结婚证字号'] },
			],
		],
		'livelihood',
	),
	...fieldsOf(
		'livelihood',
		[
			[
				'registrationKind',
				'登记种类',
				'Kind of registration',
				'enum',
				'--OO',
				{ vocabulary: 'registrationKind' },
			],
			['groom', '男方', 'Groom', 'text', '--OO', { maxLength: 50, aliases: ['男方姓名'] }],
			['groomBirthDate', '男方出生日期', 'Birth date of the groom', 'date', '--OO', { maxLength: 50 }],
			[
				'groomIdNumber',
				'男方证件号码',
				'Identity number of the groom',
				'text',
				'--OO',
				{ maxLength: 30, aliases: ['男方身份证号'] },
			],
			['bride', '女方', 'Bride', 'text', '--OO', { maxLength: 50, aliases: ['女方姓名'] }],
			['brideBirthDate', '女方出生日期', 'Birth date of the bride', 'date', '--OO', { maxLength: 50 }],
			[
				'brideIdNumber',
				'女方证件号码',
				'Identity number of the bride',
				'text',
				'--OO',
				{ maxLength: 30, aliases: ['女方身份证号'] },
			],
		],
		'marriage',
	),
	...fieldsOf(
		'livelihood',
		[
			['childName', '子女姓名', 'Child', 'text', '--OO', { maxLength: 50 }],
			['fatherName', '父亲姓名', 'Father', 'text', '--OO', { maxLength: 50 }],
			['motherName', '母亲姓名', 'Mother', 'text', '--OO', { maxLength: 50 }],
			['parentUnit', '父母单位', 'Unit of the parents', 'text', '--OO', { maxLength: 100 }],
		],
		'onlyChild',
	),
	...fieldsOf(
		'livelihood',
		[
			['hiringUnit', '招工单位', 'Hiring unit', 'text', '--OO', { maxLength: 100, aliases: ['ZGDW'] }],
			[
				'unitNature',
				'单位性质',
				'Nature of the unit',
				'enum',
				'--OO',
				{ vocabulary: 'unitNature', aliases: ['DWXZ'] },
			],
			['formerUnit', '原单位', 'Former unit', 'text', '--OO', { maxLength: 100, aliases: ['YDW'] }],
			['hiredOn', '招工日期', 'Hired on', 'date', '--OO', { maxLength: 50, aliases: ['ZGRQ'] }],
		],
		'recruitment',
	),
	...fieldsOf(
		'livelihood',
		[
			['school', '学校', 'School', 'text', '--OO', { maxLength: 50, aliases: ['XX', '毕业学校'] }],
			['sentDownOn', '下乡时间', 'Sent down on', 'date', '--OO', { maxLength: 50, aliases: ['XXSJ'] }],
			['sentDownTo', '下乡地点', 'Sent down to', 'text', '--OO', { maxLength: 100, aliases: ['XXDD'] }],
		],
		'sentDownYouth',
	),
	...fieldsOf(
		'livelihood',
		[
			['returnedOn', '返城时间', 'Returned on', 'date', '--OO', { maxLength: 50 }],
			['returnedFrom', '返城前所在地', 'Returned from', 'text', '--OO', { maxLength: 100 }],
			['returnedTo', '返城去向', 'Returned to', 'text', '--OO', { maxLength: 100 }],
		],
		'return',
	),
	...fieldsOf('context', [
		[
			'place',
			'地点',
			'Place',
			'text',
			'--OO',
			{ ...SHARED, maxLength: 100, aliases: ['拍摄地点', '摄影地点'] },
		],
		[
			'persons',
			'人物',
			'Persons shown',
			'text',
			'--OO',
			{ extensions: ['photo', 'audioVideo'], repeatable: true, maxLength: 100 },
		],
		['caption', '文字说明', 'Caption', 'longText', '--OC', { extensions: ['photo'] }],
		[
			'rights',
			'版权信息',
			'Rights',
			'text',
			'--OO',
			{ extensions: ['photo', 'audioVideo'], maxLength: 200, aliases: ['权限'] },
		],
	]),
	...fieldsOf(
		'photo',
		[
			[
				'photoGroupNumber',
				'照片组号',
				'Photo group number',
				'text',
				'--OC',
				{ maxLength: 10, aliases: ['组号'] },
			],
			['photoNumber', '照片号', 'Photo number', 'text', '---C', { maxLength: 20 }],
			['negativeNumber', '底片号', 'Negative number', 'text', '---C', { maxLength: 20 }],
			['relatedItem', '参见号', 'See also number', 'text', '--OO', { maxLength: 100, repeatable: true }],
			['photographer', '摄影者', 'Photographer', 'text', '--OC', { maxLength: 50, repeatable: true }],
			[
				'takenAt',
				'摄影时间',
				'Taken at',
				'date',
				'---C',
				{ maxLength: 50, aliases: ['拍摄时间', '拍摄日期'] },
			],
			['background', '背景', 'Background', 'text', '--OO', { maxLength: 200 }],
			['genre', '体裁', 'Genre', 'text', '--OO', { maxLength: 50 }],
			['imageSize', '图像尺寸', 'Image size', 'text', '---O', { maxLength: 50 }],
			['resolution', '分辨率', 'Resolution', 'text', '---O', { maxLength: 20 }],
			['captureDevice', '捕获设备', 'Capture device', 'text', '---O', { maxLength: 200 }],
			['gps', '地理坐标', 'Coordinates', 'text', '---O', { maxLength: 80 }],
			['originalFileName', '原文件名', 'Original file name', 'text', '---O', { maxLength: 200 }],
		],
		'photo',
	),
	...fieldsOf(
		'audioVideo',
		[
			['workActivity', '工作活动', 'Activity recorded', 'text', '--OO', { maxLength: 200 }],
			[
				'recordedAt',
				'摄录时间',
				'Recorded at',
				'dateRange',
				'---C',
				{ maxLength: 60, aliases: ['录制时间', '摄录日期'] },
			],
			[
				'recordist',
				'摄录者',
				'Recordist',
				'text',
				'--OC',
				{ maxLength: 50, repeatable: true, aliases: ['录制者'] },
			],
			['editor', '编辑者', 'Editor', 'text', '---O', { maxLength: 50, repeatable: true }],
			['duration', '时间长度', 'Duration', 'text', '---C', { maxLength: 20, aliases: ['时长'] }],
			['audioCodec', '音频编码', 'Audio codec', 'text', '---O', { maxLength: 50 }],
			['sampleRate', '采样率', 'Sample rate', 'text', '---O', { maxLength: 20 }],
			['videoCodec', '视频编码', 'Video codec', 'text', '---O', { maxLength: 50 }],
			['frameSize', '画面尺寸', 'Frame size', 'text', '---O', { maxLength: 30 }],
			['frameRate', '帧率', 'Frame rate', 'text', '---O', { maxLength: 20 }],
			['sourceMedium', '原始载体', 'Source medium', 'text', '--OO', { maxLength: 100 }],
			['transcript', '文字稿', 'Transcript', 'longText', '---O'],
		],
		'audioVideo',
	),
	...fieldsOf(
		'object',
		[
			['donor', '捐赠者', 'Donor', 'text', '--OO', { maxLength: 100 }],
			['quantity', '数量', 'Quantity', 'text', '--OC', { maxLength: 20 }],
			['material', '质地', 'Material', 'text', '--OC', { maxLength: 50, aliases: ['材质'] }],
			['dimensions', '尺寸', 'Dimensions', 'text', '--OC', { maxLength: 50 }],
			['condition', '完残状况', 'Condition', 'text', '--OO', { maxLength: 200 }],
			['photoRefs', '照片参见号', 'Photographs of it', 'text', '--OO', { maxLength: 100, repeatable: true }],
			['relatedRef', '参考号', 'Related reference', 'text', '--OO', { maxLength: 100, repeatable: true }],
		],
		'object',
	),
	...fieldsOf(
		'accounting',
		[
			[
				'accountingKind',
				'会计资料种类',
				'Kind of accounting record',
				'enum',
				'--OO',
				{ vocabulary: 'accountingKind' },
			],
			['accountingPeriod', '会计期间', 'Accounting period', 'dateRange', '--OO', { maxLength: 60 }],
			['voucherFrom', '凭证起号', 'First voucher', 'text', '--OO', { maxLength: 20 }],
			['voucherTo', '凭证止号', 'Last voucher', 'text', '--OO', { maxLength: 20 }],
			['sheets', '张数', 'Sheets', 'integer', '--OO'],
		],
		'accounting',
	),
];

export const extensionVocabularies: Readonly<Record<string, readonly Term[]>> = {
	sex: [term('male', '男', 'Male'), term('female', '女', 'Female')],
	registrationKind: [
		term('marriage', '结婚', 'Marriage', '结婚登记'),
		term('divorce', '离婚', 'Divorce', '离婚登记'),
		term('remarriage', '复婚', 'Remarriage'),
		term('reissue', '补发', 'Reissue', '补领'),
		term('annulment', '撤销', 'Annulment', '撤销婚姻'),
	],
	unitNature: [
		term('state', '全民', 'Owned by the whole people', '全民所有制'),
		unsure(term('collective', '集体', 'Collective', '集体所有制')),
	],
	accountingKind: [
		term('vouchers', '凭证', 'Vouchers', '会计凭证'),
		term('books', '账簿', 'Books', '会计账簿'),
		term('reports', '报表', 'Reports', '财务会计报告', '会计报表'),
		term('other', '其他', 'Other'),
	],
};
