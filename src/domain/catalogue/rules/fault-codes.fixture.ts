import { dayInCalendar } from '../archival-date/write-archival-date.ts';
import { dayNumber, daysInMonth } from '../archival-date/days.ts';
import type { RuleId } from './rule.ts';
import { UNITS } from './rules-world.fixture.ts';
import {
	damaged,
	fullWidth,
	replacedAt,
	textIn,
	withFacts,
	type Injector,
} from './fault-injection.fixture.ts';

/** Faults in codes and dates. */
const isItem = (entry: { level: string }): boolean => entry.level === 'item';
const isSingle = (entry: { parentId?: string | null; level: string }): boolean =>
	entry.level === 'item' && !entry.parentId;

/** What contradicts a wrong year: the code, and what it is read for under the regime of another year. */
const YEAR_PARTNERS = ['referenceCode', 'retentionPeriod', 'catalogueNumber', 'itemNumber', 'startPage'];

export const CODE_FAULTS: Partial<Record<RuleId, Injector>> = {
	R01: (entry, dice) =>
		damaged(entry, 'referenceCode', dice.pick(['', ' ', '\u3000', '  ', '\t']), ['images']),
	R02: (entry, dice) => {
		const code = textIn(entry, 'referenceCode');
		const parts = code.split('-');
		return damaged(
			entry,
			'referenceCode',
			dice.pick([
				code.replace(/[-·]/g, ''),
				parts.slice(1).join('-'),
				[...parts, '1', '2'].join('-'),
				code.replace(/0(\d)$/, 'O$1'),
				code.replace(/\d+$/, '000'),
				code.replace(/\d+$/, '12345678'),
				textIn(entry, 'title'),
				code.replace('-', '--'),
				code.replace(/\d+$/, ''),
				`${code}号`,
			]),
			[
				'images',
				'fileNumber',
				'startPage',
				'catalogueNumber',
				'itemNumber',
				'orgOrMatter',
				'retentionPeriod',
			],
		);
	},
	R03: (entry, dice) => {
		const code = textIn(entry, 'referenceCode');
		return damaged(
			entry,
			'referenceCode',
			dice.pick([
				fullWidth(code),
				code.replace(/-/g, () => dice.pick(['－', '–', '—', '﹣', '−'])),
				code.replace('-', dice.pick(['－', '–', '—', '﹣', '−', '‐', '‑', '―'])),
				code.includes('·')
					? code.replaceAll('·', dice.pick(['•', '‧', '・', '．', '.', '⋅', '･']))
					: code.replaceAll('-', '_'),
				code.replace(/\d+$/, fullWidth),
				code.replace(/^[A-Z]/, fullWidth),
			]),
			['images'],
		);
	},
	R04: (entry, dice) => {
		const also = [
			'year',
			'referenceCode',
			'fileNumber',
			'catalogueNumber',
			'itemNumber',
			'orgOrMatter',
			'startPage',
		];
		const number = (text: string): string =>
			String(Number(text) + dice.between(1, 9)).padStart(text.length, '0');
		switch (dice.between(0, 3)) {
			case 0:
				return isSingle(entry)
					? damaged(entry, 'orgOrMatter', dice.pick(UNITS.map(({ label }) => label)), also)
					: damaged(entry, 'catalogueNumber', textIn(entry, 'catalogueNumber') === '1' ? '2' : '1', also);
			case 1:
				return isSingle(entry)
					? damaged(entry, 'itemNumber', number(textIn(entry, 'itemNumber')), also)
					: damaged(entry, 'fileNumber', number(textIn(entry, 'fileNumber')), also);
			case 2:
				return isSingle(entry)
					? damaged(entry, 'itemNumber', String(Number(textIn(entry, 'itemNumber')) * 10 + 1), also)
					: undefined;
			default:
				return isSingle(entry)
					? damaged(entry, 'year', Number(textIn(entry, 'year')) + (dice.percent(50) ? 1 : -1), also)
					: undefined;
		}
	},
	R07: (entry, dice) => {
		const code = textIn(entry, 'referenceCode');
		const last = /\d+$/.exec(code)?.[0] ?? '';
		return damaged(
			entry,
			'referenceCode',
			code.slice(0, -last.length) +
				(last.startsWith('0') && dice.percent(70) ? last.replace(/^0+/, '') : `0${last}`),
			['images'],
		);
	},
	R08: (entry, dice) => {
		const field = dice.pick([
			'referenceCode',
			'documentNumber',
			'documentDate',
			'title',
			'creators#1',
			'retentionPeriod',
			'dateRange',
			'catalogueNumber',
		]);
		const text = textIn(entry, field);
		if (text === '') return undefined;
		const blank = dice.pick([' ', '  ', '\u3000', '\t', '\u00a0', '\u200b', '\ufeff', '\n', '\u2003']);
		const isZero = blank === '\u200b' || blank === '\ufeff';
		const at =
			field === 'referenceCode' || isZero ? dice.between(0, text.length) : dice.percent(50) ? 0 : text.length;
		return damaged(entry, field, replacedAt(text, at, 0, blank), ['images']);
	},
	R09: (entry, dice) => {
		const code = textIn(entry, 'referenceCode');
		const number = `${dice.pick([...'JKMNX'])}${dice.between(100, 999)}`;
		return damaged(entry, 'referenceCode', number + code.slice(code.indexOf('-')), ['images']);
	},
	R10: (entry, dice) => {
		const code = textIn(entry, 'referenceCode');
		return code.includes('-WS')
			? damaged(
					entry,
					'referenceCode',
					code.replace('-WS', `-${dice.pick(['WJ', 'VS', 'WD', 'SS', 'AJ', 'XX', 'DA'])}`),
					['images', 'categoryCode'],
				)
			: undefined;
	},
	R11: (entry, dice) => {
		const year = Number(textIn(entry, 'year'));
		return damaged(
			entry,
			'year',
			dice.percent(50) ? year + dice.pick([1, -1]) : year + dice.pick([10, -10, 2, -3, 9]),
			YEAR_PARTNERS,
		);
	},
	R12: (entry, dice) => damaged(entry, 'year', dice.pick([1900, 1912, 1937, 1946, 1948]), YEAR_PARTNERS),
};

/** The date of a document in the ways it is written elsewhere. */
const DATE_FORMS: readonly ((y: string, m: string, d: string) => string)[] = [
	(y, m, d) => `${y}.${Number(m)}.${Number(d)}`,
	(y, m, d) => `${y}/${Number(m)}/${Number(d)}`,
	(y, m, d) => `${y}-${m}-${d}`,
	(y, m, d) => `${y}-${m}-${d} 00:00:00`,
	(y, m, d) => `${y}年${Number(m)}月${Number(d)}日`,
	(y, m, d) => fullWidth(y + m + d),
	(y, m) => `${y}年${Number(m)}月`,
	(y, m) => y + m,
	(y) => y,
	(y, m, d) => `${y}${m}${d}.0`,
	(y, m, d) => `${y.slice(2)}.${Number(m)}.${Number(d)}`,
	(y, m, d) => `${y.slice(2)}${m}${d}`,
	(y, m, d) => (y + m + d).replace('0', 'O'),
	(y, m, d) => `${Number(d)}/${Number(m)}/${y}`,
	(y, m, d) => String(dayNumber(Number(y), Number(m), Number(d)) - dayNumber(1899, 12, 30)),
	(y, m, d) => `${y}、${m}、${d}`,
	(y, m, d) => `${y}${m}${d}日`,
	(y, m, d) => `(${y}${m}${d})`,
];

const parts = (text: string): [string, string, string] => [
	text.slice(0, 4),
	text.slice(4, 6),
	text.slice(6, 8),
];

export const DATE_FAULTS: Partial<Record<RuleId, Injector>> = {
	R13: (entry, dice) => {
		const form = dice.pick(DATE_FORMS);
		if (isItem(entry))
			return damaged(
				entry,
				'documentDate',
				dice.percent(5) ? '' : form(...parts(textIn(entry, 'documentDate'))),
			);
		const [from = '', to = ''] = textIn(entry, 'dateRange').split('-');
		return damaged(
			entry,
			'dateRange',
			dice.pick([
				`${form(...parts(from))}${dice.pick(['—', '至', '～'])}${form(...parts(to))}`,
				`${from}${to}`,
				from.slice(0, 4),
			]),
			['title'],
		);
	},
	R14: (entry, dice) => {
		if (!isItem(entry)) return undefined;
		const [y, m, d] = parts(textIn(entry, 'documentDate'));
		const long = String(daysInMonth(Number(y), Number(m)) + dice.between(1, 3));
		return damaged(
			entry,
			'documentDate',
			dice.pick([
				y + m + long,
				`${y}${13 + dice.between(0, 9)}${d}`,
				`${y}00${d}`,
				`${y}${m}${dice.between(32, 99)}`,
				`${y}0231`,
			]),
			['year'],
		);
	},
	R15: (entry, dice) => {
		if (!isItem(entry)) return undefined;
		const date = textIn(entry, 'documentDate');
		return damaged(
			entry,
			'documentDate',
			dice.pick([
				`20${dice.between(28, 99)}${date.slice(4)}`,
				`2${date.slice(0, 3)}${date.slice(4)}`,
				`20261128`,
				`1${dice.between(600, 799)}${date.slice(4)}`,
			]),
			['year', 'documentNumber', 'creators#1'],
		);
	},
	R16: (entry, dice) => {
		if (isItem(entry)) return undefined;
		const [from = '', to = ''] = textIn(entry, 'dateRange').split('-');
		if (from === to) return undefined;
		return damaged(
			entry,
			'dateRange',
			dice.pick([`${to}-${from}`, `${to}-${Number(from.slice(0, 4)) - 1}${from.slice(4)}`]),
			['title'],
		);
	},
	R17: (entry, dice) => {
		if (!entry.facts?.file) return undefined;
		const date = textIn(entry, 'documentDate');
		const year = Number(date.slice(0, 4)) + dice.pick([1, -1, 2, 10, -10]);
		return damaged(entry, 'documentDate', `${year}${date.slice(4)}`.replace('0229', '0228'), [
			'year',
			'documentNumber',
			'creators#1',
		]);
	},
	R18: (entry, dice) => {
		if (!isItem(entry)) return undefined;
		const [y, m, d] = parts(textIn(entry, 'documentDate'));
		const day = dayNumber(Number(y), Number(m), Number(d));
		const short = `民国${Number(y) - 1911}年${Number(m)}月${Number(d)}日`;
		return damaged(
			entry,
			'documentDate',
			dice.pick([
				short,
				`中华${short}`,
				`民國${Number(y) - 1911}.${Number(m)}.${Number(d)}`,
				dayInCalendar(day, 'minguo') ?? short,
				dayInCalendar(day, 'lunar') ?? short,
			]),
			['year', 'creators#1'],
		);
	},
	R19: (entry, dice) =>
		isItem(entry)
			? {
					field: 'documentDate',
					truth: `[${textIn(entry, 'documentDate')}]`,
					given: textIn(entry, 'documentDate'),
					entry: {
						...entry,
						bodies: {
							note: dice.pick([
								'日期据内容考证',
								'成文日期系据内容推断。',
								'原件无日期，时间为推定',
								'原件无落款日期，据考证补。',
								'时间据前后文推算',
								'题名照录；成文时间由整理者考证',
								'年代据考证',
							]),
						},
					},
				}
			: undefined,
};

export const PAGE_FAULTS: Partial<Record<RuleId, Injector>> = {
	R42: (entry, dice) => {
		if (!isSingle(entry)) return undefined;
		const pages = textIn(entry, 'pageCount');
		return damaged(
			entry,
			'pageCount',
			dice.pick([
				`${pages}页`,
				'',
				0,
				'0',
				fullWidth(pages),
				-3,
				`${pages}.5`,
				`1-${pages}`,
				'四',
				`${pages}张`,
				'A4',
				'若干',
				textIn(entry, 'documentDate'),
				null,
				`${pages}P`,
				`约${pages}`,
			]),
			['images'],
		);
	},
	R43: (entry, dice) => {
		const start = Number(textIn(entry, 'startPage'));
		if (!entry.facts?.before) return undefined;
		return damaged(entry, 'startPage', dice.pick([start + 1, start + 3, start - 1, start + 10]), [
			'endPage',
			'referenceCode',
		]);
	},
	R44: (entry, dice) => {
		const names = entry.facts?.images?.names;
		if (!names) return undefined;
		const pages = Number(textIn(entry, 'pageCount'));
		return dice.percent(50)
			? damaged(entry, 'pageCount', pages + dice.pick([1, 2, 5, 10]), ['endPage'])
			: withFacts(entry, 'pageCount', {
					images: {
						names: names.concat(`${textIn(entry, 'referenceCode')}-${900 + names.length}.jpg`),
						pagesWithText: names.length,
					},
				});
	},
	R52: (entry, dice) =>
		entry.facts?.children === undefined
			? undefined
			: damaged(
					entry,
					'itemCount',
					Math.max(0, Number(textIn(entry, 'itemCount')) + dice.pick([1, -1, 2, -2, 10])),
				),
	R53: (entry, dice) => {
		const names = entry.facts?.images?.names;
		if (!names) return undefined;
		const rename = dice.pick<(at: number) => string>([
			(at) => `scan${String(at + 1).padStart(4, '0')}.jpg`,
			(at) => `IMG_${2000 + at}.JPG`,
			(at) => `${at + 1}.tif`,
			(at) => `${textIn(entry, 'referenceCode').slice(0, -1)}X-${at + 1}.jpg`,
			(at) => `${textIn(entry, 'referenceCode')} (${at + 1}).jpg`,
			() => 'Thumbs.db',
		]);
		switch (dice.between(0, 2)) {
			case 0:
				return withFacts(entry, 'images', {
					images: { names: names.map((_, at) => rename(at)), pagesWithText: names.length },
				});
			case 1:
				return withFacts(entry, 'images', {
					images: {
						names: names.map((name, at) => (at === names.length - 1 ? rename(at) : name)),
						pagesWithText: names.length,
					},
				});
			default:
				return withFacts(entry, 'images', {
					images: { names, missing: [names.at(-1) ?? ''], pagesWithText: names.length },
				});
		}
	},
	R54: (entry) =>
		entry.facts?.images
			? withFacts(entry, 'images', { images: { names: entry.facts.images.names, pagesWithText: 0 } })
			: undefined,
};
