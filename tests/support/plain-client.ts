import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import { entryDocName } from '#sync/entry-doc.ts';
import { elementsOf, fieldValuesOf, setField } from '#sync/field-values.ts';
import { eventually } from './eventually.ts';

/** A real y-websocket provider, as scripts and notebooks use it. */
export interface PlainClient {
	readonly doc: Y.Doc;
	readonly provider: WebsocketProvider;
	readonly closes: { readonly code: number; readonly reason: string }[];
	/** Set once it has been told never to come back. */
	readonly ended: () => { readonly code: number; readonly reason: string } | undefined;
	/** Sets a field and returns the element's id. */
	set(field: FieldKey, value: FieldValue, by?: string): string;
	values(field: FieldKey): FieldValue[];
	close(): void;
}

/** Joins a document as a plain Yjs client, and waits until it is read. */
export async function joinPlain(
	port: number,
	nameOrId: string,
	options: {
		readonly token?: string;
		readonly cookie?: string;
		readonly origin?: string;
		readonly by?: string;
		readonly wait?: boolean;
		readonly doc?: Y.Doc;
	},
): Promise<PlainClient> {
	const headers: Record<string, string> = {
		...(options.cookie ? { cookie: options.cookie } : {}),
		...(options.origin ? { origin: options.origin } : {}),
	};
	class WithHeaders extends WebSocket {
		constructor(url: string) {
			super(url, { headers });
		}
	}
	const doc = options.doc ?? new Y.Doc();
	const closes: { code: number; reason: string }[] = [];
	let ended: { code: number; reason: string } | undefined;
	const provider = new WebsocketProvider(
		`ws://127.0.0.1:${port}/yjs`,
		nameOrId.length === 36 ? entryDocName(nameOrId as EntryId) : nameOrId,
		doc,
		{
			params: options.token === undefined ? {} : { token: options.token },
			WebSocketPolyfill: WithHeaders as unknown as typeof globalThis.WebSocket,
			disableBc: true,
			maxBackoffTime: 300,
		},
	);
	provider.on('connection-close', (event) => {
		if (event) closes.push({ code: event.code, reason: event.reason });
	});
	provider.on('closed', (event) => (ended = event));
	const by = options.by ?? 'script';
	const client: PlainClient = {
		doc,
		provider,
		closes,
		ended: () => ended,
		set: (field, value, author = by) =>
			setField(fieldValuesOf(doc), field, value, {
				id: createId<string>(),
				by: author,
				at: new Date().toISOString(),
			}).id,
		values: (field) => elementsOf(fieldValuesOf(doc), field).map((element) => element.value),
		close: () => provider.destroy(),
	};
	onTestFinished(() => client.close());
	if (options.wait !== false)
		await eventually(() => {
			if (ended) throw new Error(`refused: ${ended.code} ${ended.reason}`);
			if (!provider.synced) throw new Error('not read yet');
		});
	return client;
}
