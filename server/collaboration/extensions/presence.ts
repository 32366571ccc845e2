import type {
	beforeHandleAwarenessPayload,
	connectedPayload,
	Connection,
	Extension,
} from '@hocuspocus/server';
import * as v from 'valibot';
import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { parseDocName, PRESENCE_DOC_NAME } from '#sync/entry-doc.ts';
import { colourOf, type PresenceState } from '#sync/presence.ts';
import { CLOSE, type ConnectionContext } from '../connection-context.ts';
import type { PresentPlaces } from '../present-places.ts';

const Clock = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Item = v.nullish(v.object({ client: Clock, clock: Clock }));
/** A relative position as Yjs writes it; of bounded size, since everybody in the document is sent it. */
const Position = v.object({
	type: Item,
	tname: v.nullish(v.pipe(v.string(), v.maxLength(140))),
	item: Item,
	assoc: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(-1), v.maxValue(1))),
});

/** What a client may say of itself; name, account and colour are the server's to stamp. */
const Said = v.object({
	entryId: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(40)))),
	field: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(140)))),
	idle: v.optional(v.boolean()),
	cursor: v.nullish(v.object({ anchor: Position, head: Position })),
});

/** Stamps who is present, and pins each client id to the connection that used it first. */
export class PresenceExtension implements Extension {
	extensionName = 'presence';
	#pinned = new WeakMap<Connection, number>();
	#places: PresentPlaces;
	#onFailed: (error: unknown) => void;

	constructor(places: PresentPlaces, onFailed: (error: unknown) => void) {
		this.#places = places;
		this.#onFailed = onFailed;
	}

	async connected({ connection, documentName }: connectedPayload<ConnectionContext>): Promise<void> {
		if (documentName === PRESENCE_DOC_NAME) await this.#places.joined(connection.document, connection);
	}

	async beforeHandleAwareness({
		states,
		connection,
		context,
		document,
	}: beforeHandleAwarenessPayload<ConnectionContext>): Promise<void> {
		const identity = context?.identity;
		if (!connection || !identity) return;
		// The map was made with a state of its own, first of all and empty, which would haunt every screen.
		const ghost = states.keys().next().value;
		if (ghost !== undefined) states.delete(ghost);
		for (const [clientId, state] of states) {
			const pinned = this.#pinned.get(connection);
			if (pinned === undefined) {
				// Who shows nothing of itself begins with what it heard of others.
				if (this.#belongsToSomebodyElse(document, connection, clientId, identity.person.id)) {
					states.delete(clientId);
					continue;
				}
				this.#pinned.set(connection, clientId);
			} else if (pinned !== clientId) {
				// A client repeats what it heard of others; only its own state is taken from it.
				states.delete(clientId);
				continue;
			}
			const said = v.safeParse(Said, state);
			if (!said.success) return this.#refuse(context);
			const { entryId, field, idle, cursor } = said.output;
			const name = parseDocName(document.name);
			const isAtEntry = name !== undefined && name.kind !== 'presence';
			// Where people are in the archive not everybody there may know.
			if (!isAtEntry)
				this.#places
					.moved(document, connection, clientId, (entryId ?? null) as EntryId | null)
					.catch(this.#onFailed);
			states.set(clientId, {
				entryId: isAtEntry ? name.id : null,
				field: (isAtEntry && field) || null,
				idle: idle ?? false,
				cursor: (isAtEntry && cursor) || null,
				user: { id: identity.person.id, name: identity.person.name, colour: colourOf(identity.person.id) },
			} satisfies PresenceState);
		}
	}

	#belongsToSomebodyElse(
		document: beforeHandleAwarenessPayload['document'],
		connection: Connection,
		clientId: number,
		personId: string,
	): boolean {
		const known = document.awareness.getStates().get(clientId) as { user?: { id?: string } } | undefined;
		if (!known || known.user?.id === personId) return false;
		return document
			.getConnections()
			.some((other) => other !== connection && this.#pinned.get(other) === clientId);
	}

	#refuse(context: ConnectionContext): never {
		context.socket.close(CLOSE.refused, 'collaboration.foreign-presence');
		throw new Refusal('collaboration.foreign-presence', {}, 403);
	}
}
