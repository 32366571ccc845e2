import { describe, expect, it } from 'vitest';
import { assigneeOf, countsBy, whyNotCampaign, type Assignment, type FindingCount } from './campaign.ts';

const to = (rule: Assignment['rule'], fondsId: string, personId: string): Assignment => ({
	rule,
	fondsId,
	personId,
	personName: personId,
});

describe('whom a finding is assigned to', () => {
	const all = [to('', 'f1', 'fonds'), to('R05', '', 'rule'), to('R05', 'f1', 'both')];

	it('is decided by what names it most closely', () => {
		expect(assigneeOf(all, { rule: 'R05', fondsId: 'f1' })?.personId).toBe('both');
		expect(assigneeOf(all, { rule: 'R05', fondsId: 'f2' })?.personId).toBe('rule');
		expect(assigneeOf(all, { rule: 'R13', fondsId: 'f1' })?.personId).toBe('fonds');
		expect(assigneeOf(all.slice(0, 2), { rule: 'R05', fondsId: 'f1' })?.personId).toBe('rule');
	});

	it('is nobody when nothing names it', () => {
		expect(assigneeOf(all, { rule: 'R13', fondsId: 'f2' })).toBeUndefined();
	});
});

describe('counts', () => {
	const count = (
		rule: FindingCount['rule'],
		severity: FindingCount['severity'],
		open: number,
	): FindingCount => ({
		rule,
		severity,
		open,
		accepted: 1,
		fondsId: 'f',
		suggested: 2,
	});

	it('are added up, the most severe and then the most frequent first', () => {
		const sums = countsBy(
			[count('R43', 'W', 5), count('R06', 'W', 90), count('R43', 'E', 1), count('R13', 'E', 8)],
			({ rule }) => rule,
		);
		expect(
			sums.map(({ key, severity, open, accepted, suggested }) => [key, severity, open, accepted, suggested]),
		).toEqual([
			['R13', 'E', 8, 1, 2],
			['R43', 'E', 6, 2, 4],
			['R06', 'W', 90, 1, 2],
		]);
	});
});

describe('a campaign', () => {
	it('takes nothing while it runs but that it is given up, and nothing at all when it is closed', () => {
		expect(whyNotCampaign('fix', 'running')?.code).toBe('catalogue.campaign-running');
		expect(whyNotCampaign('run', 'waiting')?.code).toBe('catalogue.campaign-running');
		expect(whyNotCampaign('cancel', 'running')).toBeUndefined();
		expect(whyNotCampaign('cancel', 'done')?.code).toBe('catalogue.campaign-still');
		expect(whyNotCampaign('assign', 'running')).toBeUndefined();
		for (const action of ['run', 'cancel', 'assign', 'fix', 'close'] as const)
			expect(whyNotCampaign(action, 'closed')?.code).toBe('catalogue.campaign-closed');
	});
});
