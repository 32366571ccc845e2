import { describe, expect, it } from 'vitest';
import { refusalOfStep, REVIEW_STATES, REVIEW_STEPS, STEP_RULES, type StepFacts } from './review-states.ts';

const FACTS: StepFacts = {
	state: 'submitted',
	isDeleted: false,
	isAllowed: true,
	isOwnWork: false,
	unsettled: 0,
	isChangedSince: false,
	errors: undefined,
};

describe('the way of an entry', () => {
	it('leads from draft to registered and nowhere from there', () => {
		const reached = new Set(['draft']);
		for (let before = -1; before < reached.size;) {
			before = reached.size;
			for (const step of REVIEW_STEPS)
				if (STEP_RULES[step].from.some((state) => reached.has(state))) reached.add(STEP_RULES[step].to);
		}
		expect([...reached].sort()).toEqual([...REVIEW_STATES].sort());
		for (const step of REVIEW_STEPS)
			expect(refusalOfStep(step, { ...FACTS, state: 'registered' })).toEqual({
				code: 'collaboration.wrong-state',
				params: { state: 'registered' },
			});
	});

	it('needs somebody else for what the archive stands for, and for nothing else', () => {
		const refused = REVIEW_STEPS.filter(
			(step) =>
				refusalOfStep(step, { ...FACTS, state: STEP_RULES[step].from[0] ?? 'draft', isOwnWork: true })
					?.code === 'collaboration.own-work',
		);
		expect(refused).toEqual(['verify', 'register']);
		expect(refusalOfStep('recall', FACTS)?.code).toBe('collaboration.others-work');
		expect(refusalOfStep('recall', { ...FACTS, isOwnWork: true })).toBeUndefined();
	});

	it('approves nothing that is open, changed since it was seen, or deleted', () => {
		expect(refusalOfStep('verify', { ...FACTS, unsettled: 2 })?.code).toBe('collaboration.unsettled');
		expect(refusalOfStep('verify', { ...FACTS, isChangedSince: true })?.code).toBe(
			'collaboration.changed-since',
		);
		expect(refusalOfStep('return', { ...FACTS, unsettled: 2, isChangedSince: true })).toBeUndefined();
		expect(refusalOfStep('submit', { ...FACTS, state: 'draft', isDeleted: true })?.params).toEqual({
			state: 'deleted',
		});
	});

	it('registers nothing with errors of description, and names their rules', () => {
		const errors = { count: 3, rules: ['R13', 'R42'] };
		expect(refusalOfStep('register', { ...FACTS, state: 'verified', errors })).toEqual({
			code: 'catalogue.errors-open',
			params: { count: 3, rules: 'R13, R42' },
		});
		expect(refusalOfStep('verify', { ...FACTS, errors })).toBeUndefined();
	});

	it('says first that somebody has no right to it', () => {
		expect(refusalOfStep('verify', { ...FACTS, isAllowed: false, state: 'draft', unsettled: 3 })?.code).toBe(
			'permissions.denied',
		);
	});
});
