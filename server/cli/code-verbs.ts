import * as v from 'valibot';
import { Refusal } from '#domain/base/refusal.ts';
import type { CodeReport } from '#domain/catalogue/reference-codes/code-report.ts';
import { PART_ORDER, type CodeParts, type PartId } from '#domain/catalogue/reference-codes/code-parts.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import type { App } from '#server/app.ts';
import type { RegimeAsked } from '#server/catalogue/codes/code-desk.ts';
import { entryId, text, verb, type Verb } from './verb.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const Asked = {
	regime: v.optional(text),
	fonds: v.optional(text),
	categoryCode: v.optional(text),
	year: v.optional(count),
	catalogueNumber: v.optional(text),
};

/** @throws {Refusal} 'cli.bad-argument' when nothing says which regime stands */
function askedOf(args: {
	readonly regime?: string | undefined;
	readonly fonds?: string | undefined;
	readonly categoryCode?: string | undefined;
	readonly year?: number | undefined;
	readonly catalogueNumber?: string | undefined;
}): RegimeAsked {
	const { regime, fonds, categoryCode, year, catalogueNumber } = args;
	if (regime !== undefined) return { regime };
	// The same string says different things under two regimes: it is never guessed.
	if (fonds === undefined) throw new Refusal('cli.bad-argument', { argument: '--regime', value: '' });
	return {
		fonds,
		...(categoryCode === undefined ? {} : { categoryCode }),
		...(year === undefined ? {} : { year }),
		...(catalogueNumber === undefined ? {} : { catalogueNumber }),
	};
}

/** Parts as the command line has them: `year=2011`. @throws {Refusal} 'cli.bad-argument' naming the one that is none */
function partsOf(written: readonly string[]): CodeParts {
	const parts: Record<string, unknown> = {};
	for (const each of written) {
		const [, name = '', value = ''] = /^(\w+)=(.+)$/u.exec(each) ?? [];
		if (!PART_ORDER.includes(name as PartId))
			throw new Refusal('cli.bad-argument', { argument: 'parts', value: each.slice(0, 80) });
		if (name.endsWith('Number') && ['fileNumber', 'itemNumber', 'pageNumber'].includes(name)) {
			const [, digits = '', suffix = ''] = /^(\d{1,6})(\D?)$/u.exec(value) ?? [];
			if (digits === '') throw new Refusal('cli.bad-argument', { argument: name, value: value.slice(0, 80) });
			parts[name] = { value: Number(digits), width: digits.length, ...(suffix ? { suffix } : {}) };
		} else parts[name] = name === 'year' && /^\d{4}$/.test(value) ? Number(value) : value;
	}
	return parts as CodeParts;
}

const Reported = v.object({ fonds: v.optional(text), limit: count });

/** @throws {Refusal} 'permissions.denied' · 'catalogue.unknown-fonds' (404): nothing wrong would be said of a number that was mistyped */
async function reportOf(
	app: App,
	{ fonds, limit }: v.InferOutput<typeof Reported>,
	person: Person,
): Promise<CodeReport> {
	const report = await app.codes.report(person, { fondsNumber: fonds, limit });
	if (fonds !== undefined && !report.fonds.some(({ fondsNumber }) => fondsNumber === fonds))
		await app.gates.demandFonds(person, fonds);
	return report;
}

/** The verbs of reference codes. */
export const CODE_VERBS: Readonly<Record<string, Verb>> = {
	'code-parse': verb(v.object({ text: v.string(), ...Asked }), async (app, args, { identity }) =>
		app.codes.parse(identity.person, args.text, askedOf(args)),
	),

	'code-format': verb(v.object({ parts: v.array(text), ...Asked }), async (app, args, { identity }) =>
		app.codes.format(identity.person, partsOf(args.parts), askedOf(args)),
	),

	'code-gaps': verb(Reported, async (app, args, { identity }) => {
		const { waiting, gaps, gapCount } = await reportOf(app, args, identity.person);
		return { waiting, gapCount, gaps };
	}),

	'code-duplicates': verb(Reported, async (app, args, { identity }) => {
		const { waiting, duplicates, duplicateCount } = await reportOf(app, args, identity.person);
		return { waiting, duplicateCount, duplicates };
	}),

	'code-resolve': verb(v.object({ text }), async (app, args, { identity }) => ({
		entries: await app.codes.resolve(identity.person, args.text),
	})),

	'code-reserve': verb(
		v.object({ like: entryId, count, why: v.string() }),
		(app, { like, count: wanted, why }, { identity }) => app.codes.reserve(identity, like, wanted, why),
	),

	renumber: verb(
		v.object({
			under: entryId,
			from: v.optional(count),
			step: v.optional(count),
			insertAt: v.optional(count),
			insertCount: v.optional(count),
			isPlan: v.boolean(),
			why: v.string(),
		}),
		async (app, { isPlan, why, ...ask }, { identity }) =>
			isPlan ? app.renumbering.preview(identity, ask) : app.renumbering.carryOut(identity, ask, why),
	),

	'code-renumberings': verb(v.object({ id: v.optional(text), limit: count }), (app, args, { identity }) =>
		args.id === undefined
			? app.renumbering.list(identity.person, { offset: 0, limit: args.limit })
			: app.renumbering.show(identity.person, args.id),
	),

	'code-return': verb(v.object({ block: text, why: v.string() }), (app, { block, why }, { identity }) =>
		app.codes.giveBack(identity, block, why),
	),
};

/** Those that change nothing. */
export const CODE_READS = [
	'code-parse',
	'code-format',
	'code-gaps',
	'code-duplicates',
	'code-resolve',
	'code-renumberings',
];
