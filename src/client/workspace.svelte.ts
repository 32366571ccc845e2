import { untrack } from 'svelte';
import { isRefusal } from '#domain/base/refusal.ts';
import type { EntryId } from '#domain/base/ids.ts';
import type { EntryDetail } from '#domain/catalogue/rows.ts';
import { Arrangement } from './arrangement.ts';
import { Connection, type ConnectionStatus, type Probe } from './connection.svelte.ts';
import type {
	EntrySession,
	MentionedPerson,
	PresentPerson,
	RowsChange,
	RowsClient,
	Workspace,
} from './contract.ts';
import type { DevicePeople } from './device/device-people.ts';
import { choiceQuery } from './choice-query.ts';
import { createDeviceRows } from './device/device-rows.ts';
import type { DeviceWork } from './device/device-work.svelte.ts';
import type { TakenNumber } from './device/number-blocks.ts';
import { unsentFileOf } from './device/unsent-export.ts';
import { LiveEntrySession } from './entry-session.svelte.ts';
import { importsClient } from './imports-client.ts';
import { OpenEntries } from './open-entries.svelte.ts';
import { readMe, type Me } from './open-workspace.ts';
import { Presence, type Heard } from './presence.svelte.ts';
import { request } from './requests.ts';
import { Visits } from './visits.ts';

/** Before the page is loaded anew on purpose, the server gets this long to take what was just typed. */
const SETTLE_MS = 4000;

/** Changes gather so long before the server is asked for its counts. */
const REFRESH_MS = 1500;

/** The workspace of one tab: one socket, the entries open in it, who else is there, and what the device keeps. */
export class LiveWorkspace implements Workspace {
	readonly me: Workspace['me'];
	readonly imports = importsClient;
	readonly rows: RowsClient;
	readonly device: DeviceWork;
	#archive = $state.raw<Workspace['archive']>({ name: '', code: '', synthetic: false });
	/** What the server said last of itself; nothing while it was not asked. */
	#said = $state.raw<Partial<Me>>({});
	#people: DevicePeople;
	#connection: Connection;
	/** Readers are not in the archive: they get rows, and are seen by nobody. */
	#presence: Presence | undefined;
	#entries: OpenEntries;
	#arrangement: Arrangement;
	#visits: Visits | undefined;
	#listeners = new Set<(change: RowsChange) => void>();
	#registerListeners = new Set<(register: string, ids: readonly string[]) => void>();
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
		if (parts.isReached) this.#said = parts.me;
		this.#stops.push(parts.stopHandOver);
		const url = new URL('/collab', location.href);
		url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
		this.#connection = new Connection({
			url,
			personId: this.me.id,
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
					children: (parentId, offset, limit, choice) =>
						request(
							`/api/rows/children?parent=${parentId ?? ''}&offset=${offset}&limit=${limit}${choiceQuery(choice)}`,
						),
					entry: (id) => request(`/api/rows/entry/${id}`),
					search: (query, offset, limit, choice) =>
						request(
							`/api/rows/search?q=${encodeURIComponent(query)}&offset=${offset}&limit=${limit}${choiceQuery(choice)}`,
						),
				},
			}),
			onChanged: (listener) => {
				this.#listeners.add(listener);
				return () => this.#listeners.delete(listener);
			},
		};
		this.#entries = new OpenEntries(
			(id, steps) =>
				new LiveEntrySession({
					id,
					steps,
					me: this.me,
					rows: this.rows,
					connection: this.#connection,
					device: this.device,
					onEditedOffline: (parentId) => this.#announce({ ids: [id], parents: [parentId] }),
				}),
		);
		this.#arrangement = new Arrangement({
			me: this.me,
			rows: this.rows,
			entries: this.#entries,
			ask: request,
			device: parts.device,
			isReachable: () => this.#connection.reason !== 'client.unreachable',
		});
		if (this.me.role !== 'reader')
			this.#presence = new Presence({
				socket: this.#connection.socket,
				onHeard: (message) => this.#hear(message),
				onIdle: (isIdle) => this.#entries.showIdle(isIdle),
			});
		if (this.me.role !== 'reader') {
			this.#visits = new Visits({
				ask: request,
				store: parts.device.store,
				now: () => new Date(),
				onTrouble: (code) => this.device.troubled(code),
				onTold: (ids) => this.#announce({ ids, parents: [] }),
			});
			void this.#visits.start();
		}
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
		return this.#connection.isOnline ? this.#said.waitingForArchive : undefined;
	}

	get openConflicts(): number | undefined {
		return this.#connection.isOnline ? this.#said.openConflicts : undefined;
	}

	get reviewWork(): number | undefined {
		return this.#connection.isOnline ? this.#said.reviewWork : undefined;
	}

	get unreadNotices(): number | undefined {
		return this.#connection.isOnline ? this.#said.unreadNotices : undefined;
	}

	refresh(): void {
		this.#refreshSoon();
	}

	get unsent(): number {
		const { unwritten, unsent } = this.#entries.edits;
		// What was written a moment ago is not counted on the device yet.
		return Math.max(this.device.waiting.count + unwritten, unsent);
	}

	get unkept(): number {
		return this.device.store.isDurable ? this.#entries.edits.unwritten : this.unsent;
	}

	get people(): readonly PresentPerson[] {
		return this.#presence?.people ?? [];
	}

	onRegisterChanged(listener: (register: string, ids: readonly string[]) => void): () => void {
		this.#registerListeners.add(listener);
		return () => this.#registerListeners.delete(listener);
	}

	open(id: EntryId): EntrySession {
		this.#presence?.at(id);
		return this.#entries.use(id);
	}

	seen({ id, seq, hasNews }: Pick<EntryDetail, 'id' | 'seq' | 'hasNews'>): void {
		this.#visits?.seen(id, seq, hasNews);
	}

	async create(
		parentId: EntryId | null,
		level: string,
		profile: string,
		title: string,
		after?: EntryId,
		numbered?: TakenNumber,
	): Promise<EntryId> {
		const id = await this.#arrangement.create({ parentId, level, profile, title, after, numbered });
		this.#announce({ ids: [id], parents: [parentId] });
		return id;
	}

	move(id: EntryId, parentId: EntryId | null, beforeId: EntryId | null): Promise<void> {
		return this.#arrangement.move(id, parentId, beforeId);
	}

	remove(id: EntryId): Promise<void> {
		return this.#arrangement.setStatus(id, 'deleted');
	}

	restore(id: EntryId): Promise<void> {
		return this.#arrangement.setStatus(id, 'active');
	}

	async signIn(password: string): Promise<void> {
		const { id } = await request<{ readonly id: string }>('/api/session', {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ name: this.me.name, password }),
		});
		// A name may have been given to another account meanwhile.
		if (id !== this.me.id) return location.reload();
		this.reconnect();
	}

	reconnect(): void {
		this.#connection.retry();
		void this.device.push();
	}

	async settled(): Promise<void> {
		const isSettled = (): boolean =>
			this.#entries.edits.unwritten === 0 && (!this.#connection.isOnline || this.unsent === 0);
		const end = performance.now() + SETTLE_MS;
		while (performance.now() < end && !isSettled()) await new Promise((resolve) => setTimeout(resolve, 50));
	}

	async exportUnsent(): Promise<Blob> {
		const unwritten = await this.#entries.unwrittenUpdates();
		return unsentFileOf(this.device, { me: this.me, archive: this.#archive, unwritten });
	}

	async setPin(pin: string): Promise<void> {
		this.device.secretsChanged(await this.#people.setPin(this.me.id, pin));
	}

	async setPasskey(signal: AbortSignal): Promise<void> {
		this.device.secretsChanged(await this.#people.setPasskey(this.me.id, signal));
	}

	async removeSecret(kind: 'pin' | 'passkey'): Promise<void> {
		this.device.secretsChanged(await this.#people.removeSecret(this.me.id, kind));
	}

	async peopleToMention(): Promise<readonly MentionedPerson[]> {
		const { store } = this.device;
		try {
			const people = await request<readonly MentionedPerson[]>('/api/comments/people');
			void store.keepFact('people', people).catch((error: unknown) => {
				if (!isRefusal(error)) throw error;
				this.device.troubled(error.code);
			});
			return people;
		} catch (error) {
			if (!isRefusal(error)) throw error;
			return (await store.fact<readonly MentionedPerson[]>('people')) ?? [];
		}
	}

	async signOut(): Promise<void> {
		const isKept = this.device.store.isDurable;
		this.#entries.close();
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
		this.#entries.close();
		this.#presence?.close();
		this.#visits?.close();
		this.#connection.close();
		this.device.close();
		for (const stop of this.#stops) stop();
	}

	#hear(message: Heard): void {
		if (message.type === 'changed') {
			this.#announce({ ids: message.ids, parents: message.parents });
			this.#refreshSoon();
		} else if (message.type === 'deposited') {
			this.#entries.deposited(message.id, message.version);
			this.#announce({ ids: [message.id], parents: [] });
			this.#refreshSoon();
		} else if (message.type === 'register')
			for (const listener of [...this.#registerListeners]) listener(message.register, message.ids);
	}

	/** What the server says of the archive, a moment after something changed there; also while it never stops changing. */
	#refreshSoon(): void {
		this.#refresh ??= setTimeout(() => {
			this.#refresh = undefined;
			void this.#probe();
		}, REFRESH_MS);
	}

	/** Asks the server who I am: whether it is there, whether I am still signed in, and what waits. */
	async #probe(): Promise<Probe> {
		try {
			const me = await readMe();
			if (me.me.id !== this.me.id) return { kind: 'refused', code: 'permissions.sign-in' };
			this.#archive = me.archive;
			this.#said = me;
			void this.#people.confirmed(this.me.id);
			if (me.purged > 0)
				void this.device.clearPurged(me.lineage, me.purged).catch((error: unknown) => {
					// The server is away again: the next look asks for the rest.
					if (!isRefusal(error)) throw error;
				});
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
						void this.#visits?.send();
						void this.#squareBlocks();
						untrack(() => this.#announce({ ids: this.#entries.ids, parents: [], all: true }));
					}
				});
			}),
		);
	}

	/** Blocks of numbers that are used up, or were taken back, leave the device. */
	async #squareBlocks(): Promise<void> {
		const { store, personId } = this.device;
		try {
			const { squareBlocks, NumberBlocks } = await import('./blocks-home.ts');
			const numbers = new NumberBlocks(store, personId);
			if ((await numbers.list()).length > 0) await squareBlocks(store, numbers);
		} catch (error) {
			// The page for them asks again.
			if (!isRefusal(error)) throw error;
		}
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
