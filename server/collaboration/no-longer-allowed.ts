import type { Hocuspocus } from '@hocuspocus/server';
import type { EntryId } from '#domain/base/ids.ts';
import { canOpenLive, type EntryThing } from '#domain/permissions/permissions.ts';
import { parseDocName } from '#sync/entry-doc.ts';
import { CLOSE, type ConnectionContext } from './connection-context.ts';

/**
 * Ends the sockets on which somebody has an entry open that went to a fonds they do not work with, itself or with what
 * is above it. They come back for their other entries; that one is then unknown to them.
 */
export async function closeNoLongerAllowed(
	hocuspocus: Hocuspocus<ConnectionContext>,
	thingOf: (id: EntryId) => Promise<EntryThing | undefined>,
): Promise<void> {
	for (const [docName, document] of [...hocuspocus.documents]) {
		const name = parseDocName(docName);
		if (!name || name.kind === 'presence') continue;
		const limited = document.getConnections().filter((connection) => {
			const { identity } = connection.context as ConnectionContext;
			return identity !== undefined && identity.person.fonds !== null;
		});
		if (limited.length === 0) continue;
		const thing = await thingOf(name.id);
		for (const connection of limited) {
			const { identity, socket } = connection.context as ConnectionContext;
			if (thing && canOpenLive(identity?.person, thing)) continue;
			connection.sendStateless(
				JSON.stringify({ type: 'refused', code: 'collaboration.unknown-document', params: {} }),
			);
			socket.close(CLOSE.refused, 'collaboration.unknown-document');
		}
	}
}
