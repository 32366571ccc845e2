import { isoAt, type Clock } from '#domain/base/clock.ts';
import { parseEntryId } from '#domain/base/ids.ts';
import { isRefusal, Refusal, type Params } from '#domain/base/refusal.ts';
import type { Storage } from '#server/storage/storage.ts';
import { countsAgainst } from '../fixity/fixity-finding.ts';
import { verifyApart } from '../verification.ts';
import type { CopyKeeper } from './copy-keeper.ts';
import type { Copies } from './copies.ts';
import type { CopyRegister } from './copy-register.ts';
import type { SeenCopy } from './copy-worker.ts';
import type { RepairAsk, Repaired } from './object-repair.ts';

/** What the register knows of an object, if anything. */
type KnownObject = Awaited<ReturnType<CopyRegister['object']>>;

/** What is to be repaired, and from where. */
export interface RepairRequest {
	/** Ids of objects or entries. */
	readonly objects: readonly string[];
	/** All that failed their last check, instead. */
	readonly allFailed: boolean;
	/** Folder of the copy to take them from; by default all that are configured are asked. */
	readonly from?: string;
	/** Folder of a copy that is repaired from the store, instead of the store. */
	readonly copy?: string;
	/** Who asks. */
	readonly agent: string;
	readonly signal?: AbortSignal;
	readonly onProgress?: (progress: unknown) => void;
}

/** What became of one object. */
export interface RepairOutcome {
	readonly objectId: string;
	/** `sound`: nothing was wrong with it. */
	readonly outcome: 'repaired' | 'sound' | 'refused';
	/** Where it was taken from. */
	readonly from: string | null;
	readonly head: number | null;
	/** Digests of its inventory. */
	readonly before: string | null;
	readonly after: string | null;
	/** Why it was not repaired: of each copy that was asked. */
	readonly why: readonly { readonly path: string; readonly code: string; readonly params: Params }[];
}

/** What `archive repair` answers. */
export interface RepairAnswer {
	/** False when an object could not be repaired. */
	readonly isWhole: boolean;
	readonly objects: readonly RepairOutcome[];
}

/** What repairs need. */
export interface RepairParts {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly copies: Copies;
	/**
	 * Repairs one object while nobody else reads or writes the store.
	 * @param demand called when it is so: what it throws ends the repair
	 */
	readonly repair: (ask: RepairAsk, demand: () => Promise<void>) => Promise<Repaired>;
}

/**
 * Repairs objects of the store from its copies, or of a copy from the store.
 * @throws {Refusal} 'preservation.no-copies' | 'preservation.nothing-to-repair' | 'cli.cancelled' and what opening the copy
 * refuses, where one is named; 'preservation.unknown-object' (404) for what is to be repaired in a copy, and is nowhere
 */
export async function repairObjects(parts: RepairParts, request: RepairRequest): Promise<RepairAnswer> {
	const { copy } = request;
	const objects =
		copy === undefined ? await repairStore(parts, request) : await repairCopy(parts, copy, request);
	return { isWhole: objects.every(({ outcome }) => outcome !== 'refused'), objects };
}

async function repairStore(parts: RepairParts, request: RepairRequest): Promise<RepairOutcome[]> {
	const { storage, copies } = parts;
	const failed = request.allFailed
		? await storage.db
				.selectFrom('store_object')
				.select('object_id')
				.where('check_outcome', '=', 'fail')
				.orderBy('object_id')
				.execute()
		: [];
	const objectIds = demandSome([...request.objects.map(objectIdOf), ...failed.map((row) => row.object_id)]);
	return copies.withKeepers(request.from, async (keepers) => {
		const outcomes: RepairOutcome[] = [];
		for (const objectId of objectIds) {
			if (request.signal?.aborted) throw new Refusal('cli.cancelled');
			request.onProgress?.({ repaired: outcomes.length, total: objectIds.length });
			outcomes.push(await repairOne(parts, request, keepers, objectId));
		}
		return outcomes;
	});
}

async function repairOne(
	parts: RepairParts,
	request: RepairRequest,
	keepers: readonly CopyKeeper[],
	objectId: string,
): Promise<RepairOutcome> {
	const known = await parts.copies.register.object(objectId);
	const why: { path: string; code: string; params: Params }[] = [];
	for (const keeper of keepers)
		try {
			return await keeper.exclusive(request.signal, () =>
				repairFrom(parts, request, keeper, objectId, known),
			);
		} catch (error) {
			if (request.signal?.aborted) throw error;
			const { code, params } = isRefusal(error)
				? error
				: { code: 'preservation.copy-failed', params: { path: keeper.path, reason: String(error) } };
			why.push({ path: keeper.path, code, params });
		}
	await parts.copies.register.write([
		parts.copies.register.event({
			objectId,
			type: 'recovery',
			outcome: 'failure',
			detail: { why },
			agent: request.agent,
		}),
	]);
	return { objectId, outcome: 'refused', from: null, head: null, before: null, after: null, why };
}

/** Inside the copy's turn. */
async function repairFrom(
	{ storage, clock, copies, repair }: RepairParts,
	{ signal, agent }: RepairRequest,
	keeper: CopyKeeper,
	objectId: string,
	known: KnownObject,
): Promise<RepairOutcome> {
	const { register } = copies;
	const copyId = await keeper.open();
	await keeper.tryRemoving(copyId);
	const named = { id: objectId, path: keeper.path };
	/** What orders to purge took out of the store must not come back from a copy that was away then. */
	const demandUnpurged = async (): Promise<void> => {
		if (await register.removals.isPurged(objectId, copyId))
			throw new Refusal('preservation.object-purged', named);
	};
	await demandUnpurged();
	const seen = await keeper.ask('look', { objectId, head: known?.head ?? 1 });
	if (!seen) throw new Refusal('preservation.copy-lacks', named);
	if (known && seen.head < known.head) throw new Refusal('preservation.copy-stale', named);
	if (known && seen.digestThen !== known.inventoryDigest)
		throw new Refusal('preservation.copy-diverged', named);
	if (!(await isSound(seen, isOurs(known), signal))) throw new Refusal('preservation.copy-damaged', named);
	const ask = {
		objectId,
		from: keeper.root,
		registered: known?.inventoryDigest,
		isOurs: isOurs(known),
	};
	const done = await repair(ask, async () => {
		await demandUnpurged();
		// Written since, by a deposit or an order to purge: then the copy is not what it was compared with.
		const now = await register.object(objectId);
		if (now?.inventoryDigest !== known?.inventoryDigest) throw new Refusal('preservation.copy-stale', named);
	});
	await register.write([
		// What the last check found is over; the event of it stays.
		storage.db.deleteFrom('store_failure').where('object_id', '=', objectId),
		storage.db
			.updateTable('store_object')
			.set({
				head: done.head,
				inventory_digest: done.inventoryDigest,
				checked_at: isoAt(clock),
				check_outcome: 'pass',
			})
			.where('object_id', '=', objectId)
			.where('inventory_digest', '=', known?.inventoryDigest ?? ''),
		register.event({
			objectId,
			version: done.head,
			type: done.isNew ? 'recovery' : 'fixity check',
			outcome: 'success',
			detail: { from: keeper.path, before: done.before, after: done.inventoryDigest },
			agent,
		}),
	]);
	return {
		objectId,
		outcome: done.isNew ? 'repaired' : 'sound',
		from: done.isNew ? keeper.path : null,
		head: done.head,
		before: done.before,
		after: done.inventoryDigest,
		why: [],
	};
}

async function repairCopy(
	{ copies }: RepairParts,
	path: string,
	request: RepairRequest,
): Promise<RepairOutcome[]> {
	const { register } = copies;
	return copies.withKeepers(path, ([keeper]) => {
		if (!keeper) throw new Refusal('preservation.no-copies');
		return keeper.exclusive(request.signal, async () => {
			const copyId = await keeper.open();
			await keeper.removeWaiting(copyId);
			const failed = request.allFailed ? await register.failed(copyId) : [];
			const asked = request.objects.map(objectIdOf);
			const objectIds = demandSome([...asked, ...failed.map(({ objectId }) => objectId)]);
			// Before anything is noted: a copy does not fail for an object that nobody has.
			for (const objectId of asked) await demandKnown(register, keeper, objectId);
			const outcomes: RepairOutcome[] = [];
			for (const objectId of objectIds) {
				request.onProgress?.({ repaired: outcomes.length, total: objectIds.length });
				outcomes.push(await repairInCopy(register, keeper, copyId, objectId, request));
			}
			const [left] = await register.failed(copyId);
			await keeper.judge(copyId, left?.reason);
			return outcomes;
		});
	});
}

/** @throws {Refusal} 'preservation.unknown-object' (404) */
async function demandKnown(register: CopyRegister, keeper: CopyKeeper, objectId: string): Promise<void> {
	if (await register.object(objectId)) return;
	if (await register.removals.isPurged(objectId)) return;
	if (!(await keeper.ask('lookInStore', { objectId, head: 1 })).isThere)
		throw new Refusal('preservation.unknown-object', { id: objectId.slice(0, 80) }, 404);
}

async function repairInCopy(
	register: CopyRegister,
	keeper: CopyKeeper,
	copyId: string,
	objectId: string,
	{ agent, signal }: RepairRequest,
): Promise<RepairOutcome> {
	const known = await register.object(objectId);
	const seen = await keeper.ask('look', { objectId, head: known?.head ?? 1 });
	const nothing = { objectId, from: null, before: seen?.inventoryDigest ?? null, why: [] };
	const whyNot = await whyNotReplace(register, keeper, copyId, objectId, known, seen);
	if (!whyNot && seen && known?.inventoryDigest === seen.inventoryDigest) {
		if (await isSound(seen, isOurs(known), signal)) {
			await register.checked(copyId, [{ ...known, reason: null }]);
			return { ...nothing, outcome: 'sound', head: seen.head, after: seen.inventoryDigest };
		}
	}
	const replaced = whyNot ? undefined : await keeper.replace(copyId, objectId, isOurs(known));
	const done = replaced?.done;
	const error = replaced?.error;
	const why = whyNot ?? {
		code: error?.code ?? 'preservation.copy-failed',
		params: error?.params ?? { path: keeper.path, reason: error?.message ?? '' },
	};
	await register.write([
		register.event({
			objectId,
			type: 'replication',
			outcome: done ? 'success' : 'failure',
			detail: {
				copyId,
				path: keeper.path,
				before: nothing.before,
				after: done?.inventoryDigest ?? null,
				...(whyNot ? { why: whyNot.code } : {}),
			},
			agent,
		}),
	]);
	if (done) return { ...nothing, outcome: 'repaired', head: done.head, after: done.inventoryDigest };
	const { code, params } = why;
	return {
		...nothing,
		outcome: 'refused',
		head: null,
		after: null,
		why: [{ path: keeper.path, code, params }],
	};
}

/**
 * The store may have been set back: then it is the copy that has what the register says, and it is the last to have it.
 * Of a damaged object of the copy only the register knows how many versions it had.
 */
async function whyNotReplace(
	register: CopyRegister,
	keeper: CopyKeeper,
	copyId: string,
	objectId: string,
	known: KnownObject,
	seen: SeenCopy | undefined,
): Promise<Refusal | undefined> {
	const named = { id: objectId, path: keeper.path };
	if (await register.removals.isPurged(objectId, copyId))
		return new Refusal('preservation.object-purged', named);
	const { seen: own } = await keeper.ask('lookInStore', { objectId, head: known?.head ?? 1 });
	// What is damaged there is found out by bringing it.
	if (!own) return undefined;
	if (known && own.digestThen !== known.inventoryDigest)
		return new Refusal('preservation.store-diverged', {
			...named,
			known: `v${known.head}`,
			found: `v${own.head}`,
		});
	const held = Math.max(seen?.head ?? 0, (await register.headIn(copyId, objectId)) ?? 0);
	return held > own.head ? new Refusal('preservation.copy-newer', named) : undefined;
}

/** Reads every byte of an object of a copy, and judges as checks of fixity do. */
async function isSound(
	{ place }: SeenCopy,
	isOfOurs: boolean,
	signal: AbortSignal | undefined,
): Promise<boolean> {
	const { errors, warnings, notes } = await verifyApart(
		{ path: place, as: 'object' },
		signal ? { signal } : {},
	);
	return [...errors, ...warnings, ...notes].every((each) => !countsAgainst(each, isOfOurs));
}

/** What nobody knows yet is judged as strictly as ours. */
function isOurs(known: KnownObject): boolean {
	return known?.kind !== 'foreign';
}

function demandSome(objectIds: readonly string[]): string[] {
	const all = [...new Set(objectIds)];
	if (all.length === 0) throw new Refusal('preservation.nothing-to-repair');
	return all;
}

/** The object of an entry or import, or the id of an object as it is. */
function objectIdOf(given: string): string {
	const id = given.startsWith('urn:') ? undefined : parseEntryId(given);
	return id === undefined ? given : `urn:uuid:${id}`;
}
