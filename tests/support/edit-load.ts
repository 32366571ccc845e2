import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import WebSocket from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { createId } from '#domain/base/ids.ts';
import { fieldValuesOf, setField } from '#sync/field-values.ts';

/**
 * A process of real providers that edit as fast as told, and print each edit when it was acknowledged:
 * `{"doc":…,"element":…}` a line. Arguments: port, token, author, entry ids, edits per second for each, and `yjs` for
 * plain Yjs clients.
 */
const [port, token, author, ids, rate, endpoint] = process.argv.slice(2) as [
	string,
	string,
	string,
	string,
	string,
	'yjs' | undefined,
];

/** A provider that edits; `isReady` says whether it has read the document, `sent` hears of each edit. */
interface Editor {
	readonly doc: Y.Doc;
	readonly isReady: () => boolean;
	readonly sent: (element: string) => void;
}

function acknowledged(doc: string, element: string): void {
	process.stdout.write(`${JSON.stringify({ doc, element })}\n`);
}

/** Acknowledged by the answer to a barrier. */
function hocuspocusEditor(id: string): Editor {
	const socket = new HocuspocusProviderWebsocket({
		url: `ws://127.0.0.1:${port}/collab`,
		WebSocketPolyfill: WebSocket,
		delay: 50,
		minDelay: 20,
	});
	const waiting = new Map<number, string>();
	let barriers = 0;
	const provider = new HocuspocusProvider({
		name: `entry:${id}`,
		websocketProvider: socket,
		token,
		onStateless: ({ payload }) => {
			const message = JSON.parse(payload) as { type: string; n: number };
			const element = message.type === 'barrier' ? waiting.get(message.n) : undefined;
			if (element === undefined) return;
			acknowledged(id, element);
			waiting.delete(message.n);
		},
	});
	provider.attach();
	return {
		doc: provider.document,
		isReady: () => provider.synced,
		sent(element) {
			const n = ++barriers;
			waiting.set(n, element);
			provider.sendStateless(JSON.stringify({ type: 'barrier', n }));
		},
	};
}

/** Its protocol acknowledges nothing: an edit counts when another client has received it. */
function plainEditor(id: string): Editor {
	const join = (): WebsocketProvider =>
		new WebsocketProvider(`ws://127.0.0.1:${port}/yjs`, `entry:${id}`, new Y.Doc(), {
			params: { token },
			WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
			// In one process they would hear of each other without the server.
			disableBc: true,
		});
	const provider = join();
	const other = join();
	const waiting = new Set<string>();
	fieldValuesOf(other.doc).observe((event) => {
		for (const { insert } of event.delta)
			for (const { id: element } of (insert ?? []) as { id: string }[])
				if (waiting.delete(element)) acknowledged(id, element);
	});
	return {
		doc: provider.doc,
		isReady: () => provider.synced && other.synced,
		sent: (element) => void waiting.add(element),
	};
}

for (const id of ids.split(',')) {
	const editor = endpoint === 'yjs' ? plainEditor(id) : hocuspocusEditor(id);
	let count = 0;
	setInterval(
		() => {
			if (!editor.isReady()) return;
			const element = createId<string>();
			setField(
				fieldValuesOf(editor.doc),
				`creators#${author.codePointAt(0)}`,
				{ order: 'a0', text: `${author} ${++count}` },
				{ id: element, by: author, at: new Date().toISOString() },
			);
			editor.sent(element);
		},
		1000 / Number(rate),
	);
}
