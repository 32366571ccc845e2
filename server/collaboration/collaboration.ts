import type { Extension } from '@hocuspocus/server';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import * as Y from 'yjs';
import type { Actor } from '#domain/base/actor.ts';
import type { Clock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import { demand, type EntryThing, type Person } from '#domain/permissions/permissions.ts';
import { entryDocName, parseDocName } from '#sync/entry-doc.ts';
import type { ReviewEvent } from '#domain/collaboration/review-event.ts';
import { reviewDocName } from '#sync/review-doc.ts';
import { project, projectMany } from '#server/catalogue/projection.ts';
import { readLineage } from '#server/storage/lineage.ts';
import { refusePurged } from './purge/refuse-purged.ts';
import type { Storage } from '#server/storage/storage.ts';
import { Announcements } from './announcements.ts';
import { behindTheLog } from './behind-the-log.ts';
import { beginEntry, type NewEntry } from './begin-entry.ts';
import { writeActionOf } from './doc-rights.ts';
import { projectReview } from './comments/comment-rows.ts';
import { BulkEdits, type BulkChange, type BulkOutcome, type BulkRunning } from './bulk-edits.ts';
import { Compactor, type Compacting, type CompactionReport } from './compaction/compactor.ts';
import { QuietHours } from './compaction/quiet-hours.ts';
import { createDocSync, type DocSync } from './doc-sync.ts';
import { fillFromLog, loadEntryDoc, type StoredEntry } from './entry-loader.ts';
import { AuthenticateExtension } from './extensions/authenticate.ts';
import { DurableLogExtension } from './extensions/durable-log.ts';
import { guarded } from './extensions/guarded.ts';
import { PresenceExtension } from './extensions/presence.ts';
import { StatelessExtension } from './extensions/stateless.ts';
import { CLOSE } from './connection-context.ts';
import { type Identities } from '#server/permissions/identity.ts';
import { LiveDocs } from './live-docs.ts';
import { LiveServer } from './live-server.ts';
import { createMoveCheck } from './move-check.ts';
import { closeNoLongerAllowed } from './no-longer-allowed.ts';
import { LogHealth } from './log-health.ts';
import { nowReadOnly } from './now-read-only.ts';
import { PresentPlaces } from './present-places.ts';
import { Projector } from './projector.ts';
import { SealedEntries } from './purge/seal-entries.ts';
import { ServerEdits } from './server-edits.ts';
import { Sockets } from './sockets.ts';
import { StillEntries } from './still-entries.ts';

/** What live editing needs of the rest. */
export interface CollaborationParts {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly logger: Logger;
	readonly origin: string | undefined;
	readonly identities: Identities;
	readonly thingOf: (id: EntryId) => Promise<EntryThing | undefined>;
	readonly thingsOf: (ids: readonly EntryId[]) => Promise<ReadonlyMap<EntryId, EntryThing>>;
	readonly storedEntries: (ids: readonly EntryId[]) => Promise<ReadonlyMap<EntryId, StoredEntry>>;
	/** An entry was edited, or something was said about it: the archival store schedules a version. */
	readonly noteEdit: (id: EntryId, seq: number) => void;
	/** Rows of entries say something else now. */
	readonly onProjected?: (ids: readonly EntryId[]) => void;
	/** Rows follow the log: what is read from rows is due. */
	readonly noteRows: () => void;
	/** Documents nobody has edited for so long are compacted. */
	readonly compactAfterMs: number;
	/** Further extensions, guarded like ours. */
	readonly extensions?: readonly Extension[];
}

/** What was decided about entries. */
export interface Decided<T> {
	readonly answer: T;
	readonly changed: readonly EntryId[];
	readonly registered: readonly EntryId[];
}

/** Live editing of one archive. */
export interface Collaboration {
	/** Takes an HTTP upgrade of `/collab` or `/yjs/…`. */
	upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
	/**
	 * Sets one field as a logged edit like any other; open editors see it at once.
	 * @returns the log position
	 */
	setField(id: EntryId, field: FieldKey, value: FieldValue, actor: Actor): Promise<number>;
	/**
	 * Changes an entry as a logged edit like any other; open editors see it at once, its row follows soon.
	 * @param change gets a copy of the document; false leaves everything as it is
	 * @returns the log position, or undefined when nothing changed
	 */
	edit(id: EntryId, actor: Actor, change: (copy: Y.Doc) => boolean): Promise<number | undefined>;
	/**
	 * Says something about an entry, as a logged event like any other; open cards see it at once.
	 * @param make gets a copy of what was said; undefined leaves everything as it is
	 */
	say(
		id: EntryId,
		actor: Actor,
		make: (copy: Y.Doc) => ReviewEvent | undefined,
		judging: 'update' | 'server',
	): Promise<void>;
	/** Resolves when the entry's row holds at least this position. */
	projected(id: EntryId, seq: number): Promise<void>;
	/**
	 * Changes many entries, each as {@link edit} would: what nobody has open is read, changed and committed in batches.
	 * Rows and lists show what was done when it resolves; given up, it stops between two batches.
	 * @returns outcomes in the order of the changes
	 * @throws {Refusal} 'collaboration.log-failed' (503): what was committed before stays
	 */
	editMany(
		changes: readonly BulkChange[],
		actor: Actor,
		running?: BulkRunning,
	): Promise<readonly BulkOutcome[]>;
	/**
	 * Decides about entries that stay as they are meanwhile, and whose rows show all that is logged of them. Those that it
	 * registers take no direct edit from then on; open cards and lists learn of it.
	 * @param decide resolves with its answer and with the entries it changed and registered
	 */
	decideAbout<T>(ids: readonly EntryId[], decide: () => Promise<Decided<T>>): Promise<T>;
	/**
	 * Takes the content of entries out: whoever has one open is told, and nobody gets it any more.
	 * @param work `seal` has the log take nothing more of them; `remove` runs when nothing is under way
	 */
	takeOut(
		ids: readonly EntryId[],
		work: { readonly seal: () => Promise<void>; readonly remove: () => Promise<void> },
	): Promise<void>;
	/** How many documents of these entries are in memory. */
	countOpen(ids: readonly EntryId[]): number;
	/**
	 * Logs an update that reaches the server otherwise than by a connection, judged like a live one; open editors see it
	 * at once. `alsoBy`: whose elements it may bring besides the actor's own.
	 * @returns the log position, and whether the update held anything new
	 * @throws {Refusal} 'collaboration.unknown-document' (404) | 'catalogue.unknown-entry' (404) |
	 * 'permissions.denied' (403) and what the gate refuses
	 */
	takeUpdate(
		docName: string,
		update: Uint8Array,
		actor: Actor,
		rights: { readonly person: Person; readonly alsoBy: readonly string[] },
	): Promise<{ readonly seq: number; readonly isNew: boolean }>;
	/** Takes the first update of an entry made on a device, once. */
	begin(entry: NewEntry, actor: Actor): Promise<{ readonly began: boolean }>;
	/** Documents over HTTP, for devices. */
	readonly sync: DocSync;
	/** Tells those who may see it that a version of the entry is in the archival store. */
	announceDeposit(id: EntryId, version: string, seq: number): void;
	/** Tells every open workspace that many rows changed at once (an import came or went). */
	announceRows(parents: readonly (EntryId | null)[]): void;
	/** Tells open workspaces of those who see it that records of a register changed. */
	announceRegister(register: string, ids: readonly string[]): void;
	/** False while the log cannot be written. */
	readonly isReady: boolean;
	readonly socketCount: number;
	/** Documents in memory, or on their way there. */
	readonly documentCount: number;
	/**
	 * Puts snapshots in the place of the updates of cold documents. Happens by itself too, each night.
	 * @throws {Refusal} 'storage.log-failed' (503)
	 */
	compact(compacting?: Partial<Compacting>): Promise<CompactionReport>;
	/** Projects what the log holds beyond the rows, after a crash. */
	catchUp(): Promise<void>;
	close(): Promise<void>;
}

/** Starts live editing: Hocuspocus with our extensions, nothing acknowledged before it is durable. */
export function createCollaboration(parts: CollaborationParts): Collaboration {
	const { storage, clock, logger } = parts;
	let closing: Promise<void> | undefined;
	const hocuspocus = new LiveServer({
		name: 'lantai',
		quiet: true,
		timeout: 60_000,
		// Nothing is stored by debounced hooks: the log is written before acknowledgement.
		debounce: 0,
		unloadImmediately: true,
		maxPendingDocuments: 500,
		extensions: [],
	});
	const announcements = new Announcements({ hocuspocus, logger, thingsOf: parts.thingsOf });
	const health = new LogHealth({
		logger,
		tryWriting: () => storage.tryWriting(),
		closeSockets: () => sockets.closeAll(CLOSE.logFailed, 'collaboration.log-failed'),
	});
	const log = health.watched(storage.log);
	const docs = new LiveDocs({
		log,
		clock,
		onLogged(docName, seq) {
			health.written();
			projector.note(docName, seq);
			const name = parseDocName(docName);
			if (name && name.kind !== 'presence') parts.noteEdit(name.id, seq);
		},
		onLogFailed: (error) => health.failed(error),
	});
	const load = async (docName: string, document: Y.Doc): Promise<number> => {
		const name = parseDocName(docName);
		if (name && name.kind !== 'presence') await refusePurged(storage, name.id);
		if (name?.kind === 'review') return fillFromLog(docName, document, log);
		if (name?.kind !== 'entry') return 0;
		await bulk.released(docName);
		if ((await registeredAmong([name.id])).has(name.id)) docs.registered(document);
		return loadEntryDoc(name.id, document, {
			log,
			clock,
			storedEntry: async (id) => (await parts.storedEntries([id])).get(id),
		});
	};
	const edits = new ServerEdits({ hocuspocus, docs, clock });
	const checkMove = createMoveCheck(parts.thingOf);
	const extensions: Extension[] = [
		...(parts.extensions ?? []),
		new AuthenticateExtension(parts.identities, parts.thingOf),
		new PresenceExtension(new PresentPlaces(parts.thingsOf), (error) =>
			logger.error({ err: error }, 'telling where people are failed'),
		),
		new StatelessExtension(),
		new DurableLogExtension(docs, load, checkMove),
	];
	hocuspocus.configure({ extensions: extensions.map((extension) => guarded(extension, logger)) });
	const sockets = new Sockets({
		hocuspocus,
		identities: parts.identities,
		logger,
		origin: parts.origin,
		isReady: () => health.isReady,
		lineage: async () => (await readLineage(storage)).lineage,
	});
	const projector: Projector = new Projector({
		log,
		logger,
		settledDocument(docName) {
			const document = hocuspocus.documents.get(docName);
			return document && !document.isLoading && !docs.isBusy(document)
				? { doc: document, heldSeq: docs.heldSeq(document) }
				: undefined;
		},
		isSealed: (id) => sealed.has(id),
		project: (projecting) => project({ storage, clock }, projecting),
		projectMany: (projectings) => projectMany({ storage, clock }, projectings),
		async projectReview(id, events, seq) {
			await projectReview(storage, id, events, seq);
			void announcements.changed([{ id, parents: [], seq }]);
		},
		onProjected(projected) {
			parts.noteRows();
			void announcements.changed(projected);
			parts.onProjected?.(projected.map(({ id }) => id));
			for (const each of projected)
				edits
					.settleTrifles(each.id, each.trifles)
					.catch((error: unknown) =>
						logger.error({ err: error, entry: each.id }, 'settling what differs in width only failed'),
					);
			if (projected.some(({ isMoved }) => isMoved))
				closeNoLongerAllowed(hocuspocus, parts.thingOf).catch((error: unknown) =>
					logger.error({ err: error }, 'asking again who may have what open failed'),
				);
		},
	});

	const bulk = new BulkEdits({
		log,
		clock,
		storedEntries: parts.storedEntries,
		registeredAmong,
		isOpen,
		async editOpen(id, actor, change) {
			const seq = await edits.edit(id, actor, change);
			if (seq !== undefined) await projector.projectNow(entryDocName(id), seq);
			return seq;
		},
		projectGiven: (given) => projector.projectGiven(given),
		projectLater: (docName, seq) => projector.note(docName, seq),
		onLogged(id, seq) {
			health.written();
			parts.noteEdit(id, seq);
		},
		onLogFailed: (error) => health.failed(error),
	});

	const still = new StillEntries({ hocuspocus, docs, bulk, projector });
	const sealed: SealedEntries = new SealedEntries({ hocuspocus, projector, still });

	async function registeredAmong(ids: readonly EntryId[]): Promise<ReadonlySet<EntryId>> {
		const rows = await storage.db
			.selectFrom('entry')
			.select('id')
			.where('review_state', '=', 'registered')
			.where('id', 'in', [...ids])
			.execute();
		return new Set(rows.map(({ id }) => id as EntryId));
	}

	const compactor = new Compactor({
		storage,
		clock,
		logger,
		isInUse: (docName) => isOpen(docName) || bulk.isHeld(docName),
	});
	const quietHours = new QuietHours({
		clock,
		isIdle: () => sockets.count === 0,
		async run() {
			try {
				const report = await compactor.run({ idleMs: parts.compactAfterMs });
				if (report.documents > 0) logger.info(report, 'cold documents compacted');
			} catch (error) {
				logger.error({ err: error }, 'compaction failed; it is tried again tomorrow');
			}
		},
	});

	function isOpen(docName: string): boolean {
		return hocuspocus.documents.has(docName) || hocuspocus.loadingDocuments.has(docName);
	}

	return {
		upgrade: (request, socket, head) => sockets.upgrade(request, socket, head),
		async setField(id, field, value, actor) {
			await edits.set(id, field, value, actor);
			const seq = await storage.log.head(entryDocName(id));
			await projector.projectNow(entryDocName(id), seq);
			return seq;
		},
		edit: (id, actor, change) => edits.edit(id, actor, change),
		async say(id, actor, make, judging) {
			const seq = await edits.say(id, actor, make, judging);
			if (seq !== undefined) await projector.projectNow(reviewDocName(id), seq);
		},
		projected: (id, seq) => projector.projectNow(entryDocName(id), seq),
		editMany: (changes, actor, running = {}) => bulk.run(changes, actor, running),
		async decideAbout(ids, decide) {
			const { answer, changed } = await still.run(ids, async (open) => {
				const decided = await decide();
				for (const id of decided.registered) {
					const document = open.get(entryDocName(id));
					if (!document) continue;
					docs.registered(document);
					nowReadOnly(document);
				}
				return decided;
			});
			if (changed.length > 0) void announcements.changed(changed.map((id) => ({ id, parents: [], seq: 0 })));
			return answer;
		},
		async takeOut(ids, work) {
			await sealed.run(ids, work, () =>
				announcements.changed(ids.map((id) => ({ id, parents: [], seq: 0 }))),
			);
		},
		countOpen: (ids) => sealed.countOpen(ids),
		async takeUpdate(docName, update, actor, { person, alsoBy }) {
			const name = parseDocName(docName);
			if (!name || name.kind === 'presence') throw new Refusal('collaboration.unknown-document', {}, 404);
			const thing = await parts.thingOf(name.id);
			if (!thing) throw new Refusal('catalogue.unknown-entry', { id: name.id }, 404);
			demand(person, writeActionOf(docName), thing);
			const isNew =
				(await edits.take(docName, update, actor, { alsoBy }, (document) =>
					checkMove(update, person, document),
				)) !== undefined;
			const seq = await storage.log.head(docName);
			if (isNew) await projector.projectNow(docName, seq);
			return { seq, isNew };
		},
		async begin(entry, actor) {
			const begun = await beginEntry(entry, actor, { log, clock });
			await projector.projectNow(entryDocName(entry.id), begun.seq);
			if (begun.began) parts.noteEdit(entry.id, begun.seq);
			return { began: begun.began };
		},
		sync: createDocSync({
			storage,
			clock,
			logger,
			log,
			docs,
			thingOf: parts.thingOf,
			checkMove,
			load,
			withDocument: (docName, run) => hocuspocus.withDocument(docName, run),
			async onBegun(id, seq) {
				await projector.projectNow(entryDocName(id), seq);
				parts.noteEdit(id, seq);
			},
		}),
		announceDeposit(id, version, seq) {
			void announcements.deposited(id, version, seq);
		},
		announceRows(parents) {
			announcements.rows(parents);
		},
		announceRegister(register, ids) {
			announcements.register(register, ids);
		},
		get isReady() {
			return health.isReady;
		},
		get socketCount() {
			return sockets.count;
		},
		get documentCount() {
			return hocuspocus.documents.size + hocuspocus.loadingDocuments.size;
		},
		compact: (compacting = {}) => compactor.run({ idleMs: parts.compactAfterMs, ...compacting }),
		async catchUp() {
			const { entries, reviews } = await behindTheLog(storage);
			await projector.catchUp(entries);
			for (const { doc, seq } of reviews) await projector.projectNow(doc, seq);
			const documents = entries.length + reviews.length;
			if (documents > 0) logger.info({ documents }, 'rows brought up to the log');
		},
		close() {
			return (closing ??= (async () => {
				health.close();
				quietHours.close();
				sockets.shutDown();
				await compactor.close();
				await bulk.close();
				await docs.drained();
				await projector.close();
				hocuspocus.closeConnections();
			})());
		},
	};
}
