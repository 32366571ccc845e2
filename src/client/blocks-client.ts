import type { EntryId } from '#domain/base/ids.ts';
import type { OpenBlock, ReservedBlock } from '#domain/catalogue/reference-codes/code-block.ts';
import { request } from './requests.ts';

/** Blocks of numbers over HTTP. */
export const blocksClient = {
	async mine(): Promise<readonly OpenBlock[]> {
		return (await request<{ blocks: readonly OpenBlock[] }>('/api/codes/blocks')).blocks;
	},
	reserve(like: EntryId, count: number, why: string): Promise<ReservedBlock> {
		return request('/api/codes/blocks', {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ like, count, why }),
		});
	},
	giveBack(id: string, why: string): Promise<{ readonly unused: number }> {
		return request(`/api/codes/blocks/${encodeURIComponent(id)}?${new URLSearchParams({ why })}`, {
			method: 'DELETE',
		});
	},
};
