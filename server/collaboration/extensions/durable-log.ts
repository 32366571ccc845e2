import type {
	afterHandleMessagePayload,
	afterLoadDocumentPayload,
	beforeSyncPayload,
	beforeUnloadDocumentPayload,
	Extension,
	onLoadDocumentPayload,
} from '@hocuspocus/server';
import type * as Y from 'yjs';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import { can } from '#domain/permissions/permissions.ts';
import { parseDocName } from '#sync/entry-doc.ts';
import { CLOSE, type ConnectionContext } from '../connection-context.ts';
import { actorOf } from '#server/permissions/identity.ts';
import { hasNothingNew } from '../doc-gate.ts';
import { deniedWriting, writeActionOf } from '../doc-rights.ts';
import type { LiveDocs } from '../live-docs.ts';
import type { MoveCheck } from '../move-check.ts';

/** Asking for updates is 0, answering 1, telling of an update 2. @see y-protocols, sync */
const LAST_SYNC_TYPE = 2;

/**
 * Logged before applied, broadcast or acknowledged. This hook runs last of all that may refuse: what it logs is
 * permanent.
 */
export class DurableLogExtension implements Extension {
	extensionName = 'durable-log';
	/** After every permission check. */
	priority = 1;
	#docs: LiveDocs;
	#load: (docName: string, document: Y.Doc) => Promise<number>;
	#checkMove: MoveCheck;
	#applied = new WeakMap<object, (() => void)[]>();

	constructor(
		docs: LiveDocs,
		load: (docName: string, document: Y.Doc) => Promise<number>,
		checkMove: MoveCheck,
	) {
		this.#docs = docs;
		this.#load = load;
		this.#checkMove = checkMove;
	}

	async onLoadDocument({ documentName, document }: onLoadDocumentPayload<ConnectionContext>): Promise<void> {
		if (parseDocName(documentName)?.kind !== 'presence')
			this.#docs.loaded(document, await this.#load(documentName, document));
	}

	async afterLoadDocument({ document }: afterLoadDocumentPayload<ConnectionContext>): Promise<void> {
		// Else the first client is sent, as a broadcast, all that it also gets by its own sync.
		document.flush();
	}

	async beforeSync({
		type,
		payload,
		documentName,
		document,
		connection,
		context,
	}: beforeSyncPayload<ConnectionContext>): Promise<void> {
		if (type === 0) return;
		const refuse = (error: unknown): never => {
			const refusal = isRefusal(error) ? error : new Refusal('collaboration.failed', {}, 500);
			// A log that fails is no answer to what was sent: it is not put away as refused, and comes again with its sender.
			if (refusal.code !== 'collaboration.log-failed')
				connection.sendStateless(
					JSON.stringify({ type: 'refused', code: refusal.code, params: refusal.params }),
				);
			// A throw alone leaves the provider connected but dead: the socket goes first.
			context.socket.close(closeCodeOf(refusal), refusal.code);
			throw error;
		};
		try {
			// Hocuspocus refuses these too, but only after this hook: in the log, and never applied.
			if (type > LAST_SYNC_TYPE) throw new Refusal('collaboration.unknown-message');
			const { identity, entry } = context;
			const action = writeActionOf(documentName);
			if (!identity || !entry || connection.readOnly || !can(identity.person, action, entry)) {
				if (hasNothingNew(document, payload)) return;
				throw identity && entry
					? deniedWriting(documentName, identity.person, entry)
					: new Refusal('permissions.denied', { action, thing: 'entry' }, 403);
			}
			await this.#checkMove(payload, identity.person, document);
			const taken = await this.#docs.take(documentName, document, payload, actorOf(identity));
			if (taken) this.#remember(connection, taken.settle);
		} catch (error) {
			refuse(error);
		}
	}

	async afterHandleMessage({ connection }: afterHandleMessagePayload<ConnectionContext>): Promise<void> {
		for (const settle of this.#applied.get(connection) ?? []) settle();
		this.#applied.delete(connection);
	}

	async beforeUnloadDocument({ document }: beforeUnloadDocumentPayload): Promise<void> {
		if (this.#docs.isBusy(document)) throw new Error('an update is being logged');
		this.#docs.forget(document);
	}

	#remember(connection: object, settle: () => void): void {
		const list = this.#applied.get(connection);
		if (list) list.push(settle);
		else this.#applied.set(connection, [settle]);
	}
}

function closeCodeOf(refusal: Refusal): number {
	if (refusal.code === 'collaboration.log-failed') return CLOSE.logFailed;
	if (refusal.code === 'collaboration.update-too-large') return CLOSE.tooLarge;
	if (refusal.status === 401) return CLOSE.sessionEnded;
	return refusal.status === 403 ? CLOSE.denied : CLOSE.refused;
}
