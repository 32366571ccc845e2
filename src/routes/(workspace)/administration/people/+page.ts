import { request } from '#client/requests.ts';
import type { People } from '../../../api/administration/people/people.ts';
import { loading } from '../../loading.ts';

export const load = () => loading(() => request<People>('/api/administration/people'));
