import type { Extension, onStatelessPayload } from '@hocuspocus/server';
import * as v from 'valibot';
import type { ConnectionContext } from '../connection-context.ts';
import { CLOSE } from '../connection-context.ts';

const Barrier = v.object({ type: v.literal('barrier'), n: v.pipe(v.number(), v.integer(), v.minValue(0)) });

/**
 * Answers a client's barrier. Messages of a connection are handled in order and an update is handled only when it is
 * durable, so the answer proves that all sent before the barrier is in the log.
 */
export class StatelessExtension implements Extension {
	extensionName = 'stateless';

	async onStateless({ connection, payload }: onStatelessPayload): Promise<void> {
		const barrier = v.safeParse(v.pipe(v.string(), v.maxLength(200), v.parseJson(), Barrier), payload);
		if (!barrier.success) {
			(connection.context as ConnectionContext).socket.close(CLOSE.refused, 'collaboration.unknown-message');
			return;
		}
		connection.sendStateless(JSON.stringify({ type: 'barrier', n: barrier.output.n }));
	}
}
