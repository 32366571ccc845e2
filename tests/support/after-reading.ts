import type { KyselyPlugin } from 'kysely';
import type { Storage } from '#server/storage/storage.ts';

/** The storage, where somebody writes once in between: right after the first reading of a table with such rows. */
export function afterReading(
	table: string,
	write: (storage: Storage) => Promise<unknown>,
	isMeant: (rows: readonly object[]) => boolean = () => true,
): (opened: Storage) => Storage {
	return (opened) => {
		const readings = new WeakSet<object>();
		let isWritten = false;
		const plugin: KyselyPlugin = {
			transformQuery({ node, queryId }) {
				if (node.kind === 'SelectQueryNode' && JSON.stringify(node.from).includes(`"name":"${table}"`))
					readings.add(queryId);
				return node;
			},
			async transformResult({ queryId, result }) {
				if (isWritten || !readings.has(queryId) || !isMeant(result.rows)) return result;
				isWritten = true;
				await write(opened);
				return result;
			},
		};
		return { ...opened, db: opened.db.withPlugin(plugin) };
	};
}
