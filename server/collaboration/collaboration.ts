import { Hocuspocus, type Extension } from '@hocuspocus/server';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import * as Y from 'yjs';
import type { Actor } from '#domain/base/actor.ts';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import { can, demand, type EntryThing, type Person } from '#domain/permissions/permissions.ts';
import { entryDocName, parseDocName, PRESENCE_DOC_NAME } from '#sync/entry-doc.ts';
import { fieldValuesOf, setField } from '#sync/field-values.ts';
import { project, type Projected } from '#server/catalogue/projection.ts';
import type { Storage } from '#server/storage/storage.ts';
import { beginEntry, type NewEntry } from './begin-entry.ts';
import { loadEntryDoc, type StoredEntry } from './entry-loader.ts';
import { AuthenticateExtension } from './extensions/authenticate.ts';
import { DurableLogExtension } from './extensions/durable-log.ts';
import { guarded } from './extensions/guarded.ts';
import { PresenceExtension } from './extensions/presence.ts';
import { StatelessExtension } from './extensions/stateless.ts';
import { CLOSE, type ConnectionContext } from './connection-context.ts';
import { type Identities } from '#server/permissions/identity.ts';
import { LiveDocs } from './live-docs.ts';
import { createMoveCheck } from './move-check.ts';
import { Projector } from './projector.ts';
import { Sockets } from './sockets.ts';

/** What live editing needs of the rest. */
export interface CollaborationParts {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly logger: Logger;
	readonly origin: string | undefined;
	readonly identities: Identities;
	readonly thingOf: (id: EntryId) => Promise<EntryThing | undefined>;
	readonly storedEntry: (id: EntryId) => Promise<StoredEntry | undefined>;
	/** An entry was edited up to a log position: the archival store schedules a version. */
	readonly noteEdit: (id: EntryId, seq: number) => void;
	/** Further extensions, guarded like ours. */
	readonly extensions?: readonly Extension[];
}

/** Live editing of one archive. */
export interface Collaboration {
	/** Takes an HTTP upgrade of `/collab`. */
	upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
	/**
	 * Sets one field as a logged edit like any other; open editors see it at once.
	 * @returns the log position
	 */
	setField(id: EntryId, field: FieldKey, value: FieldValue, actor: Actor): Promise<number>;
	/**
	 * Logs an update that reaches the server otherwise than by a connection, judged like a live one; open editors see it
	 * at once. `alsoBy`: whose elements it may bring besides the actor's own.
	 * @returns the log position, and whether the update held anything new
	 * @throws {Refusal} 'catalogue.unknown-entry' (404) | 'permissions.denied' (403) and what the gate refuses
	 */
	takeUpdate(
		id: EntryId,
		update: Uint8Array,
		actor: Actor,
		rights: { readonly person: Person; readonly alsoBy: readonly string[] },
	): Promise<{ readonly seq: number; readonly isNew: boolean }>;
	/** Takes the first update of an entry made on a device, once. */
	begin(entry: NewEntry, actor: Actor): Promise<{ readonly began: boolean }>;
	/** Tells those who may see it that a version of the entry is in the archival store. */
	announceDeposit(id: EntryId, version: string, seq: number): void;
	/** Tells every open workspace that many rows changed at once (an import came or went). */
	announceRows(parents: readonly (EntryId | null)[]): void;
	/** False while the log cannot be written. */
	readonly isReady: boolean;
	readonly socketCount: number;
	/** Projects what the log holds beyond the rows, after a crash. */
	catchUp(): Promise<void>;
	close(): Promise<void>;
}

/** Starts live editing: Hocuspocus with our extensions, nothing acknowledged before it is durable. */
export function createCollaboration(parts: CollaborationParts): Collaboration {
	const { storage, clock, logger } = parts;
	let isReady = true;
	const hocuspocus = new Hocuspocus<ConnectionContext>({
		name: 'lantai',
		quiet: true,
		timeout: 60_000,
		// Nothing is stored by debounced hooks: the log is written before acknowledgement.
		debounce: 0,
		unloadImmediately: true,
		maxPendingDocuments: 500,
		extensions: [],
	});
	const docs = new LiveDocs({
		log: storage.log,
		clock,
		onLogged(docName, seq) {
			isReady = true;
			projector.note(docName, seq);
			const name = parseDocName(docName);
			if (name?.kind === 'entry') parts.noteEdit(name.id, seq);
		},
		onLogFailed(error) {
			isReady = false;
			logger.fatal({ err: error }, 'the log cannot be written; editing is closed until it can');
			// People keep what they typed on their side and come back by themselves.
			setImmediate(() => sockets.closeAll(CLOSE.logFailed, 'collaboration.log-failed'));
		},
	});
	const load = (docName: string, document: Y.Doc): Promise<void> => {
		const name = parseDocName(docName);
		return name?.kind === 'entry'
			? loadEntryDoc(name.id, document, { log: storage.log, clock, storedEntry: parts.storedEntry })
			: Promise.resolve();
	};
	const checkMove = createMoveCheck(parts.thingOf);
	const extensions: Extension[] = [
		...(parts.extensions ?? []),
		new AuthenticateExtension(parts.identities, parts.thingOf),
		new PresenceExtension(),
		new StatelessExtension(),
		new DurableLogExtension(docs, load, checkMove),
	];
	hocuspocus.configure({ extensions: extensions.map((extension) => guarded(extension, logger)) });
	const sockets = new Sockets({ hocuspocus, identities: parts.identities, logger, origin: parts.origin });
	const projector = new Projector({
		log: storage.log,
		logger,
		settledDocument(docName) {
			const document = hocuspocus.documents.get(docName);
			return document && !document.isLoading && !docs.isBusy(document) ? document : undefined;
		},
		project: (id, doc, seq) => project({ storage, clock }, id, doc.meta, doc.content, seq),
		onProjected: (projected) => void announce(projected),
	});

	/** A short message to everybody in the archive who may see the entry. */
	async function tell(id: EntryId, message: unknown): Promise<void> {
		const presence = hocuspocus.documents.get(PRESENCE_DOC_NAME);
		if (!presence) return;
		const thing = await parts.thingOf(id);
		if (!thing) return;
		const text = JSON.stringify(message);
		for (const connection of presence.getConnections())
			if (can((connection.context as ConnectionContext).identity?.person, 'see', thing))
				connection.sendStateless(text);
	}

	async function announce(projected: Projected): Promise<void> {
		try {
			await tell(projected.id, {
				type: 'changed',
				ids: [projected.id],
				parents: projected.parents,
				seq: projected.seq,
			});
		} catch (error) {
			logger.error({ err: error }, 'announcing a change failed');
		}
	}

	return {
		upgrade: (request, socket, head) => sockets.upgrade(request, socket, head),
		async setField(id, field, value, actor) {
			const connection = await hocuspocus.openDirectConnection(entryDocName(id));
			try {
				const document = connection.document as Y.Doc;
				const scratch = new Y.Doc();
				Y.applyUpdate(scratch, Y.encodeStateAsUpdate(document));
				const before = Y.encodeStateVector(scratch);
				setField(fieldValuesOf(scratch), field, value, {
					id: createId<string>(),
					by: actor.id,
					at: isoAt(clock),
					...(actor.via ? { via: actor.via } : {}),
				});
				const update = Y.encodeStateAsUpdate(scratch, before);
				scratch.destroy();
				const settle = await docs.take(entryDocName(id), document, update, actor);
				Y.applyUpdate(document, update, { source: 'local' });
				settle?.();
			} finally {
				await connection.disconnect();
			}
			const seq = await storage.log.head(entryDocName(id));
			await projector.projectNow(entryDocName(id), seq);
			return seq;
		},
		async takeUpdate(id, update, actor, { person, alsoBy }) {
			const thing = await parts.thingOf(id);
			if (!thing) throw new Refusal('catalogue.unknown-entry', { id }, 404);
			demand(person, 'edit', thing);
			await checkMove(update, person);
			const docName = entryDocName(id);
			const connection = await hocuspocus.openDirectConnection(docName);
			let isNew = false;
			try {
				const document = connection.document as Y.Doc;
				const settle = await docs.take(docName, document, update, actor, alsoBy);
				if (settle) {
					isNew = true;
					Y.applyUpdate(document, update, { source: 'local' });
					settle();
				}
			} finally {
				await connection.disconnect();
			}
			const seq = await storage.log.head(docName);
			if (isNew) await projector.projectNow(docName, seq);
			return { seq, isNew };
		},
		async begin(entry, actor) {
			const begun = await beginEntry(entry, actor, { log: storage.log, clock });
			await projector.projectNow(entryDocName(entry.id), begun.seq);
			if (begun.began) parts.noteEdit(entry.id, begun.seq);
			return { began: begun.began };
		},
		announceDeposit(id, version, seq) {
			tell(id, { type: 'deposited', id, version, seq }).catch((error: unknown) =>
				logger.error({ err: error }, 'announcing a deposit failed'),
			);
		},
		announceRows(parents) {
			hocuspocus.documents
				.get(PRESENCE_DOC_NAME)
				?.broadcastStateless(JSON.stringify({ type: 'changed', ids: [], parents, seq: 0 }));
		},
		get isReady() {
			return isReady;
		},
		get socketCount() {
			return sockets.count;
		},
		async catchUp() {
			const behind = await storage.db
				.selectFrom('log_head')
				.leftJoin('entry', (join) =>
					join.on((on) =>
						on(
							'entry.id',
							'=',
							on.fn<string>('substr', [on.ref('log_head.doc'), on.lit('entry:'.length + 1)]),
						),
					),
				)
				.select(['log_head.doc', 'log_head.seq'])
				.where((where) =>
					where.or([
						where('entry.projected_seq', 'is', null),
						where('entry.projected_seq', '<', where.ref('log_head.seq')),
					]),
				)
				.execute();
			for (const { doc, seq } of behind) await projector.projectNow(doc, seq);
			if (behind.length) logger.info({ documents: behind.length }, 'rows brought up to the log');
		},
		async close() {
			sockets.shutDown();
			await docs.drained();
			await projector.close();
			hocuspocus.closeConnections();
		},
	};
}
