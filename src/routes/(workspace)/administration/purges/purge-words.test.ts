import { beforeAll, describe, expect, it } from 'vitest';
import { Refusal } from '#domain/base/refusal.ts';
import { overwriteGetLocale } from '#i18n/generated/runtime.js';
import { loadRefusalWords } from '#i18n/refusal-words.ts';
import { PLACES } from '#server/administration/purge/purge-places.ts';
import { failureWords, orderState, placeWords, waitingWords, wordsOfRefusal } from './purge-words.ts';

/** What is searched beside tables. */
const OTHERS = ['entry', 'index', 'memory', 'objects', 'lines', 'originals'];

describe('the words of purges', () => {
	beforeAll(async () => {
		await loadRefusalWords();
		overwriteGetLocale(() => 'zh-CN');
	});

	it('are there for every place that is counted or searched', () => {
		const places = [...PLACES.map(({ table }) => table), ...OTHERS];
		expect(places.filter((place) => placeWords(place) === place)).toEqual([]);
	});

	it('say why a step is not done, and where something is left', () => {
		expect(failureWords({ code: 'purge.still-there', params: { place: 'comment', count: 2 } })).toBe(
			'复查时“意见”中仍有 2 处残留。',
		);
		expect(failureWords({ code: 'ENOSPC', params: {} })).toBe('磁盘已满');
		expect(failureWords({ code: 'what the system said', params: {} })).toBe('what the system said');
	});

	it('say of an order that failed that it waits, and since when', () => {
		const decidedAt = '2026-01-02T03:04:05.000Z';
		const failure = { code: 'ENOSPC', params: {}, sinceAt: '2026-01-03T03:04:05.000Z' };
		expect(orderState({ state: 'approved', failure })).toEqual({ words: '未完成，待重试', tone: 'caution' });
		expect(waitingWords({ failure, decidedAt })).toMatch(/^自 2026.*3.* 起未能完成，将自动重试：磁盘已满$/);
		expect(orderState({ state: 'approved', failure: null }).words).toBe('正在清除');
		expect(waitingWords({ failure: null, decidedAt })).toBeUndefined();
	});

	it('say the state of an order, not its code', async () => {
		const closed = new Refusal('purge.closed', { state: 'approved' });
		expect(await wordsOfRefusal(() => Promise.reject(closed))).toBe('清除单已不在待批准状态（正在清除）。');
	});
});
