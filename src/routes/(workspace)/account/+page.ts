import { request } from '#client/requests.ts';
import type { Account } from '../../api/account/account.ts';
import { loading } from '../loading.ts';

export const load = () => loading(() => request<Account>('/api/account'));
