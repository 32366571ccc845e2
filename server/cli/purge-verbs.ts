import * as v from 'valibot';
import { PURGE_GROUNDS, PURGE_STATES, type PurgeDetail } from '#domain/administration/purge.ts';
import type { App } from '#server/app.ts';
import { entryId, text, verb, type Verb, type VerbContext } from './verb.ts';

/** How often progress is told. */
const PROGRESS_MS = 200;

/** Verbs of purges that change nothing. */
export const PURGE_READS = [
	'archive-purge-list',
	'archive-purge-show',
	'archive-purge-preview',
	'archive-purge-certificate',
];

const Order = v.object({ order: text });
const Judged = v.object({ order: text, why: v.string() });

/** The verbs of purges. */
export const PURGE_VERBS: Readonly<Record<string, Verb>> = {
	'archive-purge-propose': verb(
		v.object({
			entries: v.pipe(v.array(entryId), v.minLength(1)),
			ground: v.picklist(PURGE_GROUNDS),
			why: v.string(),
			below: v.boolean(),
			keepsCode: v.boolean(),
		}),
		async (app, proposal, { identity }) => {
			const order = await app.purges.propose(identity, proposal);
			return { ...order, preview: await app.purges.preview(identity.person, order.id) };
		},
	),

	'archive-purge-list': verb(
		v.object({ state: v.optional(v.picklist(PURGE_STATES)) }),
		(app, { state }, { identity }) => app.purges.list(identity.person, state),
	),

	'archive-purge-show': verb(Order, (app, { order }, { identity }) =>
		app.purges.show(identity.person, order),
	),

	'archive-purge-preview': verb(Order, (app, { order }, { identity }) =>
		app.purges.preview(identity.person, order),
	),

	'archive-purge-approve': verb(Judged, async (app, { order, why }, context) => {
		// Who approves gives the number, as on the page: an id would be pasted unread.
		const { id } = await app.purges.approve(context.identity, order, order, why);
		return carriedOut(app, id, context);
	}),

	'archive-purge-reject': verb(Judged, (app, { order, why }, { identity }) =>
		app.purges.reject(identity, order, why),
	),

	'archive-purge-withdraw': verb(Order, (app, { order }, { identity }) =>
		app.purges.withdraw(identity, order),
	),

	'archive-purge-certificate': verb(Order, (app, { order }, { identity }) =>
		app.purges.certificate(identity.person, order),
	),

	'archive-purge-destroyed': verb(
		v.object({ order: text, file: text }),
		(app, { order, file }, { identity }) => app.purges.tickBackup(identity, order, file),
	),
};

/** Waits until an order is carried out. Given up, it goes on by itself; where the process ends, at the next start. */
async function carriedOut(
	app: App,
	id: string,
	{ identity, signal, progress }: VerbContext,
): Promise<PurgeDetail> {
	const tell = async (): Promise<void> => {
		const { progress: now, step, failure, decidedAt } = await app.purges.show(identity.person, id);
		if (now) progress({ purging: now.step, done: now.done, total: now.total });
		else if (failure) progress({ purging: step, failure, decidedAt });
	};
	const timer = setInterval(() => void tell().catch(() => undefined), PROGRESS_MS);
	const { promise: givenUp, resolve } = Promise.withResolvers<void>();
	signal.addEventListener('abort', () => resolve(), { once: true });
	try {
		await Promise.race([app.purges.ended(id), givenUp]);
	} finally {
		clearInterval(timer);
	}
	return app.purges.show(identity.person, id);
}
