import type { EntryId } from '#domain/base/ids.ts';
import { can, demand, type Person } from '#domain/permissions/permissions.ts';
import type { App } from '#server/app.ts';
import { rowsById } from '#server/catalogue/rows.ts';
import type { PreservationStatus } from '#server/preservation/preservation.ts';
import type { StoreOverview } from '#server/preservation/store-overview.ts';
import { storeStateOf, type StoreState } from '#server/preservation/store-state.ts';

/** What the page of the store shows. */
export interface StoreReport extends StoreOverview {
	/** As a look at it just now says, else as what was tried last. */
	readonly state: StoreState;
	readonly status: PreservationStatus;
	/** Titles of the entries that are named, as far as the person may see them. */
	readonly titles: Readonly<Record<EntryId, string>>;
	/** The person may have the store checked and have what waits deposited. */
	readonly mayAct: boolean;
}

/** @throws {Refusal} 'permissions.denied' */
export async function storeReport(app: App, person: Person): Promise<StoreReport> {
	demand(person, 'see', { kind: 'store' });
	const status = app.preservation.status();
	const overview = await app.preservation.overview();
	const ids = [
		...overview.waiting.oldest.map(({ id }) => id),
		...overview.failures.flatMap(({ key }) => (key.startsWith('entry ') ? [key.slice(6) as EntryId] : [])),
	];
	const rows = ids.length ? await rowsById(app.storage, person, ids) : [];
	return {
		...overview,
		state: overview.trouble === undefined ? status.state : storeStateOf(overview.trouble),
		status,
		titles: Object.fromEntries(rows.map((row) => [row.id, row.title || row.referenceCode])),
		mayAct: can(person, 'verify', { kind: 'store' }),
	};
}
