import { spawnSync } from 'node:child_process';
import { globSync, statSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { compileCacheFolder } from './config.ts';

const PROJECT = join(import.meta.dirname, '..');
const SOURCES = [
	'src/**/*',
	'static/**/*',
	'package.json',
	'package-lock.json',
	'svelte.config.js',
	'vite.config.ts',
];

/** `npm start`: builds the pages when the build is missing or older than what it is made of, then serves. */
if (isBuildStale()) {
	process.stdout.write('构建中… building…\n');
	const built = spawnSync(process.execPath, [join(PROJECT, 'node_modules/vite/bin/vite.js'), 'build'], {
		cwd: PROJECT,
		encoding: 'utf8',
	});
	if (built.status !== 0) {
		process.stderr.write(`${built.stdout}\n${built.stderr}\n`);
		process.exit(1);
	}
}
// As `lantai` does it.
enableCompileCache(compileCacheFolder(join(PROJECT, 'node_modules/.cache/lantai')));
const { main } = await import('./main.ts');
const given = ['port', 'host', 'tls'].flatMap((name) => {
	const at = process.argv.indexOf(`--${name}`);
	return at > 0 ? [[name, process.argv[at + 1] ?? '']] : [];
});
await main(Object.fromEntries(given) as Parameters<typeof main>[0]);

function isBuildStale(): boolean {
	const built = modifiedAt('build/handler.js');
	if (built === undefined) return true;
	return globSync(SOURCES, { cwd: PROJECT, exclude: (path) => String(path).includes('i18n/generated') }).some(
		(path) => (modifiedAt(path) ?? 0) > built,
	);
}

function modifiedAt(path: string): number | undefined {
	const stats = statSync(join(PROJECT, path), { throwIfNoEntry: false });
	return stats?.isFile() ? stats.mtimeMs : undefined;
}
