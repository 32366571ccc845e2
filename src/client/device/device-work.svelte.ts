import { isRefusal } from '#domain/base/refusal.ts';
import type { EntryId } from '#domain/base/ids.ts';
import type { DocKey } from '#sync/entry-doc.ts';
import type { LoadAnswer } from '#sync/sync-messages.ts';
import type { OfflineSecrets } from './device-people.ts';
import type { DeviceStore, KeptWork, Waiting } from './device-store.ts';
import { Pusher } from './pusher.ts';
import type { SyncApi } from './sync-api.ts';
import { Tabs } from './tabs.ts';

/** Refusals of the server that the whole device must know of. */
const FOR_EVERYBODY = ['permissions.sign-in', 'permissions.disabled', 'sync.too-old'];

/** Fact: up to which number of purges, of which history of the server, the device has deleted what it had. */
const PURGED = 'purged';
/** Fact: of how many entries it deleted something, as long as nobody has read so. */
const PURGED_NOTICE = 'purged.notice';

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
	#purgedCount = $state.raw(0);
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
			lineage: () => this.#lineage,
			openElsewhere: () => this.#openDocs(),
			tell: (message) => this.tabs.sayToAll(message),
			purge: (id) => this.purged([id]),
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
		void this.#readPurgedNotice();
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

	/** Of how many entries something was deleted here because it was purged, until somebody has read so. */
	get purgedCount(): number {
		return this.#purgedCount;
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
	 * What was purged there is deleted here before.
	 * @throws {Refusal} what keeps it from being offered; to be tried again
	 */
	async reached(lineage: string): Promise<void> {
		// First of all: nothing of it is offered any more. The server would refuse it, so not knowing now does no harm.
		await this.clearPurged(lineage).catch((error: unknown) => {
			if (!isRefusal(error)) throw error;
		});
		if (this.#lineage !== lineage) {
			await this.#pusher.recover(lineage);
			this.#lineage = lineage;
		}
		void this.#pusher.look();
	}

	/**
	 * Deletes what is here of entries whose content was purged since the last time.
	 * @param last the newest number the server has given, when that is known
	 * @throws {Refusal} when the server cannot be asked
	 */
	async clearPurged(lineage: string, last?: number): Promise<void> {
		const known = await this.#orTrouble(() => this.store.fact<PurgedFact>(PURGED));
		const isSameHistory = known?.lineage === lineage;
		if (known && !isSameHistory) await this.#orTrouble(() => this.store.forgetPurged());
		let after = isSameHistory ? known.last : 0;
		while (last === undefined || after < last) {
			const answer = await this.#api.purged(after);
			if (answer.ids.length === 0) return;
			await this.purged(answer.ids as EntryId[]);
			after = answer.last;
			await this.#orTrouble(() => this.store.keepFact(PURGED, { lineage, last: after } satisfies PurgedFact));
		}
	}

	/** The content of entries was purged: all there is of them here is deleted, and the person is told once. */
	async purged(ids: readonly EntryId[]): Promise<void> {
		const count = (await this.#orTrouble(() => this.store.purge(ids))) ?? 0;
		if (count === 0) return;
		this.#purgedCount += count;
		await this.#orTrouble(() => this.store.keepFact(PURGED_NOTICE, this.#purgedCount));
	}

	/** The person has read that something was deleted. */
	async purgedRead(): Promise<void> {
		this.#purgedCount = 0;
		await this.#orTrouble(() => this.store.keepFact(PURGED_NOTICE, 0));
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
		await this.#pusher.retry();
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

	async #readPurgedNotice(): Promise<void> {
		const count = await this.#orTrouble(() => this.store.fact<number>(PURGED_NOTICE));
		this.#purgedCount = Math.max(this.#purgedCount, count ?? 0);
	}

	/** A device that does not take something is in trouble, and the work goes on. */
	async #orTrouble<T>(work: () => Promise<T>): Promise<T | undefined> {
		try {
			return await work();
		} catch (error) {
			if (!isRefusal(error)) throw error;
			if (!this.#ended.signal.aborted) this.troubled(error.code);
			return undefined;
		}
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

interface PurgedFact {
	readonly lineage: string;
	readonly last: number;
}

function ignoreAbort(error: unknown): void {
	if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
}
