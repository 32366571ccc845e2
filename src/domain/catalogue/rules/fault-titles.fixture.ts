import type { RuleId } from './rule.ts';
import type { CheckedEntry } from './rule-facts.ts';
import { damaged, placeOf, replacedAt, textIn, type Injector } from './fault-injection.fixture.ts';

/** Faults in titles. */
const isItem = (entry: CheckedEntry): boolean => entry.level === 'item';
const title = (entry: CheckedEntry): string => textIn(entry, 'title');
const body = (entry: CheckedEntry): string => textIn(entry, 'creators#1');

/** What scanning and typing by shape put for what: more than the rules know, and without their look at neighbours. */
const CONFUSED = [
	'开幵',
	'未末',
	'已己',
	'日曰',
	'士土',
	'土士',
	'工エ',
	'口ロ',
	'八ハ',
	'力カ',
	'入人',
	'国囯',
	'户戸',
	'收収',
	'末未',
];

function garbled(text: string): string {
	return new TextDecoder('gbk').decode(new TextEncoder().encode(text));
}

export const TITLE_FAULTS: Partial<Record<RuleId, Injector>> = {
	R20: (entry, dice) =>
		damaged(
			entry,
			'title',
			dice.pick([
				...[
					'',
					' ',
					'无题',
					'无题名',
					'同上',
					'〃',
					'通知',
					'---',
					'1',
					'xxx',
					'（空）',
					'题名',
					'无标题',
					'？？',
					'……',
					'待补',
					'同前',
					'函',
				],
				...[
					'无题目',
					'没有题名',
					'见附件',
					'空白页',
					'未写',
					'见上',
					'如上',
					'同上一件',
					'题目不详',
					'略',
					'□□□',
					'关于的通知',
					'12',
					'/',
					'_',
					'缺题',
				],
			]),
		),
	R21: (entry, dice) =>
		isItem(entry)
			? damaged(
					entry,
					'title',
					body(entry) +
						dice.pick(['', '的', `${textIn(entry, 'year')}年`]) +
						dice.pick([
							'通知',
							'报告',
							'请示',
							'批复',
							'函',
							'决定',
							'意见',
							'会议纪要',
							'通报',
							'公告',
							'来函',
						]),
				)
			: undefined,
	R22: (entry, dice) => {
		const brackets = dice.pick(['【】', '〔〕', '［］']);
		const text = title(entry);
		const mended = text.includes('[')
			? text.replace('[', brackets.charAt(0)).replace(']', brackets.charAt(1))
			: text.replace(/关于(.{2,})的/u, `${brackets.charAt(0)}关于$1的${brackets.charAt(1)}`);
		return mended === text ? undefined : damaged(entry, 'title', mended);
	},
	R23: (entry, dice) => {
		const number = textIn(entry, 'documentNumber') || `沧府〔${textIn(entry, 'year')}〕7号`;
		if (!isItem(entry) || !number.includes('〔')) return undefined;
		const written = dice.pick([
			number,
			number.replace('〔', '[').replace('〕', ']'),
			number.replace('〔', '（').replace('〕', '）'),
			number.replace('〕', '〕第'),
		]);
		const text = title(entry);
		return damaged(
			entry,
			'title',
			dice.pick([
				written + text,
				`${written} ${text}`,
				`${text}（${written}）`,
				text + written,
				`${text} ${written}`,
			]),
		);
	},
	R24: (entry, dice) =>
		isItem(entry)
			? damaged(
					entry,
					'title',
					`转发${dice.pick(['县府', '市水利局', '省政府办公厅'])}${dice.pick(['转发', '批转'])}${dice.pick(['市府', '国务院'])}关于防汛工作的通知的通知`,
				)
			: undefined,
	R25: (entry, dice) => {
		const text = title(entry);
		const sign = dice.pick([...'《》（）“”[]']);
		const at = placeOf(text, sign, dice);
		if (at === -1) return undefined;
		// Left out, or read as its neighbour in the table.
		const other: Record<string, string> = { '》': '〉', '《': '〈', '）': '〕', '（': '〔' };
		return damaged(entry, 'title', replacedAt(text, at, 1, dice.percent(70) ? '' : (other[sign] ?? '')));
	},
	R26: (entry, dice) => {
		const text = title(entry);
		const ascii = text.replace(
			/[《》（）“”、，]/g,
			(sign) =>
				({ '《': '<', '》': '>', '（': '(', '）': ')', '“': '"', '”': '"', '、': ',', '，': ',' })[sign] ??
				sign,
		);
		return damaged(
			entry,
			'title',
			ascii === text ? replacedAt(text, text.indexOf('的') + 1 || 4, 0, dice.pick([',', ':', ';'])) : ascii,
		);
	},
	R27: (entry, dice) =>
		damaged(
			entry,
			'title',
			dice.percent(70)
				? `${title(entry)}${'、河道整治及其配套工程'.repeat(dice.between(20, 40))}的通知`
				: [...title(entry).replace(/[[\]《》]/g, '')].slice(0, dice.between(2, 3)).join(''),
		),
	R28: (entry, dice) => {
		const text = title(entry);
		const at = dice.between(2, text.length - 2);
		return damaged(
			entry,
			'title',
			dice.pick([
				`${text}。`,
				`${text}。。`,
				replacedAt(text, at, 0, '  '),
				replacedAt(text, at, 0, '\u3000'),
				replacedAt(text, at, 0, '   '),
			]),
		);
	},
	R29: (entry, dice) => {
		const text = title(entry);
		switch (dice.between(0, 9)) {
			case 0:
				return damaged(
					entry,
					'title',
					replacedAt(text, dice.between(2, text.length - 2), 1, dice.pick(['□', '?', '\ufffd', '■'])),
				);
			case 1:
				return damaged(
					entry,
					'title',
					replacedAt(
						text,
						dice.between(2, text.length - 2),
						1,
						String.fromCharCode(0xe000 + dice.between(0, 6000)),
					),
				);
			case 2:
				return damaged(entry, 'title', garbled(text));
			case 3: {
				const year = /\d{4}年/.exec(text);
				return year
					? damaged(
							entry,
							'title',
							replacedAt(text, year.index, 4, year[0].slice(0, 4).replace('0', 'O').replace('1', 'l')),
						)
					: undefined;
			}
			default: {
				const possible = CONFUSED.filter((pair) => text.includes(pair.charAt(0)));
				if (possible.length === 0) return undefined;
				const pair = dice.pick(possible);
				return damaged(
					entry,
					'title',
					replacedAt(text, placeOf(text, pair.charAt(0), dice), 1, pair.charAt(1)),
				);
			}
		}
	},
	R30: (entry, dice) => {
		if (entry.level !== 'file') return undefined;
		const text = title(entry);
		const year = `${textIn(entry, 'year')}年`;
		return damaged(
			entry,
			'title',
			dice.pick([
				text.replace(body(entry), ''),
				text.replace(year, ''),
				`${body(entry)}${year}${dice.pick(['文件材料', '文件', '综合材料', '来往文书', '通知、报告', '有关材料', '各类文件'])}`,
				'一九八五年文件材料',
				`${year}${dice.pick(['综合', '文件', '有关材料'])}`,
				text.replace(body(entry), '').replace(year, ''),
			]),
		);
	},
};
