import { onTestFinished } from 'vitest';
import type { Extension } from '@hocuspocus/server';
import type { Clock } from '#domain/base/clock.ts';
import type { Role } from '#domain/permissions/permissions.ts';
import { createApp, type App } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import type { SilenceLimits } from '#server/tls/tls-port.ts';
import { serve } from '#server/http.ts';
import type { Storage } from '#server/storage/storage.ts';
import { aFolder } from './folder.ts';
import { letErrorsBe, PASSWORD_WORK } from './people.ts';

export { aFolder };

/** Long enough for the rule, and no secret. */
export const PASSWORD = 'synthetic-password-1';

/** A running server over a real data directory, with an archive set up. */
export interface TestServer {
	readonly app: App;
	readonly dataDir: string;
	readonly port: number;
	readonly origin: string;
	/** Makes an account and an API token for it. */
	token(name: string, role: Role): Promise<string>;
	/** Makes an account and signs in; the cookie header. */
	cookie(name: string, role: Role): Promise<string>;
	stop(): Promise<void>;
}

/** Starts a server on a free port of loopback; it stops after the test. */
export async function startTestServer(
	options: {
		readonly dataDir?: string;
		readonly extensions?: readonly Extension[];
		readonly holdings?: 'empty' | 'tiny';
		readonly idleMs?: number;
		readonly storage?: (opened: Storage) => Storage;
		readonly tls?: string;
		readonly clock?: Clock;
		/** How long connections may say nothing. */
		readonly limits?: SilenceLimits;
		readonly env?: NodeJS.ProcessEnv;
		/** As in the product, errors of description keep entries from being registered. */
		readonly errorsBlock?: boolean;
	} = {},
): Promise<TestServer> {
	const dataDir = options.dataDir ?? (await aFolder());
	const config = readConfig(
		{ data: dataDir, port: '0', ...(options.tls === undefined ? {} : { tls: options.tls }) },
		{ LANTAI_LOG_LEVEL: process.env['LANTAI_LOG_LEVEL'] ?? 'silent', ...options.env },
	);
	const app = await createApp(config, {
		extensions: options.extensions ?? [],
		passwordWork: PASSWORD_WORK,
		...(options.idleMs === undefined ? {} : { idleMs: options.idleMs }),
		...(options.storage === undefined ? {} : { storage: options.storage }),
		...(options.clock === undefined ? {} : { clock: options.clock }),
	});
	if (!(await app.administration.isSetUp())) {
		await app.administration.setUp({
			archiveName: '合成测试档案馆',
			archiveCode: '000000',
			adminName: '管理员',
			password: PASSWORD,
			holdings: options.holdings ?? 'empty',
		});
		if (!options.errorsBlock) await letErrorsBe(app);
	}
	const server = await serve(app, options.limits);
	let stopped: Promise<void> | undefined;
	const stop = (): Promise<void> =>
		(stopped ??= (async () => {
			await Promise.all([server.close(), app.collaboration.close()]);
			await app.close();
		})());
	onTestFinished(stop);
	const port = Number(new URL(server.address).port);
	const known = new Map<string, string>();
	const person = async (name: string, role: Role): Promise<string> => {
		const id =
			known.get(name) ??
			(
				await app.administration.people.add(
					{ name, role, password: PASSWORD },
					{ id: 'test', name: 'test', via: 'cli' },
				)
			).id;
		known.set(name, id);
		return id;
	};
	return {
		app,
		dataDir,
		port,
		origin: `${config.tls.kind === 'off' ? 'http' : 'https'}://127.0.0.1:${port}`,
		async token(name, role) {
			const id = await person(name, role);
			return (await app.permissions.createToken(id, { name: 'test', scopes: ['read', 'write'], days: 1 }))
				.token;
		},
		async cookie(name, role) {
			await person(name, role);
			const { setCookie } = await app.permissions.signIn({
				name,
				password: PASSWORD,
				headers: new Headers({ host: `127.0.0.1:${port}` }),
			});
			return setCookie.map((each) => each.split(';', 1)[0]).join('; ');
		},
		stop,
	};
}
