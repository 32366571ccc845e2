import * as v from 'valibot';
import { parseEntryId } from '#domain/base/ids.ts';
import { MAX_CAMPAIGN_NAME } from '#domain/catalogue/checks/campaign.ts';
import { MAX_EXCEPTION_REASON } from '#domain/catalogue/rules/exception-definition.ts';
import type { RuleId } from '#domain/catalogue/rules/rule.ts';
import type { CampaignFilter } from '#server/catalogue/checks/campaign-findings.ts';

const id = v.pipe(
	v.string(),
	v.transform((given) => parseEntryId(given)),
	v.check((given) => given !== undefined),
	v.transform((given) => given as NonNullable<typeof given>),
);
const rule = v.pipe(
	v.string(),
	v.regex(/^R\d\d$/),
	v.transform((given) => given as RuleId),
);
const key = v.pipe(v.string(), v.minLength(1), v.maxLength(100));

export const NewBody = v.strictObject({
	name: v.pipe(v.string(), v.maxLength(MAX_CAMPAIGN_NAME)),
	under: v.nullable(id),
	rules: v.nullable(v.pipe(v.array(rule), v.minLength(1), v.maxLength(100))),
});

export const AssignBody = v.strictObject({
	rule: v.union([v.literal(''), rule]),
	fondsId: v.union([v.literal(''), id]),
	personId: v.pipe(v.string(), v.maxLength(100)),
});

const Filter = v.strictObject({
	rule: v.optional(rule),
	fondsId: v.optional(id),
	severity: v.optional(v.picklist(['E', 'W', 'I'])),
	personId: v.optional(key),
	isAccepted: v.optional(v.boolean()),
});

export const FixBody = v.strictObject({
	filter: Filter,
	why: v.optional(v.pipe(v.string(), v.maxLength(1000)), ''),
	isPreview: v.optional(v.boolean(), false),
	/** Takes back one that was taken. */
	undo: v.optional(key),
});

export const ExceptionBody = v.strictObject({
	entryId: id,
	rule,
	field: key,
	value: v.pipe(v.string(), v.maxLength(300)),
	reason: v.pipe(v.string(), v.maxLength(MAX_EXCEPTION_REASON)),
	isWithdrawn: v.optional(v.boolean(), false),
});

export const ListQuery = v.pipe(
	v.strictObject({
		rule: v.optional(rule),
		fonds: v.optional(id),
		severity: v.optional(v.picklist(['E', 'W', 'I'])),
		person: v.optional(key),
		state: v.optional(v.picklist(['open', 'accepted', 'all'])),
		offset: v.optional(v.string()),
		limit: v.optional(v.string()),
	}),
	v.transform(({ rule, fonds, severity, person, state }): CampaignFilter => ({
		...(rule === undefined ? {} : { rule }),
		...(fonds === undefined ? {} : { fondsId: fonds }),
		...(severity === undefined ? {} : { severity }),
		...(person === undefined ? {} : { personId: person }),
		...(state === 'all' ? {} : { isAccepted: state === 'accepted' }),
	})),
);
