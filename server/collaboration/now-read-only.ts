import type { Document } from '@hocuspocus/server';
import type { ConnectionContext } from './connection-context.ts';

/** The entry is registered: from now on nobody who has it open writes in it, and their cards say so. */
export function nowReadOnly(document: Document): void {
	for (const connection of document.getConnections()) {
		const context = connection.context as { entry?: ConnectionContext['entry'] };
		if (context.entry) context.entry = { ...context.entry, isRegistered: true, isShown: true };
		connection.readOnly = true;
		connection.sendStateless(JSON.stringify({ type: 'rights', canWrite: false }));
	}
}
