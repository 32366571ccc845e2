import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import WebSocket from 'ws';
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
	/** How long each rests between an acknowledgement and the next edit; not at all when left out. */
	readonly pauseMs?: number;
}

/** What it found. */
export interface LoadReport {
	readonly perSecond: number;
	/** From each edit to its acknowledgement. */
	readonly timesMs: readonly number[];
}

process.on('message', (task: LoadTask) => {
	void edit(task).then((report) => process.send?.(report));
});

/** Editors with a socket each, that set a field of their own and the next time when the server has acknowledged it. */
async function edit({ port, ids, token, editors, seconds, pauseMs }: LoadTask): Promise<LoadReport> {
	const timesMs: number[] = [];
	let isRunning = false;
	const starts: (() => void)[] = [];
	await Promise.all(
		Array.from({ length: editors }, async (_, index) => {
			const socket = new HocuspocusProviderWebsocket({
				url: `ws://127.0.0.1:${port}/collab`,
				WebSocketPolyfill: WebSocket,
				delay: 50,
				minDelay: 20,
			});
			let since = 0;
			let count = 0;
			const next = (): void => {
				since = performance.now();
				setField(
					fieldValuesOf(provider.document),
					`creators#${index}`,
					{ order: 'a0', text: `合成 ${++count}` },
					{ id: createId<string>(), by: 'bench', at: new Date().toISOString() },
				);
			};
			const synced = Promise.withResolvers<void>();
			const provider = new HocuspocusProvider({
				name: entryDocName(ids[index % ids.length] as EntryId),
				websocketProvider: socket,
				token,
				onSynced: () => synced.resolve(),
				onUnsyncedChanges: ({ number }) => {
					if (number > 0 || since === 0 || !isRunning) return;
					timesMs.push(performance.now() - since);
					since = 0;
					if (pauseMs === undefined) next();
					else setTimeout(next, pauseMs);
				},
			});
			provider.attach();
			starts.push(next);
			await synced.promise;
		}),
	);
	isRunning = true;
	const started = performance.now();
	for (const start of starts) start();
	await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
	isRunning = false;
	return { perSecond: (timesMs.length / (performance.now() - started)) * 1000, timesMs };
}
