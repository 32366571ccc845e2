import type { Migration } from 'kysely/migration';
import { up as firstTables } from './0001-first-tables.ts';
import { up as devices } from './0002-devices.ts';
import { up as conflicts } from './0003-conflicts.ts';
import { up as comments } from './0004-comments.ts';
import { up as proposals } from './0005-proposals.ts';
import { up as compaction } from './0009-compaction.ts';

/** Every migration, in order. Names are never changed once released. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
	'0001-first-tables': { up: firstTables },
	'0002-devices': { up: devices },
	'0003-conflicts': { up: conflicts },
	'0004-comments': { up: comments },
	'0005-proposals': { up: proposals },
	'0009-compaction': { up: compaction },
};
