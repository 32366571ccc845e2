import { request } from '#client/requests.ts';
import type { Settings } from '../../../api/administration/settings/settings.ts';
import { loading } from '../../loading.ts';

export const load = () => loading(() => request<Settings>('/api/administration/settings'));
