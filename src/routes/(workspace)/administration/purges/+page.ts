import { purgesClient } from '#client/purges-client.ts';
import { loading } from '../../loading.ts';

export const load = () => loading(async () => ({ orders: await purgesClient.list() }));
