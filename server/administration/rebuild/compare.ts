import { DatabaseSync } from 'node:sqlite';
import { Refusal } from '#domain/base/refusal.ts';

/** What a database had and the store has not. */
export interface NotDeposited {
	/** Entries, and what is said about them, of which it had newer positions. */
	readonly entries: readonly {
		readonly id: string;
		readonly title: string;
		/** `entry` or `review`. */
		readonly of: string;
		/** Position the store has; 0 for none. */
		readonly stored: number;
		readonly lost: number;
	}[];
	/** Ids of accepted imports, of orders that were submitted, and of steps of review. */
	readonly imports: readonly string[];
	readonly orders: readonly string[];
	readonly steps: readonly string[];
	/** Campaigns of checks that had ended. */
	readonly campaigns: readonly string[];
	/** Registers of which it had more versions. */
	readonly registers: readonly string[];
	/** How many things done with reference codes it had more. */
	readonly codeEvents: number;
}

/**
 * Says exactly what a copy of the lost database has beyond the rebuilt one.
 * @throws {Refusal} 'rebuild.no-database'
 */
export function compareWith(lost: string, rebuilt: string): NotDeposited {
	const database = open(lost);
	try {
		database.prepare('attach database ? as rebuilt').run(rebuilt);
		const ids = (table: string, condition: string): string[] =>
			database
				.prepare(
					`select id from main.${table} where ${condition} and id not in (select id from rebuilt.${table}) order by id`,
				)
				.all()
				.map((row) => String(row['id']));
		const entries = database
			.prepare(
				`select head.doc, head.seq as lost, coalesce(known.seq, 0) as stored, entry.title
				from main.log_head as head
				left join rebuilt.log_head as known on known.doc = head.doc
				left join main.entry as entry on entry.id = substr(head.doc, instr(head.doc, ':') + 1)
				where head.seq > coalesce(known.seq, 0)
				and (head.doc like 'review:%' or head.doc like 'entry:%' and (head.updates > 1
					or exists (select 1 from main.entry_change where entry_change.doc = head.doc)))
				order by head.seq`,
			)
			.all();
		return {
			entries: entries.map((row) => {
				const [of, id] = String(row['doc']).split(':') as [string, string];
				return {
					id,
					title: String(row['title'] ?? ''),
					of,
					stored: Number(row['stored']),
					lost: Number(row['lost']),
				};
			}),
			imports: ids('import', `state <> 'staging'`),
			orders: ids('correction_order', `state <> 'draft'`),
			steps: ids('review_step', 'true'),
			campaigns: ids('campaign', `state not in ('waiting', 'running')`),
			registers: database
				.prepare(
					`select register from main.register_version group by register having count(*) >
						(select count(*) from rebuilt.register_version as known where known.register = register_version.register)`,
				)
				.all()
				.map((row) => String(row['register'])),
			codeEvents: Number(
				database
					.prepare(
						'select (select count(*) from main.code_event) - (select count(*) from rebuilt.code_event) as more',
					)
					.get()?.['more'] ?? 0,
			),
		};
	} catch (error) {
		throw new Refusal('rebuild.no-database', { path: lost, reason: (error as Error).message });
	} finally {
		database.close();
	}
}

function open(path: string): DatabaseSync {
	try {
		return new DatabaseSync(path, { readOnly: true });
	} catch (error) {
		throw new Refusal('rebuild.no-database', { path, reason: (error as Error).message });
	}
}
