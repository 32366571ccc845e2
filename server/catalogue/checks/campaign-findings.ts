import { assigneeOf, type ShownFinding } from '#domain/catalogue/checks/campaign.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import type { Storage } from '#server/storage/storage.ts';
import { assignmentsOf, campaignNamed, rulesOf, type CampaignRow } from './campaign-records.ts';
import { findingsCsv } from './findings-csv.ts';
import type { FindingFilter, FindingPage, Findings } from './findings.ts';

/** Findings of one request at most. */
export const MAX_FINDINGS = 1000;

/** What of the findings of a campaign is listed. */
export type CampaignFilter = Pick<
	FindingFilter,
	'rule' | 'fondsId' | 'severity' | 'isAccepted' | 'hasSuggestion'
> & {
	/** Those this person deals with. */
	readonly personId?: string | undefined;
};

interface Parts {
	readonly storage: Storage;
	readonly findings: Findings;
}

/** Its findings, narrowed down; whom they are assigned to narrows as `personId`. */
export async function campaignFindings(
	parts: Parts,
	person: Person,
	name: string,
	filter: CampaignFilter,
	{ offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<FindingPage> {
	const row = await campaignNamed(parts.storage, person, name);
	const whole = await filterOf(parts, person, row, filter);
	return parts.findings.page(person, whole, offset, Math.min(limit, MAX_FINDINGS));
}

/** The same as a table, all of it. */
export async function campaignCsv(
	parts: Parts,
	person: Person,
	name: string,
	filter: CampaignFilter,
): Promise<ReadableStream<Uint8Array>> {
	const row = await campaignNamed(parts.storage, person, name);
	const whole = await filterOf(parts, person, row, filter);
	const { findings } = parts;
	async function* pages(): AsyncGenerator<readonly ShownFinding[]> {
		for (let after = 0; ;) {
			const page = await findings.list(person, whole, 0, MAX_FINDINGS, after);
			yield page;
			if (page.length < MAX_FINDINGS) return;
			after = page.at(-1)?.id ?? after;
		}
	}
	return findingsCsv(pages());
}

/** The findings a campaign is about. */
export function scopeOf(row: CampaignRow): FindingFilter {
	return { under: row.under, rules: rulesOf(row) };
}

/** What a narrowed list of a campaign means. */
export async function filterOf(
	{ storage, findings }: Parts,
	person: Person,
	row: CampaignRow,
	{ personId, ...filter }: CampaignFilter,
): Promise<FindingFilter> {
	const scope = { ...scopeOf(row), ...filter };
	if (personId === undefined) return scope;
	const [assignments, counts] = await Promise.all([
		assignmentsOf(storage.db, row.id),
		findings.counts(person, scope),
	]);
	const among = new Map(
		counts
			.filter((count) => assigneeOf(assignments, count)?.personId === personId)
			.map(({ rule, fondsId }) => [`${rule} ${fondsId}`, { rule, fondsId }]),
	);
	return { ...scope, among: [...among.values()] };
}
