import type {
	connectedPayload,
	Extension,
	onAuthenticatePayload,
	onDisconnectPayload,
} from '@hocuspocus/server';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import type { EntryThing } from '#domain/permissions/permissions.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { parseDocName } from '#sync/entry-doc.ts';
import { CLOSE, type ConnectionContext } from '../connection-context.ts';
import { demandDoc } from '../doc-rights.ts';
import type { Identities, Identity } from '#server/permissions/identity.ts';

/** Documents open on one socket at most. */
const MAX_DOCUMENTS = 2000;

/** Who opens which document: unknown names, nobody, and people without the right are refused with a code. */
export class AuthenticateExtension implements Extension {
	extensionName = 'authenticate';
	#identities: Identities;
	#thingOf: (id: EntryId) => Promise<EntryThing | undefined>;

	constructor(identities: Identities, thingOf: (id: EntryId) => Promise<EntryThing | undefined>) {
		this.#identities = identities;
		this.#thingOf = thingOf;
	}

	async onAuthenticate(
		payload: onAuthenticatePayload<ConnectionContext>,
	): Promise<Partial<ConnectionContext>> {
		try {
			return await this.#authenticate(payload);
		} catch (error) {
			// The provider is told `reason`; anything else would reach it as a bare "permission-denied".
			if (isRefusal(error)) throw Object.assign(error, { reason: error.code });
			// Not a no: the person comes back by themselves when the database answers again.
			payload.context.socket.close(CLOSE.failed, 'collaboration.failed');
			throw error;
		}
	}

	async connected({ context }: connectedPayload<ConnectionContext>): Promise<void> {
		context.socket.documents++;
	}

	async onDisconnect({ context }: onDisconnectPayload<ConnectionContext>): Promise<void> {
		// The server's own connections have no socket.
		if (context.socket) context.socket.documents--;
	}

	async #authenticate({
		documentName,
		token,
		context,
		connectionConfig,
	}: onAuthenticatePayload<ConnectionContext>): Promise<Partial<ConnectionContext>> {
		const name = parseDocName(documentName);
		if (!name) throw new Refusal('collaboration.unknown-document', {}, 404);
		if (context.socket.documents >= MAX_DOCUMENTS)
			throw new Refusal('collaboration.too-many-documents', { limit: MAX_DOCUMENTS }, 429);
		const identity = await this.#identify(context, token);
		if (name.kind === 'presence') {
			if (identity.person.role === 'reader') throw new Refusal('permissions.denied', {}, 403);
			return { identity };
		}
		const { entry, canWrite } = await demandDoc(documentName, identity.person, this.#thingOf);
		connectionConfig.readOnly = !canWrite;
		return { identity, entry };
	}

	async #identify(context: ConnectionContext, token: string): Promise<Identity> {
		if (token) {
			const identity = await this.#identities.personOfToken(token);
			if (!identity || !context.socket.adopt(identity)) throw new Refusal('permissions.bad-token', {}, 401);
			return identity;
		}
		const identity = context.socket.identity;
		if (!identity || !(await this.#identities.isAlive(identity))) {
			// It concerns the person, not this document: an open socket would pass for a connection.
			context.socket.close(CLOSE.sessionEnded, 'permissions.sign-in');
			throw new Refusal('permissions.sign-in', {}, 401);
		}
		return identity;
	}
}
