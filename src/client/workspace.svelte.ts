import { HocuspocusProvider } from '@hocuspocus/provider';
import { toBase64 } from 'lib0/buffer';
import { untrack } from 'svelte';
import { createSubscriber } from 'svelte/reactivity';
import * as Y from 'yjs';
import { isRefusal } from '#domain/base/refusal.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { orderKeyBetween } from '#domain/catalogue/order-key.ts';
import type { EntryRow } from '#domain/catalogue/rows.ts';
import { buildEntryDoc, PRESENCE_DOC_NAME } from '#sync/entry-doc.ts';
import { Connection, type ConnectionStatus, type Probe } from './connection.svelte.ts';
import type { EntrySession, PresentPerson, RowsChange, RowsClient, Workspace } from './contract.ts';
import type { DevicePeople } from './device/device-people.ts';
import { createDeviceRows } from './device/device-rows.ts';
import type { DeviceWork } from './device/device-work.svelte.ts';
import { unsentFileOf } from './device/unsent-export.ts';
import { LiveEntrySession, presentPeople } from './entry-session.svelte.ts';
import { importsClient } from './imports-client.ts';
import { readMe, type Me } from './open-workspace.ts';
import { request } from './requests.ts';
import { serverClock } from './server-clock.ts';

/** After this long without a key or pointer a person is shown as away. */
const IDLE_MS = 3 * 60_000;

/** Before the page is loaded anew on purpose, the server gets this long to take what was just typed. */
const SETTLE_MS = 4000;

/** The workspace of one tab: one socket, the entries open in it, who else is there, and what the device keeps. */
export class LiveWorkspace implements Workspace {
	readonly me: Workspace['me'];
	readonly imports = importsClient;
	readonly rows: RowsClient;
	readonly device: DeviceWork;
	#archive = $state.raw<Workspace['archive']>({ name: '', code: '', synthetic: false });
	#waitingForArchive = $state.raw<number | undefined>(undefined);
	#people: DevicePeople;
	#connection: Connection;
	#presence: HocuspocusProvider | undefined;
	#presenceDoc = new Y.Doc();
	// Not state itself: while a component goes, Svelte shows it the state of before, which must not be written back.
	#sessions = new Map<EntryId, { readonly session: LiveEntrySession; users: number }>();
	#sessionsVersion = $state.raw(0);
	#listeners = new Set<(change: RowsChange) => void>();
	#watchPeople: () => void;
	#at: EntryId | null = null;
	#isIdle = false;
	#refresh: ReturnType<typeof setTimeout> | undefined;
	#stops: (() => void)[] = [];

	constructor(parts: {
		me: Me;
		device: DeviceWork;
		people: DevicePeople;
		/** The server answered just now. */
		isReached: boolean;
		stopHandOver: () => void;
	}) {
		this.me = parts.me.me;
		this.device = parts.device;
		this.#people = parts.people;
		this.#archive = parts.me.archive;
		if (parts.isReached) this.#waitingForArchive = parts.me.waitingForArchive;
		this.#stops.push(parts.stopHandOver);
		const url = new URL('/collab', location.href);
		url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
		this.#connection = new Connection({
			url,
			lineage: parts.device.lineage,
			probe: () => this.#probe(),
			onAnswer: (lineage) => this.device.reached(lineage),
		});
		this.rows = {
			...createDeviceRows({
				store: parts.device.store,
				isReachable: () => this.#connection.reason !== 'client.unreachable',
				onTrouble: (code) => this.device.troubled(code),
				server: {
					children: (parentId, offset, limit) =>
						request(`/api/rows/children?parent=${parentId ?? ''}&offset=${offset}&limit=${limit}`),
					entry: (id) => request(`/api/rows/entry/${id}`),
					search: (query, offset, limit) =>
						request(`/api/rows/search?q=${encodeURIComponent(query)}&offset=${offset}&limit=${limit}`),
				},
			}),
			onChanged: (listener) => {
				this.#listeners.add(listener);
				return () => this.#listeners.delete(listener);
			},
		};
		this.#watchPeople = createSubscriber((update) => {
			this.#presence?.awareness?.on('change', update);
			return () => this.#presence?.awareness?.off('change', update);
		});
		if (this.me.role !== 'reader') this.#joinPresence();
		this.#watchConnection();
		this.#warnBeforeLeaving();
		this.#stops.push(
			this.device.tabs.hear((message) => {
				if (message.type === 'signed-out') location.assign('/sign-in');
			}),
		);
	}

	get archive(): Workspace['archive'] {
		return this.#archive;
	}

	get connection(): ConnectionStatus {
		return this.#connection.status;
	}

	get connectionReason(): string | undefined {
		return this.device.pushTrouble ?? this.#connection.reason;
	}

	get waitingForArchive(): number | undefined {
		return this.#connection.isOnline ? this.#waitingForArchive : undefined;
	}

	get unsent(): number {
		void this.#sessionsVersion;
		let unwritten = 0;
		let unsent = 0;
		for (const { session } of this.#sessions.values()) {
			unwritten += session.unwritten;
			unsent += session.saved.unsent;
		}
		// What was just written is counted on the device a moment later: until then the entries know better.
		return Math.max(this.device.waiting.count + unwritten, unsent);
	}

	get people(): readonly PresentPerson[] {
		this.#watchPeople();
		return presentPeople(this.#presence?.awareness?.getStates(), this.#presenceDoc.clientID);
	}

	open(id: EntryId): EntrySession {
		this.#at = id;
		this.#sayWhere();
		return this.#use(id);
	}

	async create(
		parentId: EntryId | null,
		level: string,
		profile: string,
		title: string,
		after?: EntryId,
	): Promise<EntryId> {
		const id = createId();
		const doc = new Y.Doc();
		const order = await this.#orderAfter(parentId, after);
		buildEntryDoc(
			doc,
			{ level, parentId, order, fields: title ? { title } : {}, bodies: {} },
			{ by: this.me.id, at: serverClock.isoNow(), newElementId: () => createId<string>() },
		);
		const update = toBase64(Y.encodeStateAsUpdate(doc));
		doc.destroy();
		await request('/api/entries', {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ id, profile, update }),
		});
		this.#announce({ ids: [id], parents: [parentId] });
		return id;
	}

	async move(id: EntryId, parentId: EntryId | null, beforeId: EntryId | null): Promise<void> {
		const { before, after } = await this.#neighbours(parentId, beforeId, id);
		const order = orderKeyBetween(before, after);
		await this.#edit(id, (session) => {
			const current = session.values('parent')[0]?.value ?? null;
			session.doc.transact(() => {
				if (current !== parentId) session.set('parent', parentId);
				session.set('order', order);
			});
		});
	}

	async remove(id: EntryId): Promise<void> {
		await this.#edit(id, (session) => session.set('status', 'deleted'));
	}

	async restore(id: EntryId): Promise<void> {
		await this.#edit(id, (session) => session.set('status', 'active'));
	}

	async signIn(password: string): Promise<void> {
		await request('/api/session', {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ name: this.me.name, password }),
		});
		const { me } = await readMe();
		// A name may have been given to another account meanwhile.
		if (me.id !== this.me.id) location.reload();
		this.reconnect();
	}

	reconnect(): void {
		this.#connection.retry();
		void this.device.push();
	}

	async settled(): Promise<void> {
		const isWritten = (): boolean =>
			[...this.#sessions.values()].every(({ session }) => session.unwritten === 0);
		const end = performance.now() + SETTLE_MS;
		while (performance.now() < end && (!isWritten() || (this.#connection.isOnline && this.unsent > 0)))
			await new Promise((resolve) => setTimeout(resolve, 50));
	}

	async exportUnsent(): Promise<Blob> {
		const unwritten = await Promise.all(
			[...this.#sessions].map(async ([id, { session }]) => [id, await session.unwrittenUpdates()] as const),
		);
		return unsentFileOf(this.device, { me: this.me, archive: this.#archive, unwritten: new Map(unwritten) });
	}

	async setPin(pin: string): Promise<void> {
		await this.#people.addSecret(this.me.id, { kind: 'pin', text: pin });
		this.device.offlineOpeningSet(true);
	}

	async removePin(): Promise<void> {
		await this.#people.removeSecret(this.me.id, 'pin');
		this.device.offlineOpeningSet(false);
	}

	async signOut(): Promise<void> {
		const isKept = this.device.store.isDurable;
		for (const { session } of this.#sessions.values()) session.close();
		// What opens the device goes first: whatever else fails, nothing readable is left.
		this.device.tabs.say({ type: 'signed-out' });
		this.close();
		if (isKept) await this.#people.wipe(this.me.id);
		try {
			await request('/api/sign-out', { method: 'POST' });
		} catch (error) {
			// Without the server the session ends there by itself; on this device it is over.
			if (!isRefusal(error)) throw error;
		}
		location.assign('/sign-in');
	}

	/** Leaves: ends the sessions and the socket. */
	close(): void {
		clearTimeout(this.#refresh);
		for (const { session } of this.#sessions.values()) session.close();
		this.#presence?.destroy();
		this.#connection.close();
		this.device.close();
		for (const stop of this.#stops) stop();
	}

	#use(id: EntryId): LiveEntrySession {
		const known = this.#sessions.get(id);
		if (known) {
			known.users++;
			return shared(known.session, () => this.#release(id));
		}
		const session = new LiveEntrySession({
			id,
			me: this.me,
			rows: this.rows,
			connection: this.#connection,
			device: this.device,
			onEditedOffline: (parentId) => this.#announce({ ids: [id], parents: [parentId] }),
		});
		this.#sessions.set(id, { session, users: 1 });
		this.#sessionsVersion = untrack(() => this.#sessionsVersion) + 1;
		return shared(session, () => this.#release(id));
	}

	#release(id: EntryId): void {
		const known = this.#sessions.get(id);
		if (!known) return;
		if (known.users > 1) known.users--;
		// An entry with edits that are nowhere else stays open until they are.
		else if (known.session.mustStay) {
			void known.session.settled().then(
				() => this.#release(id),
				() => undefined,
			);
			return;
		} else {
			this.#sessions.delete(id);
			known.session.close();
			this.#sessionsVersion++;
		}
	}

	async #edit(id: EntryId, change: (session: LiveEntrySession) => void): Promise<void> {
		const session = this.#use(id);
		try {
			await session.ready();
			change(session);
			await session.settled();
		} finally {
			session.close();
		}
	}

	async #orderAfter(parentId: EntryId | null, after: EntryId | undefined): Promise<string> {
		const siblings = await this.#siblings(parentId);
		const at = after === undefined ? siblings.length - 1 : siblings.findIndex((row) => row.id === after);
		return orderKeyBetween(siblings[at]?.order ?? null, siblings[at + 1]?.order ?? null);
	}

	async #neighbours(
		parentId: EntryId | null,
		beforeId: EntryId | null,
		moved: EntryId,
	): Promise<{ before: string | null; after: string | null }> {
		const siblings = (await this.#siblings(parentId)).filter((row) => row.id !== moved);
		const at = beforeId === null ? siblings.length : siblings.findIndex((row) => row.id === beforeId);
		return { before: siblings[at - 1]?.order ?? null, after: siblings[at]?.order ?? null };
	}

	async #siblings(parentId: EntryId | null): Promise<EntryRow[]> {
		const rows: EntryRow[] = [];
		for (;;) {
			const page = await this.rows.children(parentId, rows.length, 1000);
			rows.push(...page.rows);
			if (rows.length >= page.total || page.rows.length === 0) return rows;
		}
	}

	#joinPresence(): void {
		const provider = new HocuspocusProvider({
			name: PRESENCE_DOC_NAME,
			document: this.#presenceDoc,
			websocketProvider: this.#connection.socket,
			token: null,
			onStateless: ({ payload }) => this.#hear(JSON.parse(payload) as Heard),
			onSynced: () => this.#sayWhere(),
		});
		this.#presence = provider;
		provider.attach();
		this.#sayWhere();
		let timer: ReturnType<typeof setTimeout> | undefined;
		const active = (): void => {
			clearTimeout(timer);
			timer = setTimeout(() => this.#setIdle(true), IDLE_MS);
			this.#setIdle(false);
		};
		for (const type of ['keydown', 'pointerdown'] as const) addEventListener(type, active, { passive: true });
		active();
		this.#stops.push(() => {
			clearTimeout(timer);
			for (const type of ['keydown', 'pointerdown'] as const) removeEventListener(type, active);
		});
	}

	#setIdle(isIdle: boolean): void {
		if (this.#isIdle === isIdle) return;
		this.#isIdle = isIdle;
		this.#sayWhere();
	}

	#sayWhere(): void {
		this.#presence?.awareness?.setLocalState({ entryId: this.#at, field: null, idle: this.#isIdle });
	}

	#hear(message: Heard): void {
		if (message.type === 'changed') {
			this.#announce({ ids: message.ids, parents: message.parents });
			this.#refreshSoon();
		} else if (message.type === 'deposited') {
			this.#sessions.get(message.id)?.session.deposited(message.version, message.seq);
			this.#announce({ ids: [message.id], parents: [] });
			this.#refreshSoon();
		}
	}

	/** What the server says of the archive, a moment after something changed there. */
	#refreshSoon(): void {
		clearTimeout(this.#refresh);
		this.#refresh = setTimeout(() => void this.#probe(), 800);
	}

	/** Asks the server who I am: whether it is there, whether I am still signed in, and what waits. */
	async #probe(): Promise<Probe> {
		try {
			const me = await readMe();
			if (me.me.id !== this.me.id) return { kind: 'refused', code: 'permissions.sign-in' };
			this.#archive = me.archive;
			this.#waitingForArchive = me.waitingForArchive;
			void this.#people.confirmed(this.me.id);
			return { kind: 'answers', lineage: me.lineage };
		} catch (error) {
			if (!isRefusal(error)) throw error;
			return { kind: 'refused', code: error.code };
		}
	}

	/** While no WebSocket gets through, what waits is pushed at once; when it does again, lists are read anew. */
	#watchConnection(): void {
		let wasAway = false;
		this.#stops.push(
			$effect.root(() => {
				$effect(() => {
					const { status, isOnline } = this.#connection;
					this.device.hurry(status === 'http');
					if (status === 'disconnected') wasAway = true;
					else if (isOnline && wasAway) {
						wasAway = false;
						untrack(() => this.#announce({ ids: [...this.#sessions.keys()], parents: [], all: true }));
					}
				});
			}),
		);
	}

	#announce(change: RowsChange): void {
		for (const listener of [...this.#listeners]) listener(change);
	}

	#warnBeforeLeaving(): void {
		const warn = (event: BeforeUnloadEvent): void => {
			if (this.unsent > 0) event.preventDefault();
		};
		addEventListener('beforeunload', warn);
		this.#stops.push(() => removeEventListener('beforeunload', warn));
	}
}

type Heard =
	| {
			readonly type: 'changed';
			readonly ids: readonly EntryId[];
			readonly parents: readonly (EntryId | null)[];
	  }
	| { readonly type: 'deposited'; readonly id: EntryId; readonly version: string; readonly seq: number };

/** The session, whose `close` gives back one use of it. */
function shared(session: LiveEntrySession, release: () => void): LiveEntrySession {
	let isOpen = true;
	return new Proxy(session, {
		get(target, name) {
			if (name === 'close')
				return () => {
					if (isOpen) release();
					isOpen = false;
				};
			const value = Reflect.get(target, name, target) as unknown;
			return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
		},
	});
}
