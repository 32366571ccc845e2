import type { EntryId } from '#domain/base/ids.ts';
import type { CodeReport, ResolvedCode } from '#domain/catalogue/reference-codes/code-report.ts';
import type {
	RenumberAsk,
	Renumbered,
	RenumberPreview,
} from '#domain/catalogue/reference-codes/renumber-preview.ts';
import type {
	RenumberingPage,
	RenumberingReport,
} from '#domain/catalogue/reference-codes/renumbering-list.ts';
import { request } from './requests.ts';

const send = (body: unknown) => ({
	method: 'POST',
	headers: { 'content-type': 'application/json' },
	body: JSON.stringify(body),
});

/** Reference codes over HTTP. */
export const codesClient = {
	report(fonds: string, limit = 1000): Promise<CodeReport> {
		return request(`/api/codes?${new URLSearchParams({ fonds, limit: String(limit) })}`);
	},
	async resolve(code: string): Promise<readonly ResolvedCode[]> {
		const { entries } = await request<{ entries: readonly ResolvedCode[] }>(
			`/api/codes/resolve?${new URLSearchParams({ code })}`,
		);
		return entries;
	},
	note(gap: { groupKey: string; from: number; to: number }, why: string): Promise<unknown> {
		const { groupKey, from, to } = gap;
		return request('/api/codes/notes', send({ groupKey, from, to, why }));
	},
	preview(ask: RenumberAsk): Promise<RenumberPreview> {
		return request('/api/codes/renumber', send(ask));
	},
	renumber(ask: RenumberAsk, why: string): Promise<Renumbered> {
		return request('/api/codes/renumber', send({ ...ask, why }));
	},
	renumberings(offset: number, limit: number): Promise<RenumberingPage> {
		const part = new URLSearchParams({ offset: String(offset), limit: String(limit) });
		return request(`/api/codes/renumber?${part}`);
	},
	renumbering(id: string): Promise<RenumberingReport> {
		return request(`/api/codes/renumber/${encodeURIComponent(id)}`);
	},
	undo(batchId: string): Promise<{ readonly undone: number; readonly stale: readonly EntryId[] }> {
		return request(`/api/codes/renumber/${encodeURIComponent(batchId)}`, { method: 'DELETE' });
	},
};
