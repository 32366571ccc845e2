import type { ShortFormDecision } from '#domain/catalogue/authorities/resolve.ts';
import type {
	RegisterContent,
	RegisterId,
	RegisterRecord,
	RegisterVersion,
} from '#domain/catalogue/registers/register.ts';
import type {
	MergeOutcome,
	TypedAuthority,
	UndoneMerge,
} from '#server/catalogue/authorities/authority-desk.ts';
import type { PickList } from '#server/catalogue/authorities/authority-list.ts';
import type { RegisterPage } from '#server/catalogue/registers/register-desk.ts';
import type { RegisterChange, RegisterSaved } from '#server/catalogue/registers/registers.ts';
import type { SheetOutcome } from '#server/catalogue/registers/sheet-desk.ts';
import type { ResolveOutcome } from '#server/collaboration/authorities/resolve-desk.ts';
import { request } from './requests.ts';

/** A list of thousands is read, checked and saved as one. */
const SHEET_MS = 120_000;

const send = (body: unknown) => ({
	method: 'POST',
	headers: { 'content-type': 'application/json' },
	body: JSON.stringify(body),
});
const place = (register: RegisterId, id = ''): string =>
	`/api/registers/${register}${id && `/${encodeURIComponent(id)}`}`;

/** How a sheet is read. */
export interface SheetOptions {
	readonly uploadId: string;
	readonly why: string;
	readonly isTrial: boolean;
	readonly language: 'zh' | 'en';
}

/** Registers over HTTP. */
export const registersClient = {
	async list(
		register: RegisterId,
		{ find = '', withdrawn = false }: { find?: string; withdrawn?: boolean },
		offset: number,
		limit: number,
	) {
		const query = new URLSearchParams({ find, offset: String(offset), limit: String(limit) });
		if (!withdrawn) query.set('withdrawn', 'no');
		const { records, total, canEdit } = await request<RegisterPage>(`${place(register)}?${query}`);
		return { total, rows: records, canEdit };
	},
	record: (register: RegisterId, id: string) =>
		request<{ readonly record: RegisterRecord; readonly versions: readonly RegisterVersion[] }>(
			place(register, id),
		),
	save: (
		register: RegisterId,
		changes: readonly (Omit<RegisterChange, 'content'> & { readonly content: RegisterContent })[],
		why: string,
	) => request<RegisterSaved>(place(register), send({ changes, why })),
	sheet: (register: RegisterId, options: SheetOptions) =>
		request<SheetOutcome>(`${place(register)}/sheet`, send(options), SHEET_MS),
	async suggest(typed: string, day: string | undefined, limit: number) {
		const query = new URLSearchParams({ q: typed, limit: String(limit), ...(day ? { day } : {}) });
		const answer = await request<{ readonly found: readonly TypedAuthority[] }>(
			`/api/registers/authority/suggest?${query}`,
		);
		return answer.found;
	},
	pickList: (known: string) =>
		request<PickList | { readonly isKnown: true }>(
			`/api/registers/authority/pick-list?known=${encodeURIComponent(known)}`,
		),
	merge: (keep: string, drop: string, why: string, isTrial: boolean) =>
		request<MergeOutcome>('/api/registers/authority/merge', send({ keep, drop, why, isTrial })),
	undoMerge: (mergeId: string, why: string) =>
		request<UndoneMerge>('/api/registers/authority/merge/undo', send({ mergeId, why })),
	resolve: (decision: ShortFormDecision, why: string, isPreview: boolean) =>
		request<ResolveOutcome>(
			'/api/registers/authority/resolve',
			send({ ...decision, why, isPreview }),
			SHEET_MS,
		),
};
