import type { Authority } from '#domain/catalogue/authorities/authority.ts';
import type { FondsRecord } from '#domain/catalogue/fonds/fonds-record.ts';
import type { HoldingsRecord } from '#domain/statistics/holdings/holdings-record.ts';
import type { TestServer } from './server.ts';

/** An answer over HTTP: the status, and the last line of JSON. */
export interface Answered<T> {
	readonly status: number;
	readonly body: T;
}

/** Asks a server with these headers. */
export function asking(server: TestServer, headers: Readonly<Record<string, string>>) {
	return async <T = Record<string, unknown>>(path: string, body?: unknown): Promise<Answered<T>> => {
		const answer = await fetch(server.origin + path, {
			headers: { ...headers, 'content-type': 'application/json' },
			...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
		});
		const lines = (await answer.text()).trim().split('\n');
		return { status: answer.status, body: JSON.parse(lines.at(-1) ?? '') as T };
	};
}

/** Asks with an API token. */
export const withToken = (server: TestServer, token: string) =>
	asking(server, { authorization: `Bearer ${token}` });

/** Uploads a file; its id. */
export async function upload(
	server: TestServer,
	token: string,
	name: string,
	content: string | Uint8Array<ArrayBuffer>,
): Promise<string> {
	const answer = await fetch(`${server.origin}/api/uploads?name=${encodeURIComponent(name)}`, {
		method: 'PUT',
		headers: { authorization: `Bearer ${token}` },
		body: content,
	});
	return ((await answer.json()) as { uploadId: string }).uploadId;
}

/** An authority with nothing but what is given. */
export function anAuthority(content: Partial<Authority>): Authority {
	return {
		kind: 'body',
		names: [],
		shortNames: [],
		organCodes: [],
		predecessors: [],
		fondsNumbers: [],
		offices: [],
		note: '',
		...content,
	};
}

/** A fonds with nothing but what is given. */
export function aFondsRecord(content: Partial<FondsRecord> & Pick<FondsRecord, 'fondsNumber'>): FondsRecord {
	return {
		name: '合成全宗',
		complex: '',
		creatorId: '',
		status: 'active',
		predecessors: [],
		successors: [],
		categories: [],
		codeRegimes: [],
		orgOrMatter: [],
		guide: '',
		entryId: '',
		...content,
	};
}

/** A line of the register of holdings with nothing but what is given. */
export function aHoldingsLine(
	content: Partial<HoldingsRecord> & Pick<HoldingsRecord, 'fondsNumber'>,
): HoldingsRecord {
	return {
		files: 0,
		itemsInFiles: 0,
		singleItems: 0,
		pages: 0,
		metres: 0,
		carrier: '',
		countedOn: '20260601',
		countedBy: 'count',
		source: '',
		excluded: { classified: 0, unfit: 0, dueForDestruction: 0 },
		note: '',
		...content,
	};
}
