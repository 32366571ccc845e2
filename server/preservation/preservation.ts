import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { isoAt, steadyClock, type Clock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { isRefusal } from '#domain/base/refusal.ts';
import type { ImportArchive } from '#domain/base/import-archive.ts';
import type { Storage } from '#server/storage/storage.ts';
import { Copies } from './copies/copies.ts';
import { repairObjects, type RepairAnswer, type RepairRequest } from './copies/repairs.ts';
import type { RepairAsk, Repaired } from './copies/object-repair.ts';
import { DepositClient } from './deposit-client.ts';
import type { DepositAsks } from './deposit-worker.ts';
import { DepositRecorder, type RecordedVersion } from './deposit-recorder.ts';
import { DepositRunner } from './deposit-runner.ts';
import type { DepositReason } from './deposit-schedule.ts';
import { DepositWork } from './deposit-work.ts';
import type { Deposited } from './entry-deposit.ts';
import { MAX_VERSIONS } from './object-parts.ts';
import { createStorePurge, type StorePurge } from './purge/store-purge.ts';
import { StoreHolds } from './store-holds.ts';
import { storePlaces } from './store-places.ts';
import { storeOverview, type StoreOverview } from './store-overview.ts';
import { Failures, isOwnFault, storeStateOf, type StoreState } from './store-state.ts';
import { undeposited } from './undeposited.ts';
import { createFixity, type Fixity } from './fixity/fixity.ts';
import type { Pace } from './fixity/rate-limit.ts';
import { below } from './ocfl-findings.ts';
import { objectPath } from './ocfl-layout.ts';
import type { Verdict } from './ocfl-verify-run.ts';
import { verifyApart, type Verifying } from './verification.ts';

/** Edited continuously, an entry is deposited at least this often. */
const CONTINUOUS_MS = 15 * 60_000;
const RETRY_MS = 5000;
/** Deposits at once: the worker has one disk, but reading the log and the commit in the database overlap with it. */
const AT_ONCE = 8;
const CLOSE_MS = 1500;
/** Entries asked for in one statement. */
const MAX_IDS = 1000;
/** Key of the store itself among what fails. */
const THE_STORE = 'store';
/** An object that is just getting a version is whole again after this, see `VerifyOptions.againMs`. */
const AGAIN_MS = 250;

/** How the archival store is doing. */
export interface PreservationStatus {
	readonly state: StoreState;
	/** Why it is not well: a refusal's code, a system code such as `ENOSPC`, or the message. */
	readonly reason: string | undefined;
	/** ISO UTC: since when. */
	readonly since: string | undefined;
	/** Entries and imports accepted or edited and not yet in a version. */
	readonly waiting: number;
	readonly objects: number;
	readonly lastDepositAt: string | undefined;
}

/** The archival store and what goes into it. */
export interface Preservation extends ImportArchive {
	readonly fixity: Fixity;
	/** Copies of the store, on other disks. */
	readonly copies: Copies;
	/** Repairs objects of the store from a copy, or of a copy from the store. */
	repair(request: RepairRequest): Promise<RepairAnswer>;
	/** An entry was logged up to a position: a version follows when editing settles. */
	noteEdit(id: EntryId, seq: number): void;
	/**
	 * A step of review was taken with entries: those with an object of their own get a version, at once when they were
	 * registered; the step itself becomes a record for the others.
	 */
	noteStep(stepId: string, ids: readonly EntryId[], isRegistered: boolean): Promise<void>;
	/** A correction order was submitted, decided or taken back: its record gets a version. */
	noteOrder(orderId: string): void;
	/** A campaign of checks ended a run, or is dealt with otherwise. */
	noteCampaign(campaignId: string): void;
	/** A decision over many conflicts was made or taken back. */
	noteDecision(decisionId: string): void;
	/** An import was undone. */
	noteUndone(importId: string): void;
	/** A register was changed. */
	noteRegister(register: string): void;
	/** Something was done with reference codes. */
	noteCodes(): void;
	/** Accounts or settings are others now. */
	noteArchive(): void;
	/** Writes a version of a record that is made elsewhere; the same again makes none. */
	putRecord(
		record: Pick<DepositAsks['record']['ask'], 'objectId' | 'files' | 'record' | 'about'>,
	): Promise<string>;
	/** Takes entries out of the store, while it is held. */
	readonly purging: StorePurge;
	/**
	 * Writes a version now, when the log holds more than the last one, else undefined. Rejects when it could not; then
	 * it is tried again by itself.
	 */
	depositNow(id: EntryId, reason?: DepositReason): Promise<Deposited | undefined>;
	/** Deposits all that waits; resolves when each was tried once. */
	flush(reason: DepositReason): Promise<void>;
	/** Schedules what an earlier process left: edited entries and accepted imports that are in no version. */
	resume(): Promise<void>;
	setIdleMs(idleMs: number): void;
	/**
	 * Keeps the store as it is until the returned function is called, for a copy of it: versions wait, edits are logged
	 * all the same. Resolves when what was being written is in the store and in the database.
	 */
	hold(): Promise<() => void>;
	/**
	 * The same for who changes it otherwise than by versions: nobody else holds it meanwhile. Nothing may be waited for with
	 * it that has the turn of a copy: a repair has that when it waits for the store.
	 */
	holdAlone(): Promise<() => void>;
	status(): PreservationStatus;
	/** What lies in the store, what does not yet, and what fails. */
	overview(): Promise<StoreOverview>;
	/** The versions of an entry, oldest first. */
	versions(id: EntryId): Promise<RecordedVersion[]>;
	/** Verifies the whole root, or the root or object at a path. */
	verify(path?: string, running?: Verifying): Promise<Verdict>;
	/** Finishes what runs, for three seconds at most; the rest goes on at the next start. */
	close(): Promise<void>;
}

/**
 * Opens the archival store of a data directory (`archive/`, an OCFL 1.1 root, built up in `archive-staging/`) and
 * finishes what a crash left. A store that cannot be written never blocks editing: versions wait and are tried again.
 */
export async function createPreservation(parts: {
	readonly storage: Storage;
	readonly dataDir: string;
	readonly clock: Clock;
	readonly logger: Logger;
	readonly idleMs: number;
	readonly continuousMs?: number;
	/** Before the first new try after a failure; doubles with each. */
	readonly retryMs?: number;
	/** Folders of the copies of the store. */
	readonly copies?: readonly string[];
	/** What is deposited within this time is copied together. */
	readonly settleMs?: number;
	/** Of one object; a successor takes what follows. */
	readonly maxVersions?: number;
	/** How checks of fixity wait. */
	readonly pace?: Pace;
	/** Begins the document of an imported entry in the log, as opening it does. */
	readonly begin: (id: EntryId) => Promise<void>;
	readonly onDeposited: (id: EntryId, deposit: Deposited) => void;
}): Promise<Preservation> {
	const { storage, clock, logger, dataDir, maxVersions = MAX_VERSIONS } = parts;
	const { db } = storage;
	const { root, staging } = storePlaces(dataDir);
	const recorder = new DepositRecorder(storage);
	const worker = new DepositClient({ root, staging, maxVersions }, (note) => {
		// With the rows that whoever asked writes next, in one commit. Left out, the next check of the store makes it good.
		recorder
			.put(note)
			.then(() => copies.note(note.objectId))
			.catch((error: unknown) => logger.warn({ err: error, note }, 'not in the register'));
	});
	const copies = new Copies({
		storage,
		clock,
		logger,
		dataDir,
		root,
		paths: parts.copies ?? [],
		...(parts.retryMs === undefined ? {} : { retryMs: parts.retryMs }),
		...(parts.settleMs === undefined ? {} : { settleMs: parts.settleMs }),
		onArchiveId: () => runner.soon('archive all', 'demand'),
	});
	const purging = createStorePurge({ storage, dataDir, root, staging });
	const software = readSoftware();
	const failures = new Failures();
	const holds = new StoreHolds();
	const work = await DepositWork.over({
		storage,
		worker,
		recorder,
		clock,
		logger,
		dataDir,
		software,
		begin: parts.begin,
		onDeposited: parts.onDeposited,
	});
	let opening: Promise<void> | undefined;

	/** Opens the store once, and again after it was away. */
	function open(): Promise<void> {
		opening ??= openAndRecover().then(
			() => failures.succeeded(THE_STORE),
			(error: unknown) => {
				opening = undefined;
				failures.failed(THE_STORE, error, isoAt(clock));
				throw error;
			},
		);
		return opening;
	}

	async function openAndRecover(): Promise<void> {
		const recovered = await worker.ask('open', { mayCreate: !(await work.hasBegun()) });
		if (recovered.finished.length || recovered.undone.length || recovered.unclear.length)
			logger.warn({ recovered }, 'the archival store was interrupted');
	}

	const fixity = createFixity({
		storage,
		root,
		clock,
		logger,
		software,
		hold: () => hold(() => holds.share()),
		watch: () => holds.watch(),
		isHeld: () => runner.isHeld,
		...(parts.pace ? { pace: parts.pace } : {}),
	});

	const runner = new DepositRunner(
		{
			// A clock that is put back must not hold up what waits.
			clock: steadyClock,
			retryMs: parts.retryMs ?? RETRY_MS,
			atOnce: AT_ONCE,
			async run(key, reason) {
				try {
					await open();
					const deposited = await work.run(key, reason);
					failures.succeeded(key);
					return deposited;
				} catch (error) {
					// The root may be gone for a while; what it looks like when it is back is found out by opening.
					if (!isOwnFault(error)) opening = undefined;
					throw error;
				}
			},
			isOwnFault,
			onFailed(key, { error, times }, retryMs) {
				failures.failed(key, error, isoAt(clock));
				const log = times === 1 ? logger.error.bind(logger) : logger.warn.bind(logger);
				log({ err: error, key, times, retryMs }, 'not deposited; editing goes on, the version waits');
				if (times === 1) noteDamage(error);
			},
		},
		{ idleMs: parts.idleMs, continuousMs: parts.continuousMs ?? CONTINUOUS_MS },
	);

	/** What is read for use is compared with its digest too. */
	function noteDamage(error: unknown): void {
		if (!isRefusal(error) || error.code !== 'preservation.damaged') return;
		const { id, path } = error.params;
		const inObject = below(join(root, objectPath(String(id))), String(path));
		fixity
			.noteDamage(String(id), inObject)
			.catch((failure: unknown) => logger.warn({ err: failure, id, path }, 'damage was not noted'));
	}

	async function hold(take: () => Promise<() => void>): Promise<() => void> {
		const [giveBack, letGo] = [await take(), await runner.hold()];
		return () => {
			letGo();
			giveBack();
		};
	}

	/** A backup must not copy an object that is just being repaired, and no version be built on it. */
	function repair(ask: RepairAsk, demand: () => Promise<void>): Promise<Repaired> {
		return holds.alone(async () => {
			const letGo = await runner.hold();
			try {
				await open();
				await demand();
				return await worker.ask('repair', ask);
			} finally {
				letGo();
			}
		});
	}

	await open().catch((error: unknown) =>
		logger.error({ err: error }, 'the archival store cannot be opened; editing goes on, versions wait'),
	);
	/** Ends verifications that run when the store closes. */
	const closing = new AbortController();

	copies.start();

	return {
		fixity,
		copies,
		repair: (request) => repairObjects({ storage, clock, copies, repair }, request),
		noteEdit: (id) => runner.note(`entry ${id}`),
		async noteStep(stepId, ids, isRegistered) {
			const own = new Set<string>();
			for (let from = 0; from < ids.length; from += MAX_IDS) {
				const rows = await db
					.selectFrom('entry')
					.leftJoin('review', 'review.entry_id', 'entry.id')
					.select('entry.id')
					.where('entry.id', 'in', ids.slice(from, from + MAX_IDS))
					.where((where) =>
						where.or([
							where('entry.projected_seq', '>', 0),
							where('entry.deposited_seq', 'is not', null),
							where('review.entry_id', 'is not', null),
						]),
					)
					.execute();
				for (const { id } of rows) own.add(id);
			}
			for (const id of own)
				if (isRegistered) runner.soon(`entry ${id}`, 'registered');
				else runner.note(`entry ${id}`);
			if (own.size < ids.length) runner.soon(`step ${stepId}`, 'demand');
		},
		noteOrder: (orderId) => runner.soon(`order ${orderId}`, 'demand'),
		noteCampaign: (campaignId) => runner.soon(`campaign ${campaignId}`, 'demand'),
		noteDecision: (decisionId) => runner.soon(`decision ${decisionId}`, 'demand'),
		noteUndone: (importId) => runner.soon(`undone ${importId}`, 'demand'),
		noteRegister: (register) => runner.soon(`register ${register}`, 'demand'),
		noteCodes: () => runner.note('codes all'),
		noteArchive: () => runner.soon('archive all', 'demand'),
		async putRecord(record) {
			await open();
			return (await worker.put('record', { ...record, record: { ...record.record, software } })).version;
		},
		purging,
		depositNow: (id, reason = 'demand') => runner.now(`entry ${id}`, reason),
		depositImport: (importId) => runner.now(`import ${importId}`, 'demand'),
		flush: (reason) => runner.flush(reason),
		async resume() {
			fixity.start();
			const left = await undeposited(db);
			const { entries, imports, steps, orders, decisions, undone, registers } = left;
			for (const id of left.campaigns) runner.soon(`campaign ${id}`, 'demand');
			for (const id of left.codes) runner.soon(`codes ${id}`, 'demand');
			for (const id of registers) runner.soon(`register ${id}`, 'demand');
			for (const id of decisions) runner.soon(`decision ${id}`, 'demand');
			for (const id of undone) runner.soon(`undone ${id}`, 'demand');
			for (const id of steps) runner.soon(`step ${id}`, 'demand');
			for (const id of orders) runner.soon(`order ${id}`, 'demand');
			for (const id of imports) runner.soon(`import ${id}`, 'demand');
			for (const id of entries) runner.note(`entry ${id}`);
		},
		setIdleMs: (idleMs) => runner.setIdleMs(idleMs),
		hold: () => hold(() => holds.share()),
		holdAlone: () => hold(() => holds.takeAlone()),
		status() {
			const worst = failures.worst;
			return {
				state: worst ? storeStateOf(worst.reason) : 'ok',
				reason: worst?.reason,
				since: worst?.since,
				waiting: runner.waiting,
				objects: work.objects,
				lastDepositAt: work.lastAt,
			};
		},
		overview: () => storeOverview(storage, root, failures.all),
		versions: (id) => recorder.versions(id),
		verify(path = root, { signal, onProgress } = {}) {
			const signals = [closing.signal, ...(signal ? [signal] : [])];
			return verifyApart(
				{ path, againMs: AGAIN_MS },
				{ signal: AbortSignal.any(signals), ...(onProgress ? { onProgress } : {}) },
			);
		},
		async close() {
			const ended = runner.close();
			let timer: NodeJS.Timeout | undefined;
			const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_MS)));
			await Promise.race([ended, late]);
			clearTimeout(timer);
			closing.abort();
			await fixity.close();
			await copies.close();
			await Promise.all([worker.close(), purging.close()]);
		},
	};
}

function readSoftware(): { readonly name: string; readonly version: string } {
	const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
	return { name: 'Lantai', version: (JSON.parse(text) as { version: string }).version };
}
