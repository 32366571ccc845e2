import { onTestFinished } from 'vitest';
import type { Clock } from '#domain/base/clock.ts';
import type { Actor } from '#domain/base/actor.ts';
import type { App } from '#server/app.ts';
import { createAdministration, type Administration } from '#server/administration/administration.ts';
import { ERRORS_BLOCK } from '#server/catalogue/checks/open-errors.ts';
import { createPermissions, type Permissions } from '#server/permissions/permissions.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import type { Storage } from '#server/storage/storage.ts';
import { aFolder } from './folder.ts';

/** Of each password's hash: 2 MiB and a few milliseconds, where the product takes 32 MiB and 90. */
export const PASSWORD_WORK = 2 ** 11;
/** Long enough for the rule, and no secret. */
export const PASSWORD = 'synthetic-password-1';
/** Who does things in tests. */
export const TESTER: Actor = { id: 'system:test', name: 'test', via: 'cli' };

/** Has entries registered although they have errors: those of most tests say nothing but what the test is about. */
export async function letErrorsBe({ administration }: Pick<App, 'administration'>): Promise<void> {
	await administration.settings.change({ [ERRORS_BLOCK]: false }, TESTER);
}

/** Accounts and sessions over a real database, without the rest of the archive. */
export interface PeopleTest {
	readonly storage: Storage;
	readonly permissions: Permissions;
	readonly administration: Administration;
	/** Time that passes only when told. */
	readonly clock: Clock & { pass(ms: number): void };
	/** Signs in; the headers of later requests. */
	signIn(name: string, password?: string, address?: string): Promise<Headers>;
}

/** Opens accounts in an empty folder; closes them after the test. */
export async function openPeople(
	options: {
		readonly origin?: string;
		readonly loadDemo?: () => Promise<void>;
		/** Hashes of passwords cost what they cost in the product. */
		readonly hasFullHashes?: boolean;
	} = {},
): Promise<PeopleTest> {
	const dataDir = await aFolder();
	const storage = await openStorage({ dataDir });
	onTestFinished(() => storage.close());
	let passed = 0;
	const clock = { now: () => Date.now() + passed, pass: (ms: number) => void (passed += ms) };
	const permissions = createPermissions({
		storage,
		clock,
		secret: 'a synthetic secret for tests only',
		origin: options.origin,
		passwordWork: options.hasFullHashes ? undefined : PASSWORD_WORK,
	});
	const administration = createAdministration({
		storage,
		clock,
		permissions,
		dataDir,
		holdStore: () => Promise.resolve(() => undefined),
		onChanged: () => undefined,
		loadDemo: options.loadDemo ?? (() => Promise.resolve()),
	});
	return {
		storage,
		permissions,
		administration,
		clock,
		async signIn(name, password = PASSWORD, address) {
			const { setCookie } = await permissions.signIn({
				name,
				password,
				headers: new Headers({ host: 'localhost', 'user-agent': 'test' }),
				...(address === undefined ? {} : { address }),
			});
			return headersOf(setCookie);
		},
	};
}

/** The request headers of a browser that was given these cookies. */
export function headersOf(setCookie: readonly string[]): Headers {
	return new Headers({ cookie: setCookie.map((line) => line.split(';', 1)[0]).join('; ') });
}
