import { request } from '#client/requests.ts';
import type { ShownProposal } from '#server/collaboration/proposals/proposal-desk.ts';
import { loading } from '../loading.ts';

export const load = () =>
	loading(async () => ({ proposals: await request<readonly ShownProposal[]>('/api/proposals') }));
