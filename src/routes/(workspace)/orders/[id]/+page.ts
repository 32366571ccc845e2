import { ordersClient } from '#client/orders-client.ts';
import { loading } from '../../loading.ts';

export const load = ({ params }) => loading(async () => ({ order: await ordersClient.show(params.id) }));
