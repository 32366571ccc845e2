import type { ShownGateBoard, ShownLine } from '#server/statistics/gate-desk.ts';
import { request } from './requests.ts';

/** The gates over HTTP. */
export const gatesClient = {
	board: (fonds?: string) =>
		request<ShownGateBoard>(`/api/gates${fonds ? `?fonds=${encodeURIComponent(fonds)}` : ''}`),
	line: (id: string) => request<ShownLine>(`/api/gates/${encodeURIComponent(id)}`),
};
