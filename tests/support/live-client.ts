import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import { entryDocName } from '#sync/entry-doc.ts';
import { elementsOf, fieldValuesOf, setField } from '#sync/field-values.ts';
import { eventually } from './eventually.ts';

/** A real provider of a script, joined to one document. */
export interface LiveClient {
	readonly doc: Y.Doc;
	readonly provider: HocuspocusProvider;
	readonly socket: HocuspocusProviderWebsocket;
	/** Why the server refused, by code. */
	readonly refusals: string[];
	readonly closes: { readonly code: number; readonly reason: string }[];
	/** Sets a field and returns the element's id. */
	set(field: FieldKey, value: FieldValue, by?: string): string;
	values(field: FieldKey): FieldValue[];
	/** Resolves when all edits so far are durable on the server. */
	durable(): Promise<void>;
	close(): void;
}

/** Joins a document with a token, and waits until it is read. */
export async function joinLive(
	port: number,
	nameOrId: string,
	options: {
		readonly token?: string;
		readonly cookie?: string;
		readonly origin?: string;
		readonly by?: string;
		/** Root certificate to trust, alone: the server speaks TLS. */
		readonly ca?: string | undefined;
		readonly wait?: boolean;
		/** What a device holds already, in place of an empty document. */
		readonly doc?: Y.Doc;
	},
): Promise<LiveClient> {
	const headers: Record<string, string> = {
		...(options.cookie ? { cookie: options.cookie } : {}),
		...(options.origin ? { origin: options.origin } : {}),
	};
	class WithHeaders extends WebSocket {
		constructor(url: string) {
			super(url, { headers, ...(options.ca === undefined ? {} : { ca: options.ca }) });
			// A client that is closed while it connects again says so after the provider has stopped listening.
			this.on('error', () => undefined);
		}
	}
	const socket = new HocuspocusProviderWebsocket({
		url: `${options.ca === undefined ? 'ws' : 'wss'}://127.0.0.1:${port}/collab`,
		WebSocketPolyfill: WithHeaders,
		delay: 50,
		minDelay: 20,
		maxDelay: 300,
	});
	const refusals: string[] = [];
	const closes: { code: number; reason: string }[] = [];
	let barriers = 0;
	let answered = 0;
	const provider = new HocuspocusProvider({
		name: nameOrId.includes(':') || nameOrId.length !== 36 ? nameOrId : entryDocName(nameOrId as EntryId),
		websocketProvider: socket,
		token: options.token ?? null,
		...(options.doc ? { document: options.doc } : {}),
		onAuthenticationFailed: ({ reason }) => refusals.push(reason),
		onClose: ({ event }) => closes.push({ code: event.code, reason: String(event.reason) }),
		onStateless: ({ payload }) => {
			const message = JSON.parse(payload) as { type: string; n?: number; code?: string };
			if (message.type === 'barrier') answered = Math.max(answered, message.n ?? 0);
			if (message.type === 'refused') refusals.push(message.code ?? '');
		},
	});
	provider.attach();
	const doc = provider.document;
	const by = options.by ?? 'script';
	const client: LiveClient = {
		doc,
		provider,
		socket,
		refusals,
		closes,
		set: (field, value, author = by) =>
			setField(fieldValuesOf(doc), field, value, {
				id: createId<string>(),
				by: author,
				at: new Date().toISOString(),
			}).id,
		values: (field) => elementsOf(fieldValuesOf(doc), field).map((element) => element.value),
		async durable() {
			const n = ++barriers;
			provider.sendStateless(JSON.stringify({ type: 'barrier', n }));
			await eventually(() => {
				if (answered < n) throw new Error('no answer to the barrier');
			});
		},
		close() {
			provider.destroy();
			socket.destroy();
		},
	};
	onTestFinished(() => client.close());
	if (options.wait !== false)
		await eventually(() => {
			if (refusals.length) throw new Error(`refused: ${refusals.join(', ')}`);
			if (!provider.synced) throw new Error('not read yet');
		});
	return client;
}
