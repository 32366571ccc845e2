import { describe, expect, it } from 'vitest';
import { Refusal } from '#domain/base/refusal.ts';
import { refusalWords } from '#i18n/refusal-words.ts';
import { Submission } from './submission.svelte.ts';

describe('a submission', () => {
	it('is under way once at a time', async () => {
		const submission = new Submission();
		let finish = (): void => undefined;
		let runs = 0;
		const work = (): Promise<void> => {
			runs++;
			return new Promise((resolve) => (finish = resolve));
		};
		const first = submission.run(work);
		expect(submission.isBusy).toBe(true);
		expect(await submission.run(work)).toBe(false);
		finish();
		expect(await first).toBe(true);
		expect(submission.isBusy).toBe(false);
		expect(runs).toBe(1);
	});

	it('says a refusal in words until the next attempt', async () => {
		const submission = new Submission();
		expect(await submission.run(() => Promise.reject(new Refusal('device.wrong-pin', { left: 3 })))).toBe(
			false,
		);
		expect(submission.error).toBe(refusalWords('device.wrong-pin', { left: 3 }));
		expect(await submission.run(async () => undefined)).toBe(true);
		expect(submission.error).toBeUndefined();
	});

	it('hides no other failure, and can be tried again', async () => {
		const submission = new Submission();
		await expect(submission.run(() => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
		expect(submission.error).toBeUndefined();
		expect(await submission.run(async () => undefined)).toBe(true);
	});
});
