import type { OrderRowState, OrderRule } from '#domain/collaboration/orders.ts';
import type {
	OrderDetail,
	OrderOutcome,
	OrderPreview,
	ShownOrder,
	ShownOrderRow,
	ShownSample,
} from '#server/collaboration/orders/shown-order.ts';
import { request, requestWithProgress } from './requests.ts';

/** A rule as it is sent: a list of corrections also as the file itself. */
export type SentRule = OrderRule | { readonly kind: 'file'; readonly name: string; readonly base64: string };

/** Which orders a list holds. */
export type OrdersShown = 'waiting' | 'mine' | 'all';

/** Which rows of an order are asked for. */
export interface OrderRowsFilter {
	readonly group?: number;
	readonly state?: OrderRowState;
	readonly sample?: string;
}

/** How far an order has been carried out, in rows. */
export interface OrderProgress {
	readonly done: number;
	readonly total: number;
}

type OnProgress = (progress: OrderProgress) => void;

/** Rows of one answer at most. */
const PAGE = 500;

const send = (body: unknown) => ({
	method: 'POST',
	headers: { 'content-type': 'application/json' },
	body: JSON.stringify(body),
});
const place = (order: string): string => `/api/orders/${encodeURIComponent(order)}`;

function rows(order: string, filter: OrderRowsFilter, offset: number, limit: number) {
	const query = new URLSearchParams(
		Object.entries({ ...filter, offset, limit }).map(([name, value]) => [name, String(value)]),
	);
	return request<{ readonly total: number; readonly rows: readonly ShownOrderRow[] }>(
		`${place(order)}/rows?${query}`,
	);
}

/** All rows that a filter finds, page by page. */
async function allRows(order: string, filter: OrderRowsFilter): Promise<ShownOrderRow[]> {
	const found: ShownOrderRow[] = [];
	for (;;) {
		const page = await rows(order, filter, found.length, PAGE);
		found.push(...page.rows);
		if (page.rows.length === 0 || found.length >= page.total) return found;
	}
}

/** Correction orders over HTTP. */
export const ordersClient = {
	async list(show: OrdersShown, offset: number, limit: number) {
		const query = new URLSearchParams({ show, offset: String(offset), limit: String(limit) });
		const answer = await request<{ readonly total: number; readonly orders: readonly ShownOrder[] }>(
			`/api/orders?${query}`,
		);
		return { total: answer.total, rows: answer.orders };
	},
	preview: (rule: SentRule, signal: AbortSignal) =>
		request<OrderPreview>('/api/orders/preview', { ...send({ rule }), signal }),
	create: (rule: SentRule, why: string, isDraft: boolean) =>
		request<OrderDetail>('/api/orders', send({ rule, why, isDraft })),
	show: (order: string) => request<OrderDetail>(place(order)),
	rows,
	allRows,
	/** Positions of sampled rows nobody has judged. */
	async unseen(order: string, samples: readonly ShownSample[]): Promise<ReadonlySet<number>> {
		const found = await Promise.all(
			samples.map(({ id }) => allRows(order, { sample: id, state: 'waiting' })),
		);
		return new Set(found.flat().map(({ position }) => position));
	},
	submit: (order: string) => request(`${place(order)}/submit`, send({})),
	withdraw: (order: string) => request(`${place(order)}/withdraw`, send({})),
	sample: (order: string, size: number | undefined) =>
		request<ShownSample>(`${place(order)}/sample`, send(size === undefined ? {} : { size })),
	judge: (
		order: string,
		which: readonly number[] | { readonly group: number },
		verdict: 'approved' | 'rejected',
		why: string,
	) => request(`${place(order)}/judge`, send({ which, verdict, why })),
	decide: (
		order: string,
		verdict: 'approve' | 'reject',
		why: string,
		onProgress: OnProgress,
		signal: AbortSignal,
	) =>
		requestWithProgress<OrderProgress, OrderOutcome>(
			`${place(order)}/decide`,
			{ verdict, why },
			onProgress,
			signal,
		),
	undo: (order: string, why: string, onProgress: OnProgress, signal: AbortSignal) =>
		requestWithProgress<OrderProgress, OrderOutcome>(`${place(order)}/undo`, { why }, onProgress, signal),
};
