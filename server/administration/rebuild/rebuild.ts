import { existsSync, readFileSync } from 'node:fs';
import { readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Actor } from '#domain/base/actor.ts';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import { namasteText, ROOT_NAMASTE } from '#server/preservation/ocfl-layout.ts';
import { storePlaces } from '#server/preservation/store-places.ts';
import { finding } from '#server/preservation/fixity/fixity-finding.ts';
import { FixityRegister } from '#server/preservation/fixity/fixity-register.ts';
import { isUnreadable, objectFolders } from '#server/preservation/ocfl-read.ts';
import { OcflStore } from '#server/preservation/ocfl-store.ts';
import { WorkerClient } from '#server/preservation/worker-client.ts';
import { auditLine } from '#server/storage/audit.ts';
import { renewLineage } from '#server/storage/lineage.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import { DATABASE_NAME } from '../backup/backup-format.ts';
import { demandEmpty, syncAll, syncFolder, targetRefusal } from '../backup/restore.ts';
import { compareWith, probe, type Comparison } from './compare.ts';
import { copyStore } from './copy-store.ts';
import { distinct, type Damage } from './damage.ts';
import { finishReviews, passOn, rebuildEntries, rebuildStandings } from './rebuild-entries.ts';
import { placeOrphans } from './orphans.ts';
import { rebuildImports } from './rebuild-imports.ts';
import { purgeAgain, rebuildPurges } from './rebuild-purges.ts';
import { rebuildCampaigns } from './rebuild-campaigns.ts';
import { rebuildCodes } from './rebuild-codes.ts';
import { rebuildRegisters } from './rebuild-registers.ts';
import {
	rebuildDecisions,
	rebuildOrders,
	rebuildPeople,
	rebuildSteps,
	rebuildUndone,
} from './rebuild-records.ts';
import { workBeside, workWithin, type Work } from './rebuild-work.ts';
import type { RebuildAsks } from './rebuild-worker.ts';
import type { RebuildCounts, RebuildProgress, Rebuilding } from './rebuilding.ts';

/** What `lantai archive rebuild` is asked. Paths are absolute. */
export interface RebuildRequest {
	/** The data directory that is to be: empty or missing, or one whose database is gone. */
	readonly into: string;
	/** The storage root; by default that of `into`. */
	readonly from?: string | undefined;
	/** Files of the store are linked in the place of copied. */
	readonly isLinked?: boolean | undefined;
	/** A copy of the lost database, to say what the store does not have. */
	readonly compare?: string | undefined;
}

/** What `lantai archive rebuild` answers. */
export interface RebuildAnswer extends RebuildCounts {
	readonly dir: string;
	readonly objects: number;
	/** Last position of the log that the store knows: what was logged later is lost, unless devices bring it. */
	readonly atSeq: number;
	/** When the newest version was made. */
	readonly newestAt: string | null;
	/** What could not be read, with object and file. */
	readonly damage: readonly Damage[];
	/** What the given database has and the store has not; undefined when none was given, or it could not be read to its end. */
	readonly notDeposited: Comparison | undefined;
	/** Why nothing can be said of the given database, although the rebuild stands. */
	readonly notCompared: string | undefined;
	/** Folders of the data directory that were put aside, not removed. */
	readonly aside: readonly string[];
	/** No account has a password: `lantai user password`. */
	readonly administrators: readonly string[];
	readonly lineage: string;
	readonly seconds: number;
}

interface Running {
	readonly signal: AbortSignal;
	readonly progress: (progress: RebuildProgress) => void;
}

/**
 * Builds the database anew from the archival store. It is made aside and put in its place whole or not at all. The log
 * begins a new lineage, so that devices offer what the store never had.
 *
 * What no archival store holds does not come back: see `NOT_HELD` of `compared-tables.ts`.
 * @throws {Refusal} 'rebuild.no-store' (404) | 'rebuild.database-there' (409) | 'rebuild.no-database' (404) |
 * 'restore.not-empty' (409) | 'restore.target' | 'storage.locked' (409) | 'storage.full' (507) | 'cli.cancelled'
 */
export async function rebuildArchive(
	request: RebuildRequest,
	actor: Actor,
	clock: Clock,
	running: Running,
): Promise<RebuildAnswer> {
	const started = performance.now();
	const { into, compare } = request;
	const ownRoot = storePlaces(into).root;
	const root = resolve(request.from ?? ownRoot);
	const isInPlace = root === ownRoot;
	if (!isStore(root)) throw new Refusal('rebuild.no-store', { path: root }, 404);
	const demandRoom = (): void => {
		if (existsSync(join(into, DATABASE_NAME)))
			throw new Refusal('rebuild.database-there', { path: into }, 409);
		if (!isInPlace) demandEmpty(into);
	};
	demandRoom();
	if (compare !== undefined) probe(compare);
	let work: Work | undefined;
	try {
		work = isInPlace ? await workWithin(into) : await workBeside(into);
		const { dir } = work;
		// Another one may have ended meanwhile.
		demandRoom();
		const damage: Damage[] = isDeclared(root) ? [] : [{ object: '', file: ROOT_NAMASTE, reason: 'digest' }];
		// Without its declaration nothing is written into a store; what is whole in it is read all the same.
		if (isInPlace && damage.length === 0) recoverStore(into);
		if (!isInPlace)
			damage.push(
				...(await copyStore(root, join(dir, 'archive'), { ...running, isLinked: request.isLinked ?? false })),
			);
		const { made, ...answer } = await buildDatabase(dir, isInPlace ? root : join(dir, 'archive'), {
			actor,
			clock,
			running,
			damage,
			fromName: basename(dirname(root)),
		});
		const compared = compare === undefined ? {} : comparedWith(compare, join(dir, DATABASE_NAME));
		if (running.signal.aborted) throw new Refusal('cli.cancelled');
		const aside = isInPlace ? await moveDatabase(dir, into, clock) : await moveAll(dir, into);
		return {
			dir: into,
			...made,
			...answer,
			notDeposited: compared.notDeposited,
			notCompared: compared.notCompared,
			aside,
			seconds: Math.round(performance.now() - started) / 1000,
		};
	} catch (error) {
		throw targetRefusal(error, into);
	} finally {
		await work?.end();
	}
}

/** A comparison that fails takes nothing from the rebuild. */
function comparedWith(
	lost: string,
	rebuilt: string,
): Partial<Pick<RebuildAnswer, 'notDeposited' | 'notCompared'>> {
	try {
		return { notDeposited: compareWith(lost, rebuilt) };
	} catch (error) {
		return { notCompared: isRefusal(error) ? String(error.params['reason']) : String(error) };
	}
}

/** A store is known by its declaration, or, should that be damaged, by its objects. */
function isStore(root: string): boolean {
	return existsSync(root) && (isDeclared(root) || objectFolders(root).next().done === false);
}

function isDeclared(root: string): boolean {
	try {
		return readFileSync(join(root, ROOT_NAMASTE), 'utf8') === namasteText(ROOT_NAMASTE);
	} catch (error) {
		if (isUnreadable(error)) return false;
		throw error;
	}
}

/** A version that was just being put into the store is finished or undone, as at every start. */
function recoverStore(dataDir: string): void {
	const { root, staging } = storePlaces(dataDir);
	const store = new OcflStore(root, staging);
	store.open({ mayCreate: false });
	store.recover();
}

async function buildDatabase(
	dataDir: string,
	root: string,
	given: {
		readonly actor: Actor;
		readonly clock: Clock;
		readonly running: Running;
		/** What is known by now. */
		readonly damage: readonly Damage[];
		readonly fromName: string;
	},
): Promise<
	Pick<RebuildAnswer, 'objects' | 'atSeq' | 'newestAt' | 'damage' | 'administrators' | 'lineage'> & {
		readonly made: RebuildCounts;
	}
> {
	const { actor, clock, running } = given;
	// Nothing of it counts before it is whole, so it becomes durable at once, at the end.
	const storage = await openStorage({ dataDir, what: 'rebuild', synchronous: 'off' });
	const reader = new WorkerClient<RebuildAsks>(new URL('./rebuild-worker.ts', import.meta.url), { root });
	try {
		const scan = await reader.ask('scan', undefined);
		const counts: RebuildCounts = {
			entries: 0,
			edited: 0,
			imports: 0,
			imported: 0,
			comments: 0,
			proposals: 0,
			steps: 0,
			orders: 0,
			decisions: 0,
			campaigns: 0,
			people: 0,
			registerVersions: 0,
			codeEvents: 0,
			versions: 0,
		};
		const rebuilding: Rebuilding = {
			...running,
			storage,
			clock,
			reader,
			scan,
			counts,
			damage: [...given.damage, ...scan.damage],
			touched: new Set(),
		};
		await fill(rebuilding);
		const damage = distinct(rebuilding.damage);
		await noteDamage(rebuilding, damage);
		const { db } = storage;
		const { lineage } = await renewLineage(storage, isoAt(clock));
		const { seq } = await db
			.selectFrom('log_head')
			.select((select) => select.fn.max('seq').as('seq'))
			.executeTakeFirstOrThrow();
		const { at } = await db
			.selectFrom('deposit')
			.select((select) => select.fn.max<string | null>('at').as('at'))
			.executeTakeFirstOrThrow();
		const administrators = await db
			.selectFrom('user')
			.select('name')
			.where('role', '=', 'administrator')
			.where('disabled_at', 'is', null)
			.orderBy('name')
			.execute();
		const answer = {
			objects: scan.objects,
			atSeq: seq ?? 0,
			newestAt: at,
			damage,
			administrators: administrators.map(({ name }) => name),
			lineage,
		};
		await storage.batch([
			auditLine(storage, clock, actor, 'rebuild', given.fromName, {
				objects: scan.objects,
				entries: counts.entries,
				atSeq: answer.atSeq,
				damaged: damage.length,
				lineage,
			}),
		]);
		return { ...answer, made: counts };
	} finally {
		await reader.close();
		await storage.close();
	}
}

/** What was found damaged is open in the new database too, until a check of the object passes. */
async function noteDamage({ storage, clock }: Rebuilding, damage: readonly Damage[]): Promise<void> {
	const findings = Map.groupBy(
		// Where not even the id could be read there is no object to note it of; the first survey finds the folder.
		damage.filter(({ object, reason }) => reason === 'digest' && object.startsWith('urn:')),
		({ object }) => object,
	);
	await new FixityRegister(storage).record(
		[...findings].map(([objectId, found]) => ({
			objectId,
			version: 0,
			findings: found.map(({ file }) => finding('F005', file || '.')),
			files: 0,
			bytes: 0,
			update: undefined,
		})),
		{ at: isoAt(clock), agent: 'server', trigger: 'read', runId: null },
	);
}

/** Each part rests on those before it. */
async function fill(rebuilding: Rebuilding): Promise<void> {
	await rebuildPeople(rebuilding);
	await rebuildRegisters(rebuilding);
	await rebuildImports(rebuilding);
	await rebuildSteps(rebuilding);
	await rebuildStandings(rebuilding);
	await rebuildEntries(rebuilding);
	await rebuildPurges(rebuilding);
	await placeOrphans(rebuilding);
	await passOn(rebuilding);
	await rebuildOrders(rebuilding);
	await rebuildDecisions(rebuilding);
	await rebuildCampaigns(rebuilding);
	await purgeAgain(rebuilding);
	await rebuildUndone(rebuilding);
	await finishReviews(rebuilding);
	await rebuildCodes(rebuilding);
}

/** Puts the database into the data directory that lost it. */
async function moveDatabase(partial: string, into: string, clock: Clock): Promise<string[]> {
	const aside: string[] = [];
	await syncFolder(join(partial, DATABASE_NAME));
	const stamp = isoAt(clock).replaceAll(/[:.]/g, '-');
	// What waited for the store with the lost database is nobody's now, and must neither be read with the new one nor be
	// swept away.
	for (const name of ['staging', `${DATABASE_NAME}-wal`, `${DATABASE_NAME}-shm`]) {
		if (!existsSync(join(into, name))) continue;
		if (name === 'staging' && (await readdir(join(into, name))).length === 0) continue;
		aside.push(`${name}.before-rebuild-${stamp}`);
		await rename(join(into, name), join(into, aside.at(-1) as string));
	}
	await rename(join(partial, DATABASE_NAME), join(into, DATABASE_NAME));
	await syncFolder(into);
	await rm(partial, { recursive: true, force: true });
	return aside;
}

/** Puts a whole data directory in its place. */
async function moveAll(partial: string, into: string): Promise<string[]> {
	await syncAll(partial);
	demandEmpty(into);
	if (existsSync(into)) await rmdir(into);
	await rename(partial, into);
	await syncFolder(dirname(into));
	return [];
}
