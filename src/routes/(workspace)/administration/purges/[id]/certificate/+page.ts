import { purgesClient } from '#client/purges-client.ts';
import { loading } from '../../../../loading.ts';

export const load = ({ params }) =>
	loading(async () => ({ certificate: await purgesClient.certificate(params.id) }));
