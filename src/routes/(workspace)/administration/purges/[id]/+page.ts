import { purgesClient } from '#client/purges-client.ts';
import { loading } from '../../../loading.ts';

export const load = ({ params }) =>
	loading(async () => {
		const order = await purgesClient.show(params.id);
		return { order, preview: order.state === 'proposed' ? await purgesClient.preview(order.id) : undefined };
	});
