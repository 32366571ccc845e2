import type {
	PurgeCertificate,
	PurgeDetail,
	PurgeGround,
	PurgePreview,
	ShownPurge,
} from '#domain/administration/purge.ts';
import { request } from './requests.ts';

const send = (body: unknown) => ({
	method: 'POST',
	headers: { 'content-type': 'application/json' },
	body: JSON.stringify(body),
});
const place = (order: string): string => `/api/purges/${encodeURIComponent(order)}`;

/** Orders to purge, as pages ask for them. */
export const purgesClient = {
	list: async () => (await request<{ readonly orders: readonly ShownPurge[] }>('/api/purges')).orders,
	propose: (proposal: {
		readonly entries: readonly string[];
		readonly ground: PurgeGround;
		readonly why: string;
		readonly below: boolean;
		readonly keepsCode: boolean;
	}) => request<PurgeDetail>('/api/purges', send(proposal)),
	show: (order: string) => request<PurgeDetail>(place(order)),
	preview: (order: string) => request<PurgePreview>(`${place(order)}/preview`),
	certificate: (order: string) => request<PurgeCertificate>(`${place(order)}/certificate`),
	approve: (order: string, number: string, why: string) =>
		request<PurgeDetail>(place(order), send({ action: 'approve', number, why })),
	reject: (order: string, why: string) => request<PurgeDetail>(place(order), send({ action: 'reject', why })),
	withdraw: (order: string) => request<PurgeDetail>(place(order), send({ action: 'withdraw' })),
	tickBackup: (order: string, file: string) =>
		request<PurgeDetail>(`${place(order)}/backups`, send({ file })),
};
