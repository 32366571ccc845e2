import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAcceptable, REGISTER_PROBLEMS, registerProblem } from './register-problems.ts';

const I18N = resolve(import.meta.dirname, '../../../i18n');

describe('the words of problems', () => {
	it.each(['zh-CN', 'en'])('are there in %s, and speak of what the problem knows', (language) => {
		const words = JSON.parse(
			readFileSync(join(I18N, 'messages', language, 'registers.json'), 'utf8'),
		) as Record<string, unknown>;
		const keys = Object.keys(REGISTER_PROBLEMS).map((code) => `register_problem_${code}`);
		expect(
			Object.keys(words)
				.filter((key) => key.startsWith('register_problem_'))
				.sort(),
		).toEqual(keys.sort());
		for (const [code, { params }] of Object.entries(REGISTER_PROBLEMS)) {
			const spoken = [...JSON.stringify(words[`register_problem_${code}`]).matchAll(/\{(\w+)\}/g)].map(
				(match) => match[1] as string,
			);
			expect(
				spoken.filter((name) => !(params as readonly string[]).includes(name)),
				code,
			).toEqual([]);
		}
	});
});

describe('a problem', () => {
	it('keeps a content from being written unless it is a warning', () => {
		const warning = registerProblem('organ_code_taken', 'organCodes');
		expect(isAcceptable([])).toBe(true);
		expect(isAcceptable([warning])).toBe(true);
		expect(isAcceptable([warning, registerProblem('missing', 'names')])).toBe(false);
	});

	it('shows the beginning of a long text', () => {
		const { params } = registerProblem('not_term', 'kind', { text: '局'.repeat(500) });
		expect(String(params?.['text']).length).toBe(61);
	});
});
