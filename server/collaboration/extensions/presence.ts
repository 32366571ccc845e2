import type { beforeHandleAwarenessPayload, Connection, Extension } from '@hocuspocus/server';
import * as v from 'valibot';
import { Refusal } from '#domain/base/refusal.ts';
import { CLOSE, type ConnectionContext } from '../connection-context.ts';
import { colourOf } from '#sync/presence.ts';

/** What a client may say of itself; name, account and colour are the server's to stamp. */
const Said = v.object({
	entryId: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(40)))),
	field: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(140)))),
	idle: v.optional(v.boolean()),
});

/** Stamps who is present, and pins each client id to the connection that used it first. */
export class PresenceExtension implements Extension {
	extensionName = 'presence';
	#pinned = new WeakMap<Connection, number>();

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
			states.set(clientId, {
				entryId: said.output.entryId ?? null,
				field: said.output.field ?? null,
				idle: said.output.idle ?? false,
				user: { id: identity.person.id, name: identity.person.name, colour: colourOf(identity.person.id) },
			});
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
