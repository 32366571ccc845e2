import { isRefusal } from '#domain/base/refusal.ts';
import type { EntryRow, RowPage } from '#domain/catalogue/rows.ts';
import type { RowsClient } from './contract.ts';
import { request } from './requests.ts';

/**
 * The fonds to choose among, wherever they lie; without the server the outermost entries this device has.
 * @throws {Refusal} what the server refuses
 */
export async function fondsToChoose(
	rows: Pick<RowsClient, 'children'>,
	limit: number,
): Promise<readonly EntryRow[]> {
	try {
		return (await request<RowPage>(`/api/rows/fonds?limit=${limit}`)).rows;
	} catch (error) {
		if (!isRefusal(error) || error.code !== 'client.unreachable') throw error;
		return (await rows.children(null, 0, limit)).rows;
	}
}
