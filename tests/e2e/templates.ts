import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PASSWORD, run } from './command-line.ts';

export type Holdings = 'tiny' | 'empty';

/** Where the templates are; the environment reaches every process of the run. */
const TEMPLATES = 'LANTAI_TEST_TEMPLATES';

/** Sets archives up once for all journeys: each then begins with a copy of one. */
export default async function makeTemplates(): Promise<() => Promise<void>> {
	const folder = await mkdtemp(join(tmpdir(), 'lantai-e2e-templates-'));
	await Promise.all((['tiny', 'empty'] as const).map((holdings) => setUp(join(folder, holdings), holdings)));
	process.env[TEMPLATES] = folder;
	return () => rm(folder, { recursive: true, force: true });
}

/** Makes an empty folder the data directory of an archive with these holdings. */
export async function fillDirectory(dataDir: string, holdings: Holdings): Promise<void> {
	const templates = process.env[TEMPLATES];
	if (templates) await cp(join(templates, holdings), dataDir, { recursive: true });
	else await setUp(dataDir, holdings);
}

async function setUp(dataDir: string, holdings: Holdings): Promise<void> {
	const demo = holdings === 'tiny' ? ['--demo', 'tiny'] : [];
	const about = ['--admin', '管理员', '--name', '沧浦区档案馆', '--code', '999999', '--password-stdin'];
	const { code, out, err } = await run(
		['setup', ...about, ...demo, '--data', dataDir, '--json'],
		`${PASSWORD}\n`,
	);
	if (code !== 0) throw new Error(`an archive with ${holdings} holdings was not set up: ${err || out}`);
}
