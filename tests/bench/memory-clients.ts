import { once } from 'node:events';
import * as decoding from 'lib0/decoding';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { createId } from '#domain/base/ids.ts';
import { fieldValuesOf, setField } from '#sync/field-values.ts';
import { authFrame, awarenessFrame, named, syncFrame } from '#tests/support/raw-socket.ts';

/** What the process of clients is told, one after the other; it answers each when it is done. */
export type MemoryTask =
	| {
			readonly kind: 'open';
			readonly port: number;
			readonly token: string;
			readonly names: readonly string[];
			readonly perSocket: number;
	  }
	/** One edit in every document. */
	| { readonly kind: 'edit' }
	| { readonly kind: 'leave' };

/** Documents asked for and not yet answered on one socket, as the pages keep it. */
const WINDOW = 50;

const sockets: { readonly webSocket: WebSocket; readonly names: readonly string[] }[] = [];

process.on('message', (task: MemoryTask) => {
	void run(task).then(() => process.send?.(task.kind));
});

async function run(task: MemoryTask): Promise<void> {
	if (task.kind === 'open') {
		for (let from = 0; from < task.names.length; from += task.perSocket)
			await open(task.port, task.token, task.names.slice(from, from + task.perSocket));
	} else if (task.kind === 'edit') for (const socket of sockets) await edit(socket);
	else
		for (const { webSocket } of sockets.splice(0)) {
			webSocket.close();
			await once(webSocket, 'close');
		}
}

async function open(port: number, token: string, names: readonly string[]): Promise<void> {
	const webSocket = new WebSocket(`ws://127.0.0.1:${port}/collab`);
	await once(webSocket, 'open');
	await each(webSocket, names, 1, (name) => {
		webSocket.send(authFrame(name, token));
		webSocket.send(named('/collab', name, syncFrame(0, Uint8Array.of(0))));
		const state = { entryId: null, field: null, idle: false };
		webSocket.send(named('/collab', name, awarenessFrame(Math.trunc(Math.random() * 2 ** 31), 1, state)));
	});
	sockets.push({ webSocket, names });
}

async function edit({ webSocket, names }: (typeof sockets)[number]): Promise<void> {
	await each(webSocket, names, undefined, (name) => {
		const doc = new Y.Doc();
		setField(
			fieldValuesOf(doc),
			'creators#bench',
			{ order: 'z0', text: '合成' },
			{
				id: createId<string>(),
				by: 'bench',
				at: new Date().toISOString(),
			},
		);
		webSocket.send(named('/collab', name, syncFrame(2, Y.encodeStateAsUpdate(doc))));
		doc.destroy();
	});
}

/**
 * Does something for every document, a window at a time.
 * @param answeredBy the kind of sync message that answers it; undefined: that a change is saved
 */
async function each(
	webSocket: WebSocket,
	names: readonly string[],
	answeredBy: number | undefined,
	send: (name: string) => void,
): Promise<void> {
	const waiting = new Set<string>();
	const left = names.values();
	const done = Promise.withResolvers<void>();
	const next = (): void => {
		while (waiting.size < WINDOW) {
			const { value } = left.next();
			if (value === undefined) break;
			waiting.add(value);
			send(value);
		}
		if (waiting.size === 0) done.resolve();
	};
	const hear = (data: Buffer): void => {
		const decoder = decoding.createDecoder(new Uint8Array(data));
		const name = decoding.readVarString(decoder);
		const kind = decoding.readVarUint(decoder);
		// 0: of the document, 2: who one is, 8: whether an edit is saved. @see Hocuspocus, MessageType
		const isAnswer =
			answeredBy === undefined ? kind === 8 : kind === 0 && decoding.readVarUint(decoder) === answeredBy;
		if (isAnswer && waiting.delete(name)) next();
	};
	webSocket.on('message', hear);
	webSocket.on('close', (code, reason) => {
		if (waiting.size > 0) done.reject(new Error(`closed by the server: ${code} ${reason.toString()}`));
	});
	next();
	await done.promise;
	webSocket.off('message', hear);
}
