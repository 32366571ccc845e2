import type {
	OrderDetail,
	OrderOutcome,
	OrderPreview,
	ShownGroup,
	ShownOrder,
	ShownOrderRow,
	ShownSample,
} from '#server/collaboration/orders/shown-order.ts';
import { lineOf, table } from './columns.ts';
import type { Language } from '#server/config.ts';
import { words, type Say } from '#server/words.ts';

/** Results of the verbs of orders as people read them. Rows and groups are counted from 1. */
export const ORDER_PRINTERS: Readonly<Record<string, (result: never, say: Say) => string>> = {
	'order-create': (result: OrderDetail | OrderPreview, say) =>
		'leftOut' in result
			? [
					say('cli_order_previewed', { rows: result.rows, entries: result.entries, ...result.leftOut }),
					...groupLines(result.groups),
					...result.examples.map(rowLine),
				].join('\n')
			: [
					say('cli_order_created', { number: result.number, rows: result.rows }),
					...groupLines(result.groups),
				].join('\n'),
	'order-list': (result: { total: number; orders: readonly ShownOrder[] }, say) =>
		[say('cli_order_listed', { total: result.total }), ...table([], result.orders.map(orderCells))].join(
			'\n',
		),
	'order-show': (result: OrderDetail & { page: { rows: readonly ShownOrderRow[] } }, say) =>
		[
			orderCells(result).join('  '),
			statesOf(result.states),
			...(result.decision ? [`${result.decision.actorName}: ${result.decision.why}`] : []),
			...result.samples.map((sample) => say('cli_order_sampled', sampleParams(sample))),
			...groupLines(result.groups),
			...table(
				[],
				result.page.rows.map((row) => [row.position + 1, rowLine(row), row.state, row.why]),
			),
		].join('\n'),
	'order-submit': (result: ShownOrder) => orderCells(result).join('  '),
	'order-withdraw': (result: ShownOrder) => orderCells(result).join('  '),
	'order-sample': (result: ShownSample, say) => say('cli_order_sampled', sampleParams(result)),
	'order-judge': (_result: object, say) => say('cli_order_judged'),
	'order-decide': outcomeText,
	'order-undo': outcomeText,
};

/** A line of progress of work on rows; undefined for any other. */
export function orderProgressText(progress: unknown, language: Language): string | undefined {
	const { file, done, total } = progress as { file?: string; done?: unknown; total?: number };
	return file === undefined && typeof done === 'number' && total !== undefined
		? words('cli_order_progress', { done, total }, language)
		: undefined;
}

function outcomeText(result: OrderOutcome, say: Say): string {
	return [
		say('cli_order_done', { number: result.number, state: result.state, counts: statesOf(result.states) }),
		...(result.isWhole ? [] : [say('cli_order_stopped')]),
	].join('\n');
}

function statesOf(states: OrderOutcome['states']): string {
	return Object.entries(states)
		.map(([state, count]) => `${state} ${count}`)
		.join(' · ');
}

function sampleParams({ size, positions }: ShownSample): { size: number; positions: string } {
	return { size, positions: positions.map((each) => each + 1).join(', ') };
}

function orderCells({ number, state, rows, proposerName, createdAt, why }: ShownOrder): (string | number)[] {
	return [number, state, rows, proposerName, createdAt, why.replace(/\s+/g, ' ')];
}

function groupLines(groups: readonly Omit<ShownGroup, 'states'>[]): string[] {
	return table(
		[],
		groups.map(({ group, count, fieldId, from, to }) => [
			`#${group + 1}`,
			count,
			fieldId,
			`${from || '—'} → ${to || '—'}`,
		]),
	);
}

function rowLine(row: Pick<ShownOrderRow, 'referenceCode' | 'title' | 'field' | 'from' | 'to'>): string {
	return `${[row.referenceCode, row.title].filter(Boolean).join('  ')}  ${row.field}: ${lineOf(row.from)} → ${lineOf(row.to)}`;
}
