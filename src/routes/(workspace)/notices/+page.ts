import { request } from '#client/requests.ts';
import type { Notice } from '#server/collaboration/comments/comment-desk.ts';
import { loading } from '../loading.ts';

export const load = () =>
	loading(async () => ({ notices: await request<readonly Notice[]>('/api/notices') }));
