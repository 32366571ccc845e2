import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import WebSocket from 'ws';
import { createId } from '#domain/base/ids.ts';
import { fieldValuesOf, setField } from '#sync/field-values.ts';

/**
 * A process of real providers that edit as fast as told, and print each edit when its acknowledgement came:
 * `{"doc":…,"element":…,"value":…}` a line. Arguments: port, token, author, entry ids, edits per second for each.
 */
const [port, token, author, ids, rate] = process.argv.slice(2) as [string, string, string, string, string];

for (const id of ids.split(',')) {
	const socket = new HocuspocusProviderWebsocket({
		url: `ws://127.0.0.1:${port}/collab`,
		WebSocketPolyfill: WebSocket,
		delay: 50,
		minDelay: 20,
	});
	const waiting = new Map<number, { element: string; value: string }[]>();
	let open: { element: string; value: string }[] = [];
	let barriers = 0;
	const provider = new HocuspocusProvider({
		name: `entry:${id}`,
		websocketProvider: socket,
		token,
		onStateless: ({ payload }) => {
			const message = JSON.parse(payload) as { type: string; n: number };
			if (message.type !== 'barrier') return;
			for (const edit of waiting.get(message.n) ?? [])
				process.stdout.write(`${JSON.stringify({ doc: id, ...edit })}\n`);
			waiting.delete(message.n);
		},
	});
	provider.attach();
	let count = 0;
	setInterval(
		() => {
			if (!provider.synced) return;
			const value = `${author} ${++count}`;
			const element = createId<string>();
			setField(
				fieldValuesOf(provider.document),
				`creators#${author.codePointAt(0)}`,
				{ order: 'a0', text: value },
				{ id: element, by: author, at: new Date().toISOString() },
			);
			open.push({ element, value });
			const n = ++barriers;
			waiting.set(n, open);
			open = [];
			provider.sendStateless(JSON.stringify({ type: 'barrier', n }));
		},
		1000 / Number(rate),
	);
}
