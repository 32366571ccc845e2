import { fieldsOf } from './define.ts';

/** Everywhere, but a group of fonds (全宗群) needs only a name. */
const ALWAYS = { '*': 'M', fondsComplex: 'O' } as const;
const ANYWHERE = { '*': 'O' } as const;

/**
 * The elements of description with their obligations by level.
 * @see DA/T 18-2022, tables of elements for fonds, series, file and item
 */
export const descriptionFields = [
	...fieldsOf('identity', [
		[
			'referenceCode',
			'档号',
			'Reference code',
			'text',
			ALWAYS,
			{ maxLength: 100, aliases: ['档案号', '全宗号'] },
		],
		[
			'title',
			'题名',
			'Title',
			'markedText',
			{ '*': 'M' },
			{ maxLength: 500, aliases: ['案卷题名', '文件题名', '标题', '全宗名称'] },
		],
		['parallelTitle', '并列题名', 'Parallel title', 'text', ANYWHERE, { maxLength: 500 }],
		[
			'subtitle',
			'副题名及说明题名文字',
			'Subtitle',
			'text',
			ANYWHERE,
			{ maxLength: 500, aliases: ['副题名'] },
		],
		[
			'creators',
			'责任者',
			'Creators',
			'text',
			ALWAYS,
			{ repeatable: true, maxLength: 100, aliases: ['作者'] },
		],
		[
			'documentDate',
			'日期',
			'Date of document',
			'date',
			'---M',
			{ maxLength: 50, aliases: ['成文日期', '文件日期'] },
		],
		[
			'dateRange',
			'起止日期',
			'Date range',
			'dateRange',
			{ fondsComplex: 'O', fonds: 'M', series: 'M', file: 'M' },
			{ maxLength: 60, aliases: ['起止年月', '起止时间'] },
		],
		['archivesCode', '档案馆代码', 'Archives code', 'text', 'MOOO', { maxLength: 6 }],
	]),
	...fieldsOf('document', [
		[
			'documentNumber',
			'文号',
			'Document number',
			'text',
			'---C',
			{ maxLength: 50, aliases: ['文件编号', '发文字号'] },
		],
		['recordType', '文种', 'Record type', 'text', '---O', { maxLength: 20, vocabulary: 'recordType' }],
		['draftType', '稿本', 'Draft or version', 'enum', '---O', { vocabulary: 'draftType' }],
		[
			'attachments',
			'附件',
			'Attachments',
			'text',
			'---O',
			{ repeatable: true, maxLength: 500, aliases: ['附件题名'] },
		],
		['personNames', '人名', 'Personal names', 'text', '--OO', { repeatable: true }],
		[
			'subjects',
			'主题词',
			'Subjects',
			'text',
			'---O',
			{ repeatable: true, aliases: ['关键词', '主题词或关键词'] },
		],
		['classCodes', '分类号', 'Classification codes', 'text', '--OO', { repeatable: true, maxLength: 50 }],
		[
			'language',
			'语言或文字',
			'Language or script',
			'text',
			'---O',
			{ repeatable: true, maxLength: 50, aliases: ['语种', '文种语言'] },
		],
	]),
	...fieldsOf('custody', [
		['retentionPeriod', '保管期限', 'Retention period', 'enum', '--MM', { vocabulary: 'retentionPeriod' }],
		['securityClass', '密级', 'Security classification', 'enum', '--OC', { vocabulary: 'securityClass' }],
		['disclosure', '公开属性', 'Disclosure', 'enum', '---O', { vocabulary: 'disclosure' }],
		[
			'accessStatus',
			'开放状态',
			'Access status',
			'enum',
			'--MM',
			{ vocabulary: 'accessStatus', aliases: ['开放标识'] },
		],
		['destruction', '销毁情况', 'Destruction', 'longText', '--CO'],
	]),
	...fieldsOf('carrier', [
		['extent', '载体形态', 'Extent and medium', 'text', 'OOOC', { repeatable: true, maxLength: 200 }],
		['fileSize', '计算机文件大小', 'File size (MB)', 'text', '--OO', { maxLength: 20 }],
		['fileFormat', '计算机文件格式', 'File format', 'text', '--OO', { maxLength: 20, aliases: ['文件格式'] }],
		['originMethod', '生成方式', 'Origin', 'enum', '--OO', { vocabulary: 'originMethod' }],
		['microformNumber', '缩微号', 'Microform number', 'text', 'OOOO', { maxLength: 50 }],
		[
			'storageLocation',
			'存储位置',
			'Storage location',
			'text',
			'OOOO',
			{ maxLength: 200, aliases: ['存放位置', '存放地址'] },
		],
		['originalLocation', '原件存放位置', 'Location of originals', 'longText', 'OOOO'],
		['copyLocation', '复制件存放位置', 'Location of copies', 'longText', 'OOOO'],
	]),
	...fieldsOf('context', [
		['adminHistory', '组织机构沿革/人物生平', 'Administrative history', 'longText', 'O---'],
		['custodialHistory', '档案保管沿革', 'Custodial history', 'longText', 'MOOO'],
		[
			'scopeAndContent',
			'范围和提要',
			'Scope and content',
			'longText',
			ANYWHERE,
			{ aliases: ['提要', '内容提要'] },
		],
		['arrangementNote', '整理情况', 'Arrangement', 'longText', 'OO--'],
		['relatedUnits', '相关著录单元', 'Related units of description', 'longText', 'OO--'],
	]),
	...fieldsOf('notes', [['note', '附注', 'Note', 'longText', ANYWHERE, { aliases: ['备注'] }]]),
	...fieldsOf('control', [
		['describedBy', '著录者', 'Described by', 'text', ANYWHERE, { maxLength: 100 }],
		['describedOn', '著录日期', 'Described on', 'date', ANYWHERE, { maxLength: 50 }],
	]),
];
