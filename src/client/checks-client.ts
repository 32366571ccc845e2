import type { Authority } from '#domain/catalogue/authorities/authority.ts';
import type { ShownFinding } from '#domain/catalogue/checks/campaign.ts';
import type { RegisterRecord } from '#domain/catalogue/registers/register.ts';
import type { RuleId } from '#domain/catalogue/rules/rule.ts';
import type { CardFacts } from '#server/catalogue/checks/check-desk.ts';
import type { CampaignDetail, ShownCampaign } from '#server/catalogue/checks/shown-campaign.ts';
import type { FixOutcome, FixPreview } from '#server/collaboration/check-fixes/fix-desk.ts';
import type { FixProgress } from '#server/collaboration/check-fixes/fix-running.ts';
import { request, requestWithProgress } from './requests.ts';

/** Which findings a list holds. */
export interface FindingsShown {
	readonly rule?: string | undefined;
	readonly fonds?: string | undefined;
	readonly person?: string | undefined;
	readonly state?: 'open' | 'accepted' | 'all' | undefined;
}

const send = (body: unknown) => ({
	method: 'POST',
	headers: { 'content-type': 'application/json' },
	body: JSON.stringify(body),
});
const place = (campaign: string): string => `/api/checks/campaigns/${encodeURIComponent(campaign)}`;

function queryOf(filter: FindingsShown, more: Readonly<Record<string, number>> = {}): URLSearchParams {
	return new URLSearchParams(
		Object.entries({ ...filter, ...more }).flatMap(([name, value]) =>
			value === undefined ? [] : [[name, String(value)]],
		),
	);
}

const filterBody = ({ rule, fonds, person }: FindingsShown) => ({
	...(rule === undefined ? {} : { rule }),
	...(fonds === undefined ? {} : { fondsId: fonds }),
	...(person === undefined ? {} : { personId: person }),
});

/** Checks over HTTP. */
export const checksClient = {
	async list(offset: number, limit: number) {
		const answer = await request<{ readonly total: number; readonly campaigns: readonly ShownCampaign[] }>(
			`/api/checks/campaigns?offset=${offset}&limit=${limit}`,
		);
		return { total: answer.total, rows: answer.campaigns };
	},
	create: (name: string, under: string | null, rules: readonly RuleId[] | null) =>
		request<CampaignDetail>('/api/checks/campaigns', send({ name, under, rules })),
	show: (campaign: string) => request<CampaignDetail>(place(campaign)),
	do: (campaign: string, what: 'run' | 'cancel' | 'close') =>
		request<CampaignDetail>(`${place(campaign)}/${what}`, send({})),
	assign: (campaign: string, to: { rule: string; fondsId: string; personId: string }) =>
		request<CampaignDetail>(`${place(campaign)}/assign`, send(to)),
	async findings(campaign: string, filter: FindingsShown, offset: number, limit: number) {
		const answer = await request<{ readonly total: number; readonly findings: readonly ShownFinding[] }>(
			`${place(campaign)}/findings?${queryOf(filter, { offset, limit })}`,
		);
		return { total: answer.total, rows: answer.findings };
	},
	csvPlace: (campaign: string, filter: FindingsShown): string => `${place(campaign)}/csv?${queryOf(filter)}`,
	preview: (
		campaign: string,
		filter: FindingsShown,
		onProgress: (progress: FixProgress) => void,
		signal: AbortSignal,
	) =>
		requestWithProgress<FixProgress, FixPreview>(
			`${place(campaign)}/fix`,
			{ filter: filterBody(filter), isPreview: true },
			onProgress,
			signal,
		),
	fix: (
		campaign: string,
		filter: FindingsShown,
		why: string,
		onProgress: (progress: FixProgress) => void,
		signal: AbortSignal,
	) =>
		requestWithProgress<FixProgress, FixOutcome>(
			`${place(campaign)}/fix`,
			{ filter: filterBody(filter), why },
			onProgress,
			signal,
		),
	undoFix: (
		campaign: string,
		fixId: string,
		onProgress: (progress: FixProgress) => void,
		signal: AbortSignal,
	) =>
		requestWithProgress<FixProgress, FixOutcome>(
			`${place(campaign)}/fix`,
			{ filter: {}, undo: fixId },
			onProgress,
			signal,
		),
	card: (entryId: string) => request<CardFacts>(`/api/checks/entries/${entryId}`),
	authorities: () => request<readonly RegisterRecord<Authority>[]>('/api/checks/authorities'),
	/** Leaves a finding as it is, or no longer. */
	except: (
		finding: Pick<ShownFinding, 'entryId' | 'rule' | 'field' | 'value'>,
		reason: string,
		isWithdrawn = false,
	) =>
		request<object>(
			'/api/checks/exceptions',
			send({
				entryId: finding.entryId,
				rule: finding.rule,
				field: finding.field,
				value: finding.value,
				reason,
				isWithdrawn,
			}),
		),
};
