import { ordersClient } from '#client/orders-client.ts';
import { loading } from '../../../loading.ts';

/** States of rows that were not applied, or not left so. */
const LEFT = ['rejected', 'stale', 'unchanged', 'refused'] as const;

export const load = ({ params }) =>
	loading(async () => {
		const [order, ...left] = await Promise.all([
			ordersClient.show(params.id),
			...LEFT.map((state) => ordersClient.allRows(params.id, { state })),
		]);
		return { order, left: left.flat().toSorted((a, b) => a.position - b.position) };
	});
