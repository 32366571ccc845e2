import type { RuleId } from './rule.ts';
import type { CheckedEntry } from './rule-facts.ts';
import { BODIES, LOOKUP } from './rules-world.fixture.ts';
import { madeUpName, type Dice } from './clean-holdings.fixture.ts';
import { damaged, replacedAt, textIn, withFacts, type Injector } from './fault-injection.fixture.ts';

/** Faults in bodies, document numbers, terms and persons. */
const isItem = (entry: CheckedEntry): boolean => entry.level === 'item';
const body = (entry: CheckedEntry): string => textIn(entry, 'creators#1');

const others = (entry: CheckedEntry, dice: Dice): string | undefined => {
	const day = textIn(entry, 'documentDate');
	const own = LOOKUP.byText(body(entry))[0]?.id;
	return LOOKUP.nameAt(
		dice.pick(
			BODIES.filter(({ id, from, to }) => id !== own && from < Number(day.slice(0, 4)) && to === undefined),
		).id,
		day,
	);
};

export const CREATOR_FAULTS: Partial<Record<RuleId, Injector>> = {
	R32: (entry, dice) =>
		damaged(
			entry,
			'creators#1',
			dice.pick([
				...[
					'本局',
					'我局',
					'该局',
					'县里',
					'区有关部门',
					'我区',
					'本单位',
					'上级主管部门',
					'有关单位',
					'各部门',
					'某局',
					'××局',
					'同上',
					'我馆',
				],
				...[
					'本委',
					'县领导',
					'相关科室',
					'我办',
					'本县',
					'区里',
					'上级',
					'本公司',
					'我院',
					'局领导',
					'县有关单位',
					'本部门',
					'贵局',
					'XX委',
				],
			]),
		),
	R33: (entry, dice) => {
		const name = body(entry);
		const match = LOOKUP.byText(name)[0];
		const day = textIn(entry, 'documentDate') || textIn(entry, 'dateRange').slice(0, 8);
		const shorts =
			BODIES.find(({ id }) => id === match?.id)?.shortNames.filter(
				([, from, to]) =>
					(!from || day.slice(0, 4) >= from.slice(0, 4)) && (!to || day.slice(0, 4) <= to.slice(0, 4)),
			) ?? [];
		const at = dice.between(2, name.length - 2);
		return damaged(
			entry,
			'creators#1',
			dice.pick([
				...shorts.map(([short]) => short),
				name.slice(3),
				name.slice(0, 2) + name.slice(3),
				replacedAt(name, at, 1, ''),
				replacedAt(name, at, 1, '务'),
				`${name}办公室`,
				`市${name.slice(3)}`,
			]),
		);
	},
	R34: (entry, dice) => {
		const match = LOOKUP.byText(body(entry))[0];
		const day = textIn(entry, 'documentDate') || textIn(entry, 'dateRange').slice(0, 8);
		const now = match && LOOKUP.nameAt(match.id, day);
		const names = match?.authority.names.map(({ text }) => text).filter((name) => name !== now) ?? [];
		return names.length === 0 ? undefined : damaged(entry, 'creators#1', dice.pick(names), ['title']);
	},
	R35: (entry, dice) => {
		const other = isItem(entry) ? others(entry, dice) : undefined;
		return other === undefined
			? undefined
			: damaged(
					entry,
					'creators#1',
					`${body(entry)}${dice.pick(['、', '，', ',', ' ', '\u3000', '；', '/', '、 '])}${other}`,
				);
	},
	R36: (entry, dice) => damaged(entry, 'creators#1', madeUpName(dice), ['title']),
	R37: (entry, dice) => {
		const other = isItem(entry) && textIn(entry, 'documentNumber') !== '' ? others(entry, dice) : undefined;
		return other === undefined ? undefined : damaged(entry, 'creators#1', other);
	},
};

/** A document number since 2001, in parts. */
function numberOf(entry: CheckedEntry): RegExpExecArray | null {
	const match = /^(.+)〔(\d{4})〕(\d+)号$/.exec(textIn(entry, 'documentNumber'));
	return match && Number(match[2]) >= 2001 ? match : null;
}

export const NUMBER_FAULTS: Partial<Record<RuleId, Injector>> = {
	R38: (entry, dice) => {
		const match = numberOf(entry);
		const [, code = '', year = '', number = ''] = match ?? [];
		const [open, close] = dice.pick([
			'[]',
			'()',
			'（）',
			'【】',
			'［］',
			'〈〉',
			'{}',
			'〔]',
			'[〕',
			'（〕',
			'<>',
			'「」',
		]);
		return match ? damaged(entry, 'documentNumber', `${code}${open}${year}${close}${number}号`) : undefined;
	},
	R39: (entry, dice) => {
		const match = numberOf(entry);
		const [, code = '', year = '', number = ''] = match ?? [];
		return match
			? damaged(
					entry,
					'documentNumber',
					dice.pick([
						`${code}〔${year}〕第${number}号`,
						`${code}〔${year}〕0${number}号`,
						`${code}〔${year}〕${number.padStart(4, '0')}号`,
						`${code}字〔${year}〕第${number}号`,
						`${code}〔${year}〕字第${number}号`,
					]),
				)
			: undefined;
	},
	R40: (entry, dice) => {
		const match = numberOf(entry);
		const [, code = '', year = '', number = ''] = match ?? [];
		return match
			? damaged(
					entry,
					'documentNumber',
					`${code}〔${Number(year) + dice.pick([1, -1, 2, -2, 10, -10, 9])}〕${number}号`,
				)
			: undefined;
	},
	R41: (entry, dice) => {
		const match = numberOf(entry);
		const [, code = '', year = '', number = ''] = match ?? [];
		const at = dice.between(0, code.length - 1);
		return match
			? damaged(
					entry,
					'documentNumber',
					`${dice.pick([replacedAt(code, at, 1, dice.pick([...'仓甫朽拦柏'])), `${code}某`, `苍${code.slice(1)}`])}〔${year}〕${number}号`,
				)
			: undefined;
	},
};

export const TERM_FAULTS: Partial<Record<RuleId, Injector>> = {
	R45: (entry, dice) =>
		damaged(
			entry,
			'retentionPeriod',
			dice.pick([
				'30年',
				'D30年',
				'定期三十年',
				'永 久',
				'长 期',
				'三十年',
				'久永',
				'Y永久',
				'永远',
				'5年',
				'10年',
				'定期',
				'２０年',
				'水久',
				'长斯',
				'一般',
				'永久保存',
				'0',
				'30',
			]),
		),
	R46: (entry, dice) =>
		Number(textIn(entry, 'year')) >= 2007
			? damaged(entry, 'retentionPeriod', dice.pick(['C', 'D', '长期', '短期']), ['referenceCode'])
			: damaged(entry, 'retentionPeriod', dice.pick(['D30', 'D10', '定期30年', '定期10年']), [
					'referenceCode',
				]),
	R47: (entry, dice) =>
		entry.parentId || entry.level !== 'item'
			? undefined
			: damaged(
					entry,
					'retentionPeriod',
					dice.pick(
						['Y', 'D30', 'D10', 'C', '永久'].filter(
							(term) =>
								term !== textIn(entry, 'retentionPeriod') &&
								!(term === '永久' && textIn(entry, 'retentionPeriod') === 'Y'),
						),
					),
				),
	R48: (entry, dice) =>
		damaged(
			entry,
			'securityClass',
			dice.pick([
				'机密10年',
				'秘密*5年',
				'机密☆20年',
				'秘密 10年',
				'机密（10年）',
				'绝密★',
				'秘密★十年',
				'机密·10年',
				'密',
				'★机密10年',
				'一般',
				'内 部',
				'秘密-5年',
				'１级',
			]),
			['accessStatus'],
		),
	R49: (entry, dice) =>
		!isItem(entry)
			? undefined
			: damaged(
					entry,
					'securityClass',
					dice.pick([
						'机密★10年',
						'秘密★5年',
						'secret',
						'confidential',
						'topSecret',
						'绝密★长期',
						'机密',
						'秘密',
						'绝密',
						'机密10年',
						'Secret',
					]),
					['accessStatus'],
					{ fields: { title: '关于合成涉密测试条目的通知' } },
				),
	R50: (entry, dice) =>
		!isItem(entry)
			? undefined
			: dice.percent(50)
				? withFacts(
						entry,
						'accessStatus',
						{ review: null },
						{
							accessStatus: dice.pick(['open', '开放']),
							securityClass: 'public',
							title: '关于防汛工作的通知',
						},
					)
				: withFacts(
						entry,
						'accessStatus',
						{ review: { decision: 'open' } },
						{
							accessStatus: 'open',
							securityClass: dice.pick(['internal', '内部']),
							title: '关于防汛工作的通知',
						},
					),
	R57: (entry, dice) =>
		dice.percent(50) && textIn(entry, 'documentNumber') !== ''
			? damaged(
					entry,
					'documentNumber',
					textIn(entry, 'documentNumber') + `、${textIn(entry, 'documentNumber')}`.repeat(dice.between(5, 9)),
				)
			: damaged(entry, 'title', `关于${'河道整治工程'.repeat(dice.between(84, 120))}的通知`),
	R58: (entry, dice) =>
		withFacts(
			entry,
			'retentionPeriod',
			{ appraisal: null },
			{ year: dice.between(2007, 2014), retentionPeriod: dice.pick(['D10', '定期10年']), referenceCode: '' },
			['referenceCode', 'year', 'creators#1', 'images'],
		),
};

export const PERSON_FAULTS: Partial<Record<RuleId, Injector>> = {
	R51: (entry, dice) => {
		const name = madeUpName(dice);
		const day = `19${dice.between(40, 99)}0${dice.between(1, 9)}${dice.between(10, 28)}`;
		const text = dice.pick([
			`关于给予${name}党内警告处分的决定`,
			`关于对${name}同志开除公职处分的决定`,
			`关于给予${name}行政记过处分的通报`,
			`关于撤销${name}党内职务处分的通知`,
			`关于解除${name}行政处分的决定`,
			`关于${name}受贿问题的处分决定`,
			`关于999999${day}001${dice.between(0, 9)}宅基地申请的批复`,
			`关于居民（999999${day}00${dice.between(1, 9)}X）申请补助的批复`,
			`关于${name}（1390000${dice.between(1000, 9999)}）来信的复函`,
			`关于999999${day.slice(2)}00${dice.between(1, 9)}号户口迁移的批复`,
		]);
		return isItem(entry)
			? {
					...withFacts(
						entry,
						'title',
						{ review: { decision: 'open' } },
						{ title: text, accessStatus: 'open', securityClass: 'public' },
					),
					given: text,
				}
			: undefined;
	},
	R55: (entry, dice) => {
		const name = textIn(entry, 'personNames#1');
		if (name === '') return undefined;
		return damaged(
			entry,
			'personNames#1',
			dice.pick([
				`${name.charAt(0)} ${name.slice(1)}`,
				`${name.charAt(0)}\u3000${name.slice(1)}`,
				`${name} `,
				` ${name}`,
				`${name}同志`,
				`${name.charAt(0)}\u200b${name.slice(1)}`,
				`阿依•${name}`,
				`买买提．${name}`,
				`${name}等`,
				`${name}先生`,
			]),
		);
	},
	R56: (entry, dice) => {
		if (!entry.facts?.livelihood) return undefined;
		if (dice.percent(50)) return damaged(entry, 'documentDate', dice.pick(['', null, ' ']));
		const { 'personNames#1': _one, 'personNames#2': _other, ...kept } = entry.fields;
		return {
			field: 'personNames',
			truth: entry.fields['personNames#1'],
			given: undefined,
			entry: { ...entry, fields: kept },
		};
	},
};
