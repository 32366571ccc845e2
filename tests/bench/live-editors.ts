import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import * as decoding from 'lib0/decoding';
import WebSocket from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { entryDocName } from '#sync/entry-doc.ts';
import { fieldValuesOf, setField } from '#sync/field-values.ts';

/** What a process of editors is told. */
export interface LoadTask {
	readonly port: number;
	readonly ids: readonly EntryId[];
	readonly token: string;
	readonly editors: number;
	readonly seconds: number;
	/** `yjs`: plain Yjs clients, for which an edit is acknowledged when it comes back from the server. */
	readonly protocol: 'hocuspocus' | 'yjs';
	/** How long each rests between an acknowledgement and the next edit; not at all when left out. */
	readonly pauseMs?: number;
}

/** What it found. */
export interface LoadReport {
	readonly perSecond: number;
	/** From each edit to its acknowledgement. */
	readonly timesMs: readonly number[];
}

// Each plain provider listens for the end of the process.
process.setMaxListeners(0);
process.on('message', (task: LoadTask) => {
	void edit(task).then((report) => process.send?.(report));
});

interface Joined {
	readonly doc: Y.Doc;
	readonly synced: Promise<void>;
}

type Join = (task: LoadTask, id: EntryId, onAcknowledged: () => void) => Joined;

const joinHocuspocus: Join = ({ port, token }, id, onAcknowledged) => {
	const socket = new HocuspocusProviderWebsocket({
		url: `ws://127.0.0.1:${port}/collab`,
		WebSocketPolyfill: WebSocket,
		delay: 50,
		minDelay: 20,
	});
	const synced = Promise.withResolvers<void>();
	const provider = new HocuspocusProvider({
		name: entryDocName(id),
		websocketProvider: socket,
		token,
		onSynced: () => synced.resolve(),
		onUnsyncedChanges: ({ number }) => {
			if (number === 0) onAcknowledged();
		},
	});
	provider.attach();
	return { doc: provider.document, synced: synced.promise };
};

const joinPlain: Join = ({ port, token }, id, onAcknowledged) => {
	const doc = new Y.Doc();
	const provider = new WebsocketProvider(`ws://127.0.0.1:${port}/yjs`, entryDocName(id), doc, {
		params: { token },
		WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
		disableBc: true,
	});
	provider.ws?.addEventListener('message', ({ data }) => {
		const decoder = decoding.createDecoder(new Uint8Array(data as ArrayBuffer));
		if (decoding.readVarUint(decoder) !== 0 || decoding.readVarUint(decoder) !== 2) return;
		const { structs } = Y.decodeUpdate(decoding.readVarUint8Array(decoder));
		if (structs.some((struct) => struct.id.client === doc.clientID)) onAcknowledged();
	});
	return { doc, synced: new Promise((resolve) => provider.once('sync', () => resolve())) };
};

/** Editors with a socket each, that set a field of their own and the next time when the server has acknowledged it. */
async function edit(task: LoadTask): Promise<LoadReport> {
	const { ids, editors, seconds, pauseMs } = task;
	const join = task.protocol === 'yjs' ? joinPlain : joinHocuspocus;
	const timesMs: number[] = [];
	let isRunning = false;
	const starts: (() => void)[] = [];
	await Promise.all(
		Array.from({ length: editors }, async (_, index) => {
			let since = 0;
			let count = 0;
			const next = (): void => {
				since = performance.now();
				setField(
					fieldValuesOf(joined.doc),
					`creators#${index}`,
					{ order: 'a0', text: `合成 ${++count}` },
					{ id: createId<string>(), by: 'bench', at: new Date().toISOString() },
				);
			};
			const joined = join(task, ids[index % ids.length] as EntryId, () => {
				if (since === 0 || !isRunning) return;
				timesMs.push(performance.now() - since);
				since = 0;
				if (pauseMs === undefined) next();
				else setTimeout(next, pauseMs);
			});
			starts.push(next);
			await joined.synced;
		}),
	);
	isRunning = true;
	const started = performance.now();
	for (const start of starts) start();
	await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
	isRunning = false;
	return { perSecond: (timesMs.length / (performance.now() - started)) * 1000, timesMs };
}
