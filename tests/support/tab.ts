import 'fake-indexeddb/auto';
import { HocuspocusProvider } from '@hocuspocus/provider';
import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { Role } from '#domain/permissions/permissions.ts';
import type { RowsChange } from '#client/contract.ts';
import { createDeviceRows } from '#client/device/device-rows.ts';
import { DeviceWork } from '#client/device/device-work.svelte.ts';
import { IndexedStore } from '#client/device/indexed-store.ts';
import { syncApiBy } from '#client/device/sync-api.ts';
import { createDataKey, vaultOf } from '#client/device/vault.ts';
import { LiveEntrySession } from '#client/entry-session.svelte.ts';
import { LiveSocket } from '#client/live-socket.ts';
import type { Me } from '#client/open-workspace.ts';
import { askBy } from '#client/requests.ts';
import { PRESENCE_DOC_NAME } from '#sync/entry-doc.ts';
import { PERSON_HEADER } from '#sync/person-header.ts';
import type { PlacesMessage } from '#sync/presence.ts';
import { startCutProxy, type CutProxy } from './cut-proxy.ts';
import type { TestServer } from './server.ts';

/** What a device keeps, over several tabs and reloads. */
export interface TabDevice {
	readonly me: Me;
	readonly cookie: string;
	readonly id: string;
	openStore(): Promise<IndexedStore>;
}

/** A person's device that has been signed in. */
export async function aTabDevice(server: TestServer, name: string, role: Role): Promise<TabDevice> {
	const cookie = await server.cookie(name, role);
	const response = await fetch(`${server.origin}/api/me`, { headers: { cookie } });
	const me = (await response.json()) as Me;
	const vault = await vaultOf(createDataKey());
	// A test may sign the same person in on several devices.
	const person = `${me.me.id}-${createId<string>()}`;
	return { me, cookie, id: createId<string>(), openStore: () => IndexedStore.open(person, vault) };
}

/** The parts of a tab that need no page: the product's own, on real sockets, through a line that can be cut. */
export interface Tab {
	readonly line: CutProxy;
	readonly device: DeviceWork;
	readonly store: IndexedStore;
	readonly socket: LiveSocket;
	open(id: EntryId): LiveEntrySession;
	close(): Promise<void>;
}

/** Opens a tab. It reconnects faster than the product does. */
export async function openTab(
	server: { readonly port: number },
	of: TabDevice,
	options: {
		readonly isOffline?: boolean;
		/** False: what waits goes up by the socket or not at all. */
		readonly pushes?: boolean;
	} = {},
): Promise<Tab> {
	const line = await startCutProxy(server.port);
	if (options.isOffline) line.cut();
	const origin = `http://127.0.0.1:${line.port}`;
	const ask = askBy((path, init) =>
		fetch(`${origin}${String(path)}`, {
			...init,
			headers: { ...init?.headers, cookie: of.cookie, origin, [PERSON_HEADER]: of.me.me.id },
		}),
	);
	const store = await of.openStore();
	const api = syncApiBy(ask);
	const device = new DeviceWork({
		personId: of.me.me.id,
		deviceId: of.id,
		store,
		api:
			options.pushes === false
				? { ...api, push: () => Promise.reject(new Refusal('client.unreachable')) }
				: api,
		why: undefined,
		secrets: { hasPin: true, hasPasskey: false },
	});
	if (!options.isOffline) await device.reached(of.me.lineage);
	class WithCookie extends WebSocket {
		constructor(url: string) {
			super(url, { headers: { cookie: of.cookie, origin } });
			// A line that is cut says so here too; the provider hears of it by the close.
			this.on('error', () => undefined);
		}
	}
	let isOnline = false;
	const socket = new LiveSocket({
		url: `ws://127.0.0.1:${line.port}/collab?${PERSON_HEADER}=${of.me.me.id}`,
		WebSocketPolyfill: WithCookie,
		delay: 20,
		minDelay: 10,
		maxDelay: 100,
		onStatus: ({ status }) => {
			isOnline = status === 'connected';
		},
	});
	const listeners = new Set<(change: RowsChange) => void>();
	const sessions = new Map<EntryId, LiveEntrySession>();
	const presence = new HocuspocusProvider({
		name: PRESENCE_DOC_NAME,
		websocketProvider: socket,
		token: null,
		onStateless: ({ payload }) => {
			const message = JSON.parse(payload) as Parameters<typeof heard>[0];
			heard(message);
		},
	});
	presence.attach();
	const heard = (
		message:
			| { readonly type: 'changed'; readonly ids: readonly EntryId[] }
			| { readonly type: 'deposited'; readonly id: EntryId; readonly version: string }
			| PlacesMessage,
	): void => {
		if (message.type === 'deposited') sessions.get(message.id)?.deposited(message.version);
		else if (message.type === 'changed')
			for (const listener of listeners) listener({ ids: message.ids, parents: [] });
	};
	const rows = {
		...createDeviceRows({
			store,
			isReachable: () => true,
			onTrouble: (code) => {
				throw new Error(code);
			},
			server: {
				children: () => Promise.reject(new Error('a tab of a test has no lists')),
				search: () => Promise.reject(new Error('a tab of a test has no lists')),
				entry: (id) => ask(`/api/rows/entry/${id}`),
			},
		}),
		onChanged(listener: (change: RowsChange) => void) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
	};
	let closed: Promise<void> | undefined;
	const close = (): Promise<void> =>
		(closed ??= (async () => {
			for (const session of sessions.values()) session.close();
			presence.destroy();
			socket.destroy();
			device.close();
			await line.close();
		})());
	onTestFinished(close);
	return {
		line,
		device,
		store,
		socket,
		open(id) {
			const session = new LiveEntrySession({
				id,
				me: of.me.me,
				rows,
				connection: {
					socket,
					get isOnline() {
						return isOnline;
					},
					reason: undefined,
					onHttpTurn: () => () => undefined,
				},
				device,
				onEditedOffline: () => undefined,
			});
			sessions.set(id, session);
			return session;
		},
		close,
	};
}
