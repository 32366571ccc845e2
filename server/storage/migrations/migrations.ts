import type { Migration } from 'kysely/migration';
import { up } from './0001-first-tables.ts';

/** Every migration, in order. Names are never changed once released. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
	'0001-first-tables': { up },
};
