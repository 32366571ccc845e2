import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findQuote, isEmptyThread, mentionsIn, threadsOf } from './comments.ts';
import type { ReviewEvent } from './review-event.ts';

const AT = '2026-01-01T00:00:00.000Z';
type Given = Partial<ReviewEvent> & { readonly id: string; readonly kind: ReviewEvent['kind'] };
const event = (given: Given): ReviewEvent =>
	({ by: 'ann', at: AT, text: '', mentions: [], ...given }) as unknown as ReviewEvent;
const inOrder = (events: readonly ReviewEvent[]) => (one: ReviewEvent) => events.indexOf(one);
const fold = (events: readonly ReviewEvent[]) => threadsOf(events, inOrder(events));

describe('threads', () => {
	it('hold what was said, in order, with the newest wording', () => {
		const [thread] = fold([
			event({ id: 'a', kind: 'comment', thread: 'a', text: '题名有误', anchor: { kind: 'entry' } } as Given),
			event({ id: 'b', kind: 'comment', thread: 'a', by: 'bob', text: '已改' } as Given),
			event({ id: 'c', kind: 'revision', of: 'a', text: '题名漏字' } as Given),
		]);
		expect(thread?.comments.map(({ text, by }) => [by, text])).toEqual([
			['ann', '题名漏字'],
			['bob', '已改'],
		]);
		expect(thread?.comments[0]?.revisedAt).toBe(AT);
	});

	it('are resolved and opened again by anybody', () => {
		const first = event({ id: 'a', kind: 'comment', thread: 'a' } as Given);
		const done = event({ id: 'b', kind: 'resolution', of: 'a', isResolved: true, by: 'bob' } as Given);
		const again = event({ id: 'c', kind: 'resolution', of: 'a', isResolved: false } as Given);
		expect(fold([first, done])[0]).toMatchObject({ isResolved: true, resolution: { by: 'bob' } });
		expect(fold([first, done, again])[0]).toMatchObject({ isResolved: false, resolution: { by: 'ann' } });
	});

	it('keep the place of a comment that was withdrawn, and nobody takes back another’s', () => {
		const said = [
			event({ id: 'a', kind: 'comment', thread: 'a', text: '一' } as Given),
			event({ id: 'b', kind: 'comment', thread: 'a', by: 'bob', text: '二' } as Given),
			event({ id: 'c', kind: 'withdrawal', of: 'b' } as Given),
			event({ id: 'd', kind: 'withdrawal', of: 'a' } as Given),
			event({ id: 'e', kind: 'revision', of: 'a', text: '又来' } as Given),
		];
		const [thread] = fold(said);
		expect(thread?.comments.map(({ text, isWithdrawn }) => [text, isWithdrawn])).toEqual([
			['', true],
			['二', false],
		]);
		expect(isEmptyThread(thread as never)).toBe(false);
	});

	it('wait for what they answer', () => {
		expect(fold([event({ id: 'b', kind: 'comment', thread: 'a' } as Given)])).toEqual([]);
	});

	it('are the same whatever the order of arrival', () => {
		const said = [
			event({ id: 'a', kind: 'comment', thread: 'a', text: '一' } as Given),
			event({ id: 'b', kind: 'comment', thread: 'a', by: 'bob', text: '二' } as Given),
			event({ id: 'c', kind: 'revision', of: 'a', text: '三' } as Given),
			event({ id: 'd', kind: 'resolution', of: 'a', isResolved: true } as Given),
			event({ id: 'e', kind: 'resolution', of: 'a', isResolved: false, by: 'bob' } as Given),
		];
		fc.assert(
			fc.property(fc.shuffledSubarray(said, { minLength: said.length }), (arrived) => {
				expect(threadsOf(arrived, inOrder(said))).toEqual(fold(said));
			}),
		);
	});
});

describe('a quote', () => {
	it('is found where its surroundings agree', () => {
		const text = '甲乙丙丁，戊乙丙己';
		expect(findQuote(text, { quote: '乙丙', before: '戊', after: '' })).toEqual({ from: 6, to: 8 });
		expect(findQuote(text, { quote: '乙丙', before: '', after: '丁' })).toEqual({ from: 1, to: 3 });
	});

	it('is not guessed', () => {
		expect(findQuote('乙丙 乙丙', { quote: '乙丙', before: '子', after: '丑' })).toBeUndefined();
		expect(findQuote('甲', { quote: '乙', before: '', after: '' })).toBeUndefined();
		expect(findQuote('甲', { quote: '', before: '', after: '' })).toBeUndefined();
	});

	it('is found again after words were put in elsewhere', () => {
		const words = fc.string({ unit: fc.constantFrom('甲', '乙', '丙', '，'), maxLength: 12 });
		fc.assert(
			fc.property(words, words, words, (before, after, more) => {
				const text = `${more}${before}【引文】${after}`;
				expect(findQuote(text, { quote: '【引文】', before, after })?.from).toBe(more.length + before.length);
			}),
		);
	});
});

it('mentions whoever is named, the longest name first', () => {
	const people = [
		{ id: '1', name: '王' },
		{ id: '2', name: '王小' },
		{ id: '3', name: 'Ann Lee' },
	];
	expect(mentionsIn('请@王小 看，@Ann Lee 也看；a@b', people)).toEqual(['2', '3']);
});
