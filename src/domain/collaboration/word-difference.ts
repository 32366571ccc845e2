import { diffWordsWithSpace } from 'diff';

/** A run of a text that stayed, went or came. */
export interface DifferencePart {
	readonly kind: 'same' | 'removed' | 'added';
	readonly text: string;
}

/** Texts that differ in more words than this are shown whole, one after the other. */
const MOST_CHANGED_WORDS = 2000;

// Words of both languages: Chinese has no blanks between them.
const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });

/** What changed between two texts, word by word, Chinese too. Blanks count. Joined, the parts give both texts again. */
export function wordDifference(before: string, after: string): DifferencePart[] {
	const changes = diffWordsWithSpace(before, after, {
		intlSegmenter: segmenter,
		maxEditLength: MOST_CHANGED_WORDS,
	});
	if (changes === undefined)
		return [
			{ kind: 'removed', text: before },
			{ kind: 'added', text: after },
		];
	return changes.map(({ added, removed, value }) => ({
		kind: added ? 'added' : removed ? 'removed' : 'same',
		text: value,
	}));
}
