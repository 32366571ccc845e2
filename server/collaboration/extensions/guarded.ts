import type { Extension } from '@hocuspocus/server';
import type { Logger } from 'pino';

/**
 * Hooks whose rejection nobody awaits: an error in one of them would end the process. After a message, it would keep
 * the next extension from hearing that an update was applied.
 */
const UNAWAITED = [
	'onChange',
	'onStateless',
	'onAwarenessUpdate',
	'onDisconnect',
	'connected',
	'afterHandleMessage',
	'afterUnloadDocument',
] as const;

/** The extension with its unawaited hooks guarded: their errors are logged, and other documents go on unharmed. */
export function guarded(extension: Extension, logger: Logger): Extension {
	const safe: Record<string, unknown> = {
		extensionName: extension.extensionName,
		priority: extension.priority,
	};
	for (const name of hookNames(extension)) {
		const hook = (extension as unknown as Record<string, (payload: unknown) => Promise<unknown>>)[name];
		if (typeof hook !== 'function') continue;
		safe[name] = (UNAWAITED as readonly string[]).includes(name)
			? async (payload: unknown) => {
					try {
						return await hook.call(extension, payload);
					} catch (error) {
						logger.error(
							{ err: error, hook: name, extension: extension.extensionName },
							'live editing hook failed',
						);
						return undefined;
					}
				}
			: hook.bind(extension);
	}
	return safe as unknown as Extension;
}

function hookNames(extension: Extension): string[] {
	const names = new Set(Object.keys(extension));
	for (
		let proto = Object.getPrototypeOf(extension);
		proto && proto !== Object.prototype;
		proto = Object.getPrototypeOf(proto)
	)
		for (const name of Object.getOwnPropertyNames(proto)) if (name !== 'constructor') names.add(name);
	return [...names].filter((name) => name !== 'extensionName' && name !== 'priority');
}
