import type { EntryRow } from '#domain/catalogue/rows.ts';

/** What a row says of an entry of which little more than its place is known here. */
export const NOTHING_KNOWN = {
	referenceCode: '',
	creatorsText: '',
	order: '',
	childCount: 0,
	conflictCount: 0,
	openThreads: 0,
	openProposals: 0,
	reviewState: 'draft',
	hasNews: false,
	state: 'server',
	status: 'active',
} as const satisfies Partial<EntryRow>;
