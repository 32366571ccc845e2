import type { Hocuspocus } from '@hocuspocus/server';
import type { Logger } from 'pino';
import type { EntryId } from '#domain/base/ids.ts';
import { can, type EntryThing } from '#domain/permissions/permissions.ts';
import { PRESENCE_DOC_NAME } from '#sync/entry-doc.ts';
import type { Projected } from '#server/catalogue/projection.ts';
import type { ConnectionContext } from './connection-context.ts';

/** Records named in one message. */
const MOST_RECORDS = 200;

/** Short messages to everybody in the archive; of an entry only to those who may see it. */
export class Announcements {
	#hocuspocus: Hocuspocus<ConnectionContext>;
	#logger: Logger;
	#thingsOf: (ids: readonly EntryId[]) => Promise<ReadonlyMap<EntryId, EntryThing>>;

	constructor(parts: {
		hocuspocus: Hocuspocus<ConnectionContext>;
		logger: Logger;
		thingsOf: (ids: readonly EntryId[]) => Promise<ReadonlyMap<EntryId, EntryThing>>;
	}) {
		this.#hocuspocus = parts.hocuspocus;
		this.#logger = parts.logger;
		this.#thingsOf = parts.thingsOf;
	}

	/** Rows changed: one message for all of them. */
	async changed(projected: readonly Pick<Projected, 'id' | 'parents' | 'seq'>[]): Promise<void> {
		await this.#tell(projected, (seen) => ({
			type: 'changed',
			ids: seen.map(({ id }) => id),
			parents: [...new Set(seen.flatMap(({ parents }) => parents))],
			seq: Math.max(...seen.map(({ seq }) => seq)),
		}));
	}

	/** A version of an entry is in the archival store. */
	async deposited(id: EntryId, version: string, seq: number): Promise<void> {
		await this.#tell([{ id }], () => ({ type: 'deposited', id, version, seq }));
	}

	/** Many rows came or went, of whomever. */
	rows(parents: readonly (EntryId | null)[]): void {
		this.#hocuspocus.documents
			.get(PRESENCE_DOC_NAME)
			?.broadcastStateless(JSON.stringify({ type: 'changed', ids: [], parents, seq: 0 }));
	}

	/** Records of a register changed; of very many only that they did. */
	register(register: string, ids: readonly string[]): void {
		const message = JSON.stringify({ type: 'register', register, ids: ids.slice(0, MOST_RECORDS) });
		for (const connection of this.#hocuspocus.documents.get(PRESENCE_DOC_NAME)?.getConnections() ?? []) {
			const { identity } = connection.context as ConnectionContext;
			if (can(identity?.person, 'see', { kind: 'register', register })) connection.sendStateless(message);
		}
	}

	async #tell<T extends { readonly id: EntryId }>(
		entries: readonly T[],
		messageOf: (seen: readonly T[]) => unknown,
	): Promise<void> {
		const presence = this.#hocuspocus.documents.get(PRESENCE_DOC_NAME);
		if (!presence) return;
		try {
			const things = await this.#thingsOf(entries.map(({ id }) => id));
			for (const connection of presence.getConnections()) {
				const { identity } = connection.context as ConnectionContext;
				const seen = entries.filter(({ id }) => {
					const thing = things.get(id);
					return thing && can(identity?.person, 'see', thing);
				});
				if (seen.length > 0) connection.sendStateless(JSON.stringify(messageOf(seen)));
			}
		} catch (error) {
			this.#logger.error({ err: error }, 'telling of a change failed');
		}
	}
}
