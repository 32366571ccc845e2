import { isRefusal } from '#domain/base/refusal.ts';
import type { DocKey } from '#sync/entry-doc.ts';
import type { LoadAnswer } from '#sync/sync-messages.ts';
import type { OfflineSecrets } from './device-people.ts';
import type { DeviceStore, KeptWork, Waiting } from './device-store.ts';
import { Pusher } from './pusher.ts';
import type { SyncApi } from './sync-api.ts';
import { Tabs } from './tabs.ts';

/** Refusals of the server that the whole device must know of. */
const FOR_EVERYBODY = ['permissions.sign-in', 'permissions.disabled', 'sync.too-old'];

const ROOM_CHECK_MS = 3000;
const MEASURE_MS = 60_000;

export interface DeviceWorkParts {
	readonly personId: string;
	readonly deviceId: string;
	readonly store: DeviceStore;
	readonly api: SyncApi;
	/** Why nothing is kept on this device: `insecure`, or a refusal code; undefined when it is. */
	readonly why: string | undefined;
	/** What opens the device without the server. */
	readonly secrets: OfflineSecrets;
}

/**
 * The work of one person on this device: what is kept, what waits for the server, what went wrong; and, in one tab of
 * all, its pushing.
 */
export class DeviceWork {
	readonly store: DeviceStore;
	readonly tabs: Tabs;
	readonly deviceId: string;
	/** Whose work it is. */
	readonly personId: string;
	readonly why: string | undefined;
	#lineage: string | undefined;
	#waiting = $state.raw<Waiting>({ count: 0, oldestAt: undefined });
	#keptCount = $state.raw(0);
	#trouble = $state.raw<string | undefined>(undefined);
	#pushTrouble = $state.raw<string | undefined>(undefined);
	#secrets = $state.raw<OfflineSecrets>({ hasPin: false, hasPasskey: false });
	#persistence = $state.raw<'granted' | 'denied' | 'unknown'>('unknown');
	#space = $state.raw<{ readonly usageBytes: number; readonly quotaBytes: number } | undefined>(undefined);
	#api: SyncApi;
	#pusher: Pusher;
	/** Documents open in this tab. */
	#held = new Map<DocKey, number>();
	#roomCheck: ReturnType<typeof setTimeout> | undefined;
	#stops: (() => void)[] = [];
	#ended = new AbortController();

	constructor(parts: DeviceWorkParts) {
		this.store = parts.store;
		this.why = parts.why;
		this.deviceId = parts.deviceId;
		this.personId = parts.personId;
		this.#api = parts.api;
		this.#secrets = parts.secrets;
		this.tabs = new Tabs(parts.store.isDurable ? parts.personId : undefined);
		this.#pusher = new Pusher({
			store: parts.store,
			api: parts.api,
			device: parts.deviceId,
			personId: parts.personId,
			openElsewhere: () => this.#openDocs(),
			tell: (message) => this.tabs.sayToAll(message),
			onOutcome: (code) => {
				this.#pushTrouble = code !== undefined && FOR_EVERYBODY.includes(code) ? code : undefined;
			},
			onTrouble: (code) => this.troubled(code),
		});
		this.#stops.push(
			parts.store.watchWaiting((waiting) => (this.#waiting = waiting)),
			parts.store.watchKept((count) => (this.#keptCount = count)),
			this.tabs.hear((message) => {
				if (message.type === 'waiting') void this.#pusher.look();
			}),
		);
		void this.#lead();
		void this.#measure();
		const measuring = setInterval(() => void this.#measure(), MEASURE_MS);
		this.#stops.push(() => clearInterval(measuring));
	}

	/** History of the server's log; undefined before the server was reached. */
	get lineage(): string | undefined {
		return this.#lineage;
	}

	/** What waits for the server, of all tabs and of earlier ones. */
	get waiting(): Waiting {
		return this.#waiting;
	}

	/** Refused work put away on this device. */
	get keptCount(): number {
		return this.#keptCount;
	}

	/** Why the device cannot write right now: `device.full` … */
	get trouble(): string | undefined {
		return this.#trouble;
	}

	/** Why what waits cannot be pushed, when the person can do something about it. */
	get pushTrouble(): string | undefined {
		return this.#pushTrouble;
	}

	/** What opens the device without the server. */
	get secrets(): OfflineSecrets {
		return this.#secrets;
	}

	/** Whether the browser promised not to clear what is kept. */
	get persistence(): 'granted' | 'denied' | 'unknown' {
		return this.#persistence;
	}

	get space(): { readonly usageBytes: number; readonly quotaBytes: number } | undefined {
		return this.#space;
	}

	/** Something could not be written, or (undefined) could again. Until then the device is tried. */
	troubled(code: string | undefined): void {
		this.#trouble = code;
		clearTimeout(this.#roomCheck);
		if (code !== undefined && !this.#ended.signal.aborted)
			this.#roomCheck = setTimeout(() => void this.#checkRoom(), ROOM_CHECK_MS);
		void this.#measure();
	}

	secretsChanged(secrets: OfflineSecrets): void {
		this.#secrets = secrets;
	}

	/**
	 * The server's log has this history. If it differs from what the device holds, the server lost something: it is
	 * offered again before anything else is exchanged.
	 * @throws {Refusal} what keeps it from being offered; to be tried again
	 */
	async reached(lineage: string): Promise<void> {
		if (this.#lineage !== lineage) {
			await this.#pusher.recover(lineage);
			this.#lineage = lineage;
		}
		void this.#pusher.look();
	}

	/** A tab with a newer version took over the database: it pushes from now on. */
	replaced(): void {
		this.#ended.abort();
		this.#pusher.stop();
	}

	/** While no editor has a live connection, what waits is pushed at once. */
	hurry(isHurried: boolean): void {
		this.#pusher.hurry(isHurried);
	}

	/** Has what waits pushed now, by this tab or by the one that pushes. */
	async push(): Promise<void> {
		await this.#pusher.look();
		this.tabs.say({ type: 'waiting' });
	}

	/** The state over HTTP; undefined when it is the one known. */
	async loadOverHttp(id: DocKey, since: number | undefined): Promise<LoadAnswer | undefined> {
		// A push that hangs must not keep away what others did.
		void this.#pusher.look();
		const answer = await this.#api.load(id, since);
		return answer.state === null && answer.seq === since ? undefined : answer;
	}

	/** Marks an entry as open in this tab, for the tab that pushes. @returns takes the mark away */
	hold(id: DocKey): () => void {
		this.#held.set(id, (this.#held.get(id) ?? 0) + 1);
		const letGo = (): void => {
			const others = (this.#held.get(id) ?? 1) - 1;
			if (others > 0) this.#held.set(id, others);
			else this.#held.delete(id);
		};
		if (!this.store.isDurable) return letGo;
		let release = (): void => undefined;
		const released = new Promise<void>((resolve) => (release = resolve));
		void navigator.locks
			.request(this.#docLock(id), { mode: 'shared', signal: this.#ended.signal }, () => released)
			.catch(ignoreAbort);
		return () => {
			letGo();
			release();
		};
	}

	kept(): Promise<(KeptWork & { readonly n: number })[]> {
		return this.store.kept();
	}

	/** Takes refused work back among what waits, and pushes it. */
	async offerAgain(n: number): Promise<void> {
		await this.store.offerAgain(n);
		await this.push();
	}

	/** Asks the browser not to clear what is kept. */
	async askPersistence(): Promise<boolean> {
		const isGranted = (await navigator.storage?.persist?.()) ?? false;
		await this.#measure();
		return isGranted;
	}

	close(): void {
		this.#ended.abort();
		clearTimeout(this.#roomCheck);
		this.#pusher.stop();
		for (const stop of this.#stops) stop();
		this.tabs.close();
		this.store.close();
	}

	/** One tab at a time pushes; when it goes, the browser hands the lock to the next. */
	async #lead(): Promise<void> {
		if (!this.store.isDurable) {
			this.#pusher.start();
			return;
		}
		await navigator.locks
			.request(`lantai-leader:${this.personId}`, { signal: this.#ended.signal }, async () => {
				this.#pusher.start();
				await new Promise<void>((resolve) =>
					this.#ended.signal.addEventListener('abort', () => resolve(), { once: true }),
				);
			})
			.catch(ignoreAbort);
	}

	async #openDocs(): Promise<ReadonlySet<DocKey>> {
		if (!this.store.isDurable) return new Set(this.#held.keys());
		const prefix = this.#docLock('' as DocKey);
		const { held } = await navigator.locks.query();
		return new Set(
			(held ?? [])
				.map((lock) => lock.name ?? '')
				.filter((name) => name.startsWith(prefix))
				.map((name) => name.slice(prefix.length) as DocKey),
		);
	}

	#docLock(id: DocKey): string {
		return `lantai-doc:${this.personId}:${id}`;
	}

	async #checkRoom(): Promise<void> {
		try {
			await this.store.checkRoom();
			this.troubled(undefined);
		} catch (error) {
			if (!isRefusal(error)) throw error;
			this.troubled(error.code);
		}
	}

	async #measure(): Promise<void> {
		if (!this.store.isDurable || !navigator.storage?.estimate) return;
		const [isPersisted, { usage, quota }] = await Promise.all([
			navigator.storage.persisted(),
			navigator.storage.estimate(),
		]);
		this.#persistence = isPersisted ? 'granted' : 'denied';
		this.#space = { usageBytes: usage ?? 0, quotaBytes: quota ?? 0 };
	}
}

function ignoreAbort(error: unknown): void {
	if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
}
