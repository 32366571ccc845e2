import * as v from 'valibot';
import { demand } from '#domain/permissions/permissions.ts';
import type { Deposited } from '#server/preservation/entry-deposit.ts';
import type { PreservationStatus } from '#server/preservation/preservation.ts';
import type { StoreOverview } from '#server/preservation/store-overview.ts';
import type { Failing } from '#server/preservation/store-state.ts';
import { entryId, text, verb, type Verb } from './verb.ts';

/** What `lantai archive status` answers. */
export type StoreStatus = StoreOverview & PreservationStatusOf;
/** The store's state beside what lies in it, which has a list of its own of what waits. */
type PreservationStatusOf = Omit<PreservationStatus, 'waiting'>;

/** What `lantai archive deposit` answers. */
export interface DepositAnswer {
	/** Of entries that were asked for; those of which the newest version says all are left out. */
	readonly versions: readonly (Deposited & { readonly id: string })[];
	/** What still waits of what was asked for. */
	readonly waiting: number;
	readonly failures: readonly Failing[];
}

/** The verbs of the archival store. */
export const STORE_VERBS: Readonly<Record<string, Verb>> = {
	'archive-verify': verb(v.object({ path: v.optional(text) }), (app, { path }, context) => {
		demand(context.identity.person, 'verify', { kind: 'store' });
		demand(context.identity.person, 'export', { kind: 'store' });
		return app.preservation.verify(path, { signal: context.signal, onProgress: context.progress });
	}),

	'archive-status': verb(v.object({}), async (app, _args, { identity }): Promise<StoreStatus> => {
		demand(identity.person, 'see', { kind: 'store' });
		const { waiting: _, ...status } = app.preservation.status();
		return { ...status, ...(await app.preservation.overview()) };
	}),

	'archive-deposit': verb(
		v.object({ ids: v.array(entryId) }),
		async (app, { ids }, { identity }): Promise<DepositAnswer> => {
			demand(identity.person, 'verify', { kind: 'store' });
			const versions: (Deposited & { id: string })[] = [];
			for (const id of ids) {
				const deposited = await app.preservation.depositNow(id);
				if (deposited) versions.push({ id, ...deposited });
			}
			if (ids.length === 0) await app.preservation.flush('demand');
			// Of entries that are named each is there by now, or was refused.
			const waiting = ids.length === 0 ? app.preservation.status().waiting : 0;
			const { failures } = await app.preservation.overview();
			return { versions, waiting, failures };
		},
	),
};
