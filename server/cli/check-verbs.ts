import * as v from 'valibot';
import type { EntryId } from '#domain/base/ids.ts';
import { parseEntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { ShownFinding } from '#domain/catalogue/checks/campaign.ts';
import type { FondsRecord } from '#domain/catalogue/fonds/fonds-record.ts';
import type { App } from '#server/app.ts';
import { ruleNamed } from '#server/catalogue/checks/exceptions.ts';
import type { CampaignDetail } from '#server/catalogue/checks/shown-campaign.ts';
import { entryId, text, verb, type Verb } from './verb.ts';

/** What a check found: of one entry, or of a scope with the campaign it made. */
export interface CheckAnswer {
	readonly findings: readonly ShownFinding[];
	/** Of all that are open; more than are listed perhaps. */
	readonly total: number;
	readonly campaign?: CampaignDetail;
}

/** False while something keeps entries from being registered. */
export function isCheckGood({ findings, campaign }: CheckAnswer): boolean {
	return campaign
		? campaign.state === 'done' &&
				campaign.counts.every(({ severity, open }) => severity !== 'E' || open === 0)
		: findings.every(({ severity, accepted }) => severity !== 'E' || accepted !== undefined);
}

/** The verbs of checks. */
export const CHECK_VERBS: Readonly<Record<string, Verb>> = {
	check: verb(
		v.object({
			id: v.optional(entryId),
			fonds: v.optional(text),
			rules: v.optional(v.array(text)),
			limit: v.pipe(v.string(), v.regex(/^\d{1,4}$/), v.transform(Number)),
		}),
		async (
			app,
			{ id, fonds, rules, limit },
			{ identity, language, signal, progress },
		): Promise<CheckAnswer> => {
			const named = rules?.map(ruleNamed);
			if (id !== undefined) {
				const all = await app.checks.check(identity.person, id);
				const findings = all.filter(({ rule }) => !named || named.includes(rule));
				return { findings, total: findings.length };
			}
			const under = fonds === undefined ? null : await fondsEntry(app, fonds);
			const begun = await app.campaigns.create(identity, {
				name: language === 'en' ? 'Check from the command line' : '命令行检查',
				under,
				rules: named && named.length > 0 ? named : null,
			});
			const campaign = await app.campaigns.ended(identity, begun.id, {
				signal,
				onProgress: (now) => progress({ checked: now.done, of: now.total }),
			});
			if (signal.aborted) throw new Refusal('cli.cancelled');
			const page = await app.campaigns.findings(identity.person, begun.id, { isAccepted: false }, 0, limit);
			return { findings: page.findings, total: page.total, campaign };
		},
	),
};

/** The entry that stands for a fonds, by its number or its id. @throws {Refusal} 'catalogue.unknown-fonds' (404) */
async function fondsEntry(app: App, named: string): Promise<EntryId> {
	const id = parseEntryId(named);
	if (id) return id;
	const known = app.registers
		.list<FondsRecord>('fonds')
		.find(({ content, isWithdrawn }) => !isWithdrawn && content.fondsNumber === named.trim());
	if (known && known.content.entryId !== '') return known.content.entryId as EntryId;
	const row = await app.storage.db
		.selectFrom('entry')
		.select('id')
		.whereRef('fonds_id', '=', 'id')
		.where('status', '=', 'active')
		.where('hidden', '=', 0)
		.where('reference_code', '=', named.trim())
		.executeTakeFirst();
	if (!row) throw new Refusal('catalogue.unknown-fonds', { fonds: named.slice(0, 40) }, 404);
	return row.id as EntryId;
}
