import { globSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const PROJECT = resolve(import.meta.dirname, '..');
/** The twelve words, in import order: a folder may import folders to its left. */
const WORDS = [
	'permissions',
	'catalogue',
	'storeroom',
	'preservation',
	'collaboration',
	'transfer',
	'exchange',
	'records-room',
	'access',
	'portal',
	'statistics',
	'administration',
];

/** Folders of the process itself, behind the words: the terminal knows all of them, and none of them knows it. */
const OF_THE_PROCESS = ['tls', 'cli'];

/** What each place of src may import, besides itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
	'src/domain': [],
	'src/sync': ['src/domain'],
	'src/client': ['src/domain', 'src/sync'],
	'src/ui': [],
	'src/components': ['src/domain', 'src/sync', 'src/client', 'src/ui', 'src/i18n'],
	'src/i18n': ['src/domain'],
	'src/params': ['src/domain'],
	'src/routes': ['src/domain', 'src/sync', 'src/client', 'src/ui', 'src/components', 'src/i18n'],
	server: ['src/domain', 'src/sync'],
};

interface Import {
	readonly from: string;
	readonly to: string;
	readonly typeOnly: boolean;
}

const IMPORT =
	/(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g;

function importsOf(file: string): Import[] {
	const text = readFileSync(join(PROJECT, file), 'utf8');
	const found: Import[] = [];
	for (const match of text.matchAll(IMPORT)) {
		const target = match[2] ?? match[3] ?? '';
		const inType =
			match[3] !== undefined &&
			/import\(\s*['"][^'"]+['"]\s*\)\s*[.>;,)\]]/.test(
				text.slice(match.index, (match.index ?? 0) + match[0].length + 2),
			) &&
			file.endsWith('.d.ts');
		const to = resolveTarget(file, target);
		if (to) found.push({ from: file, to, typeOnly: match[1] !== undefined || inType });
	}
	return found;
}

function resolveTarget(file: string, target: string): string | undefined {
	const alias = /^#(\w+)\/(.*)$/.exec(target);
	if (alias)
		return alias[1] === 'server' || alias[1] === 'tests'
			? `${alias[1]}/${alias[2]}`
			: `src/${alias[1]}/${alias[2]}`;
	if (target.startsWith('.')) return relative(PROJECT, resolve(PROJECT, file, '..', target));
	return undefined;
}

function placeOf(path: string): string | undefined {
	return Object.keys(ALLOWED).find((place) => path.startsWith(`${place}/`));
}

function wordOf(path: string): string | undefined {
	return /^(?:src\/domain|src\/components|server)\/([a-z-]+)\//.exec(path)?.[1];
}

const files = globSync(['src/**/*.{ts,svelte}', 'server/**/*.ts'], {
	cwd: PROJECT,
	exclude: (path) => String(path).includes('i18n/generated'),
})
	.map(String)
	.filter((file) => !/\.(test|property\.test|contract)\.ts$/.test(file));
const imports = files.flatMap(importsOf);

describe('imports follow the arrows', () => {
	it('reads a tree that is worth checking', () => {
		expect(imports.length).toBeGreaterThan(100);
	});

	it('nothing imports to its right', () => {
		const wrong = imports.filter(({ from, to, typeOnly }) => {
			const here = placeOf(from);
			const there = placeOf(to);
			if (!here || !there || here === there) return false;
			if (there === 'server') return !typeOnly;
			return !ALLOWED[here]?.includes(there);
		});
		expect(
			wrong.map(({ from, to }) => `${from} imports ${to}: it belongs in ${placeOf(to)} or further right`),
		).toEqual([]);
	});

	it('the design system knows nothing of ours', () => {
		expect(
			imports
				.filter(({ from, to }) => from.startsWith('src/ui/') && !to.startsWith('src/ui/'))
				.map(({ from, to }) => `${from} imports ${to}`),
		).toEqual([]);
	});

	it('words import words to their left only', () => {
		const wrong = imports.filter(({ from, to }) => {
			const here = wordOf(from);
			const there = wordOf(to);
			if (!here || !there || here === there) return false;
			if (placeOf(from) !== placeOf(to)) return false;
			if (there === 'base') return false;
			if (there === 'storage') return false;
			if (here === 'base' || here === 'storage') return true;
			const order = [...WORDS, ...OF_THE_PROCESS];
			return order.indexOf(there) > order.indexOf(here);
		});
		expect(
			wrong.map(({ from, to }) => `${from} imports ${to}: move it to the folder "${wordOf(to)}"`),
		).toEqual([]);
	});

	it('every folder in domain, server and components is one of the twelve words', () => {
		const wrong = files.filter((file) => {
			const word = wordOf(file);
			const others = file.startsWith('server/') ? [...OF_THE_PROCESS, 'storage'] : ['base'];
			return word !== undefined && ![...WORDS, ...others].includes(word);
		});
		expect(wrong).toEqual([]);
	});

	it('server and domain import with the .ts ending and no barrel files', () => {
		const ours = imports.filter(
			({ from }) =>
				from.startsWith('server/') || from.startsWith('src/domain/') || from.startsWith('src/sync/'),
		);
		expect(
			ours
				.filter(({ to }) => !/\.(ts|json|svelte|css)$/.test(to))
				.map(({ from, to }) => `${from} imports ${to}`),
		).toEqual([]);
		expect(files.filter((file) => /(^|\/)index\.ts$/.test(file))).toEqual([]);
	});

	it('only config.ts reads the environment', () => {
		const readers = files.filter(
			(file) =>
				file.startsWith('server/') && readFileSync(join(PROJECT, file), 'utf8').includes('process.env'),
		);
		expect(readers.filter((file) => !['server/config.ts', 'server/http.ts'].includes(file))).toEqual([]);
	});

	it('only a storage touches the files of an archival store', () => {
		const ours = files.filter((file) => file.startsWith('server/preservation/ocfl-'));
		expect(ours.length).toBeGreaterThan(10);
		expect(ours.filter((file) => /from 'node:fs/.test(readFileSync(join(PROJECT, file), 'utf8')))).toEqual(
			[],
		);
	});

	it('no thread loads the library of the database, which takes longer than all the rest of it', () => {
		const textOf = (file: string): string => readFileSync(join(PROJECT, file), 'utf8');
		const threads = files.filter((file) => file.startsWith('server/') && textOf(file).includes('parentPort'));
		expect(threads.length).toBeGreaterThan(10);
		const loads = threads.filter((thread) => {
			const reached = new Set([thread]);
			// A set gives what is added while it is gone through, too.
			for (const file of reached)
				for (const { from, to, typeOnly } of imports) if (from === file && !typeOnly) reached.add(to);
			return [...reached].some((file) => /^import (?!type)[^;]*'kysely'/m.test(textOf(file)));
		});
		expect(loads).toEqual([]);
	});

	it('no file is called utils, helpers, manager or common', () => {
		expect(files.filter((file) => /(utils?|helpers?|manager|common)\.(ts|svelte)$/.test(file))).toEqual([]);
	});
});

describe('the installed set', () => {
	it('has the majors the lock file decides', () => {
		const version = (name: string): string =>
			(
				JSON.parse(readFileSync(join(PROJECT, 'node_modules', name, 'package.json'), 'utf8')) as {
					version: string;
				}
			).version;
		expect(version('@hocuspocus/server').split('.')[0]).toBe('4');
		expect(version('@hocuspocus/provider').split('.')[0]).toBe('4');
		expect(version('@sveltejs/kit').split('.')[0]).toBe('2');
		expect(version('svelte').split('.')[0]).toBe('5');
		expect(version('vite').split('.')[0]).toBe('8');
		expect(version('yjs').split('.')[0]).toBe('13');
		expect(version('node').split('.')[0]).toBe('24');
		expect(process.versions.node.split('.')[0]).toBe('24');
	});

	it('has one copy of yjs', () => {
		const lock = JSON.parse(readFileSync(join(PROJECT, 'package-lock.json'), 'utf8')) as {
			packages: Record<string, unknown>;
		};
		expect(
			Object.keys(lock.packages)
				.filter((path) => /node_modules\/(yjs|y-protocols|lib0)$/.test(path))
				.sort(),
		).toEqual(['node_modules/lib0', 'node_modules/y-protocols', 'node_modules/yjs']);
	});

	it('compiles messages in both languages, the same keys in each', () => {
		const keys = (language: string, files = '*'): string[] =>
			globSync(`src/i18n/messages/${language}/${files}.json`, { cwd: PROJECT })
				.flatMap((file) =>
					Object.keys(JSON.parse(readFileSync(join(PROJECT, String(file)), 'utf8')) as object),
				)
				.filter((key) => key !== '$schema')
				.sort();
		expect(keys('zh-CN').length).toBeGreaterThan(0);
		expect(keys('en')).toEqual(keys('zh-CN'));
		const compiled = readFileSync(join(PROJECT, 'src/i18n/generated/messages/_index.js'), 'utf8');
		// What the terminal alone says is read from its file, and no burden to pages.
		for (const key of keys('zh-CN', '!(terminal)')) expect(compiled, key).toContain(key);
	});
});
