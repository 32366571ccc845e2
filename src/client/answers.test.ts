import { describe, expect, it } from 'vitest';
import { Answers } from './answers.ts';

describe('answers', () => {
	it('are shown in the order of the questions, and a late one not at all', () => {
		const answers = new Answers();
		const [first, second, third] = [answers.ask(), answers.ask(), answers.ask()];
		expect([second(), first(), third()]).toEqual([true, false, true]);
	});

	it('that were under way when something newer was shown are late', () => {
		const answers = new Answers();
		const before = answers.ask();
		answers.overtake();
		expect([before(), answers.ask()()]).toEqual([false, true]);
	});
});
