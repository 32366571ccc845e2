import { createId, type EntryId } from '#domain/base/ids.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import type { RuleId } from '#domain/catalogue/rules/rule.ts';
import type { App } from '#server/app.ts';
import type { CampaignDetail } from '#server/catalogue/checks/shown-campaign.ts';
import { system } from './entries.ts';
import { anEntryRow, bulkOf } from './entry-rows.ts';

const CHUNK = 1000;

/** A fonds and what lies in it. */
export interface FlawedFonds {
	readonly fonds: EntryId;
	/** In their order. */
	readonly items: readonly EntryId[];
}

/** A fonds as an import leaves it, with items of which `flaw` says what is wrong with each. */
export async function aFlawedFonds(
	app: Pick<App, 'storage'>,
	count: number,
	flaw: (at: number) => Readonly<Record<FieldKey, FieldValue>> = badBrackets,
	{ number = 'Z001' } = {},
): Promise<FlawedFonds> {
	const fonds = createId();
	await app.storage.bulk([
		bulkOf([
			anEntryRow({
				id: fonds,
				level: 'fonds',
				title: '沧浦区水利局',
				reference_code: number,
				fields: JSON.stringify({ title: '沧浦区水利局', referenceCode: number }),
			}),
		]),
	]);
	const items: EntryId[] = [];
	for (let from = 0; from < count; from += CHUNK)
		await app.storage.bulk([
			bulkOf(
				Array.from({ length: Math.min(CHUNK, count - from) }, (_, index) => {
					const at = from + index;
					const fields: Record<FieldKey, FieldValue> = {
						title: `沧浦区水利局关于整治第${at + 1}号河道的通知`,
						referenceCode: `${number}-WS·2008·Y-${String(at + 1).padStart(4, '0')}`,
						documentDate: '20080305',
						year: 2008,
						retentionPeriod: 'Y',
						pageCount: 3,
						itemNumber: String(at + 1).padStart(4, '0'),
						'creators#1': { order: 'a0', text: '沧浦区水利局' },
						...flaw(at),
					};
					const id = createId();
					items.push(id);
					return anEntryRow({
						id,
						parent_id: fonds,
						fonds_id: fonds,
						order_key: `a${String(at).padStart(7, '0')}`,
						title: String((fields['title'] as string) ?? ''),
						reference_code: String(fields['referenceCode'] ?? ''),
						fields: JSON.stringify(fields),
					});
				}),
			),
		]);
	return { fonds, items };
}

/** Square brackets around the year of the document's number: R38, with a suggestion. */
export function badBrackets(at: number): Readonly<Record<FieldKey, FieldValue>> {
	return { documentNumber: `沧水[2008]${at + 1}号` };
}

/** A campaign that ran to its end. */
export async function campaignOver(
	app: Pick<App, 'campaigns'>,
	under: EntryId | null,
	rules: readonly RuleId[] | null = null,
): Promise<CampaignDetail> {
	const identity = { person: system, via: null };
	const { id } = await app.campaigns.create(identity, { name: '检查', under, rules });
	return campaignEnded(app, id);
}

/** The campaign when its run has ended. */
export function campaignEnded(app: Pick<App, 'campaigns'>, id: string): Promise<CampaignDetail> {
	const running = { signal: new AbortController().signal, onProgress: () => undefined };
	return app.campaigns.ended({ person: system, via: null }, id, running);
}
