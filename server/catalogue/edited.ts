import type { ExpressionBuilder, ExpressionWrapper, SqlBool } from 'kysely';
import type { Schema } from '#server/storage/schema.ts';

/**
 * A condition on `log_head`: the log says more of the entry than its row said before. The first update of an imported
 * entry only builds its document from the row, because somebody opened it.
 */
export function isEdited(
	where: ExpressionBuilder<Schema, 'log_head'>,
): ExpressionWrapper<Schema, 'log_head', SqlBool> {
	return where.or([
		where('log_head.updates', '>', 1),
		where.exists(
			where
				.selectFrom('entry_change')
				.select('entry_change.id')
				.whereRef('entry_change.doc', '=', 'log_head.doc'),
		),
	]);
}
