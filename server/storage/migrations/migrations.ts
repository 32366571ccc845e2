import type { Migration } from 'kysely/migration';
import { up as firstTables } from './0001-first-tables.ts';
import { up as devices } from './0002-devices.ts';
import { up as conflicts } from './0003-conflicts.ts';
import { up as comments } from './0004-comments.ts';
import { up as proposals } from './0005-proposals.ts';
import { up as reviewStates } from './0006-review-states.ts';
import { up as correctionOrders } from './0007-correction-orders.ts';
import { up as visits } from './0008-visits.ts';
import { up as compaction } from './0009-compaction.ts';
import { up as deposits } from './0010-deposits.ts';
import { up as records } from './0011-records.ts';
import { up as storeRegister } from './0012-store-register.ts';
import { up as fixity } from './0013-fixity.ts';
import { up as copies } from './0014-copies.ts';
import { up as purge } from './0015-purge.ts';
import { up as registers } from './0016-registers.ts';
import { up as entryDates } from './0017-entry-dates.ts';
import { up as codes } from './0018-codes.ts';
import { up as entryCounts } from './0019-entry-counts.ts';
import { up as checks } from './0020-checks.ts';
import { up as fonds } from './0021-fonds.ts';
import { up as purgedScopes } from './0022-purged-scopes.ts';
import { up as goneEntries } from './0023-gone-entries.ts';
import { up as stepOrder } from './0024-step-order.ts';

/** Every migration, in order. Names are never changed once released. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
	'0001-first-tables': { up: firstTables },
	'0002-devices': { up: devices },
	'0003-conflicts': { up: conflicts },
	'0004-comments': { up: comments },
	'0005-proposals': { up: proposals },
	'0006-review-states': { up: reviewStates },
	'0007-correction-orders': { up: correctionOrders },
	'0008-visits': { up: visits },
	'0009-compaction': { up: compaction },
	'0010-deposits': { up: deposits },
	'0011-records': { up: records },
	'0012-store-register': { up: storeRegister },
	'0013-fixity': { up: fixity },
	'0014-copies': { up: copies },
	'0015-purge': { up: purge },
	'0016-registers': { up: registers },
	'0017-entry-dates': { up: entryDates },
	'0018-codes': { up: codes },
	'0019-entry-counts': { up: entryCounts },
	'0020-checks': { up: checks },
	'0021-fonds': { up: fonds },
	'0022-purged-scopes': { up: purgedScopes },
	'0023-gone-entries': { up: goneEntries },
	'0024-step-order': { up: stepOrder },
};
