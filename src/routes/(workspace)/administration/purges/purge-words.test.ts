import { beforeAll, describe, expect, it } from 'vitest';
import { Refusal } from '#domain/base/refusal.ts';
import { overwriteGetLocale } from '#i18n/generated/runtime.js';
import { loadRefusalWords } from '#i18n/refusal-words.ts';
import { PLACES } from '#server/administration/purge/purge-places.ts';
import { failureWords, placeWords, wordsOfRefusal } from './purge-words.ts';

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

	it('say the state of an order, not its code', async () => {
		const closed = new Refusal('purge.closed', { state: 'approved' });
		expect(await wordsOfRefusal(() => Promise.reject(closed))).toBe('清除单已不在待批准状态（正在清除）。');
	});
});
