import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { createApp, type App } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import { letErrorsBe, PASSWORD, PASSWORD_WORK } from './people.ts';

/** One archive, set up and empty, for all tests of a file; `use` gets it before the first. */
export function sharedApp(use: (app: App, folder: string) => void): void {
	let app: App;
	let folder: string;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'lantai-test-'));
		app = await createApp(readConfig({ data: folder, port: '0' }, { LANTAI_LOG_LEVEL: 'silent' }), {
			passwordWork: PASSWORD_WORK,
		});
		await app.administration.setUp({
			archiveName: '合成测试档案馆',
			archiveCode: '000000',
			adminName: '管理员',
			password: PASSWORD,
			holdings: 'empty',
		});
		await letErrorsBe(app);
		use(app, folder);
	});
	afterAll(async () => {
		await app.close();
		await rm(folder, { recursive: true, force: true });
	});
}
