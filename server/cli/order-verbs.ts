import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import * as v from 'valibot';
import { Refusal } from '#domain/base/refusal.ts';
import { ORDER_STATES, type OrderRule } from '#domain/collaboration/orders.ts';
import type { App } from '#server/app.ts';
import { noFileRefusal } from '#server/storage/no-file.ts';
import { entryId, text, verb, type Verb } from './verb.ts';

const Where = v.object({
	field: v.optional(text),
	equals: v.optional(v.string()),
	contains: v.optional(text),
	level: v.optional(text),
	fromYear: v.optional(v.number()),
	toYear: v.optional(v.number()),
});

const Made = v.object({
	under: v.optional(entryId),
	field: v.optional(text),
	value: v.optional(v.string()),
	words: v.optional(text),
	by: v.optional(v.string()),
	where: v.optional(Where),
	file: v.optional(text),
	why: v.string(),
	isDraft: v.boolean(),
	isPreview: v.boolean(),
});

/** The verbs of correction orders. */
export const ORDER_VERBS: Readonly<Record<string, Verb>> = {
	'order-create': verb(Made, async (app, args, { identity }) => {
		const rule = await ruleOf(app, args);
		if (args.isPreview) return app.orders.preview(identity, rule);
		return app.orders.create(identity, rule, args.why, { isDraft: args.isDraft });
	}),

	'order-list': verb(
		v.object({
			show: v.optional(v.picklist(['mine', 'waiting'])),
			state: v.optional(v.picklist(ORDER_STATES)),
			limit: v.pipe(v.number(), v.integer(), v.minValue(1)),
		}),
		(app, { limit, ...filter }, { identity }) => app.orders.list(identity.person, filter, 0, limit),
	),

	'order-show': verb(
		v.object({ order: text, rows: v.pipe(v.number(), v.integer(), v.minValue(1)) }),
		async (app, { order, rows }, { identity: { person } }) => ({
			...(await app.orders.show(person, order)),
			page: await app.orders.rows(person, order, {}, 0, rows),
		}),
	),

	'order-submit': verb(v.object({ order: text }), async (app, { order }, { identity }) => {
		await app.orders.submit(identity, order);
		return app.orders.show(identity.person, order);
	}),

	'order-withdraw': verb(v.object({ order: text }), async (app, { order }, { identity }) => {
		await app.orders.withdraw(identity, order);
		return app.orders.show(identity.person, order);
	}),

	'order-sample': verb(
		v.object({ order: text, size: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))) }),
		(app, { order, size }, { identity }) => app.orders.sample(identity, order, size),
	),

	'order-judge': verb(
		v.object({
			order: text,
			verdict: v.picklist(['approved', 'rejected']),
			rows: v.optional(v.array(v.number())),
			group: v.optional(v.number()),
			why: v.string(),
		}),
		async (app, { order, verdict, rows, group, why }, { identity }) => {
			const which = group === undefined ? rows : { group };
			if (which === undefined) throw new Refusal('cli.bad-argument', { argument: '--rows', value: '' });
			await app.orders.judgeRows(identity, order, which, verdict, why);
			return {};
		},
	),

	'order-decide': verb(
		v.object({ order: text, verdict: v.picklist(['approve', 'reject']), why: v.string() }),
		(app, { order, verdict, why }, { identity, signal, progress }) =>
			app.orders.decide(identity, order, verdict, why, { signal, onProgress: progress }),
	),

	'order-undo': verb(
		v.object({ order: text, why: v.string() }),
		(app, { order, why }, { identity, signal, progress }) =>
			app.orders.undo(identity, order, why, { signal, onProgress: progress }),
	),
};

/** @throws {Refusal} 'cli.bad-argument' naming what is missing */
async function ruleOf(
	app: App,
	{ file, under, field, value, words, by, where }: v.InferOutput<typeof Made>,
): Promise<OrderRule> {
	if (file !== undefined) return app.orders.readFile(basename(file), await bytesOf(file));
	const missing = (argument: string): Refusal => new Refusal('cli.bad-argument', { argument, value: '' });
	if (under === undefined) throw missing('--under');
	if (field === undefined) throw missing('--field');
	const narrowed = where ? { where } : {};
	if (words !== undefined) {
		if (by === undefined) throw missing('--with');
		return { kind: 'replace', under, field, words, by, ...narrowed };
	}
	if (value === undefined) throw missing('--value');
	return { kind: 'set', under, field, value, ...narrowed };
}

/** @throws {Refusal} 'import.no-file' (404), and 'cli.bad-argument' for one that cannot be read */
async function bytesOf(file: string): Promise<Buffer> {
	try {
		return await readFile(file);
	} catch (error) {
		const refusal = noFileRefusal(file, error);
		if (refusal) throw refusal;
		const { code } = error as NodeJS.ErrnoException;
		throw new Refusal('cli.bad-argument', { argument: '--file', value: `${file} (${code ?? 'unreadable'})` });
	}
}
