import { afterEach, describe, expect, it } from 'vitest';
import { goToNext } from './next-problem.ts';

/** A card with a title, two creators and an empty place for a third, a date that nobody can edit, and a list of terms. */
function aCard(): { card: HTMLElement; box: (key: string) => HTMLTextAreaElement } {
	document.body.innerHTML = `<button id="outside"></button><article>
		<h2 data-field="title" data-field-id="title"><textarea>通知</textarea></h2>
		<div data-field-id="creators">
			<div data-field="creators#a"><textarea>本局</textarea></div>
			<div data-field="creators#b"><textarea>县局</textarea></div>
			<div data-field="creators"><textarea></textarea></div>
		</div>
		<div data-field-id="documentDate"><div data-field="documentDate">1985</div></div>
		<div data-field-id="securityClass"><div data-field="securityClass"><button class="ui-select"></button></div></div>
	</article>`;
	const card = document.querySelector('article') as HTMLElement;
	return { card, box: (key) => card.querySelector(`[data-field="${key}"] textarea`) as HTMLTextAreaElement };
}

const problems =
	(...keys: string[]) =>
	() =>
		new Set(keys);
const focused = (): string | undefined =>
	document.activeElement?.closest<HTMLElement>('[data-field]')?.dataset['field'];

afterEach(() => document.body.replaceChildren());

describe('the next place with a problem', () => {
	it('lies behind the cursor, item by item, and its words are selected', () => {
		const { card, box } = aCard();
		const wrong = problems('securityClass', 'creators#b', 'title', 'creators#a');
		box('title').focus();
		const visited = [];
		while (goToNext(card, document.activeElement, wrong)) visited.push(focused());
		expect(visited).toEqual(['creators#a', 'creators#b', 'securityClass']);
		goToNext(card, box('title'), wrong);
		const { selectionStart, selectionEnd } = box('creators#a');
		expect([selectionStart, selectionEnd]).toEqual([0, 2]);
	});

	it('is the first of the card while the cursor is elsewhere', () => {
		const { card } = aCard();
		const outside = document.querySelector<HTMLElement>('#outside');
		outside?.focus();
		expect(goToNext(card, outside, problems('creators', 'title'))).toBe(true);
		expect(focused()).toBe('title');
	});

	it('is none that takes no cursor', () => {
		const { card, box } = aCard();
		box('title').focus();
		expect(goToNext(card, box('title'), problems('documentDate', 'title'))).toBe(false);
		expect(document.activeElement).toBe(document.body);
	});

	it('is asked for when the field has been left, which may settle it', () => {
		const { card, box } = aCard();
		box('title').focus();
		let isLeft = false;
		box('title').addEventListener('blur', () => (isLeft = true));
		goToNext(card, box('title'), () => new Set(isLeft ? ['creators#b'] : ['creators#a']));
		expect(focused()).toBe('creators#b');
	});
});
