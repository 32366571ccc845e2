import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const PROJECT = resolve(import.meta.dirname, '../../..');
const BUILD = join(PROJECT, '.svelte-kit/output/client');
const GENERATED = '.svelte-kit/generated/client-optimized';
/** JavaScript of the workspace's first view, gzipped. */
const BUDGET_BYTES = 300_000;
/** What the browser loads for the catalogue page: the layouts and error pages on its way, and the page. */
const PAGES = [
	'routes/+layout.svelte',
	'routes/+error.svelte',
	'routes/(workspace)/+layout.svelte',
	'routes/(workspace)/+error.svelte',
	'routes/(workspace)/catalogue/+layout.svelte',
	'routes/(workspace)/catalogue/[[id=entryId]]/+page.svelte',
];

interface Chunk {
	readonly file: string;
	readonly name?: string;
	readonly imports?: readonly string[];
}

const manifest = JSON.parse(readFileSync(join(BUILD, '.vite/manifest.json'), 'utf8')) as Record<
	string,
	Chunk
>;

/** The chunk of each page, by what the framework generated for it. */
function chunksOfPages(): string[] {
	const nodes = globSync(`${GENERATED}/nodes/*.js`, { cwd: PROJECT }).map((file) => ({
		file,
		text: readFileSync(join(PROJECT, file), 'utf8'),
	}));
	return PAGES.map((page) => {
		const node = nodes.find(({ text }) => text.includes(`/src/${page}"`));
		expect(node, `no chunk of ${page}`).toBeDefined();
		return (node as { file: string }).file;
	});
}

function withImports(key: string, found = new Map<string, Chunk>()): Map<string, Chunk> {
	const chunk = manifest[key];
	if (!chunk) throw new Error(`the manifest has no ${key}`);
	if (!found.has(key)) {
		found.set(key, chunk);
		for (const next of chunk.imports ?? []) withImports(next, found);
	}
	return found;
}

it('the first view of the workspace keeps its budget', () => {
	const found = new Map<string, Chunk>();
	const starts = Object.keys(manifest).filter((key) => key.endsWith('/runtime/client/entry.js'));
	expect(starts).toHaveLength(1);
	for (const key of [...starts, `${GENERATED}/app.js`, ...chunksOfPages()]) withImports(key, found);
	const sizes = [...found.values()]
		.map(({ file, name }) => ({
			name: name ?? file,
			bytes: gzipSync(readFileSync(join(BUILD, file))).length,
		}))
		.toSorted((a, b) => b.bytes - a.bytes);
	const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
	const listed = sizes
		.slice(0, 10)
		.map(({ name, bytes }) => `${(bytes / 1000).toFixed(1)} kB ${name}`)
		.join(', ');
	const said = `first view of the workspace: ${(total / 1000).toFixed(1)} kB gzipped in ${sizes.length} files; ${listed}`;
	console.info(said);
	// Less would mean that the page's own parts were not found.
	expect(total).toBeGreaterThan(100_000);
	expect(total, said).toBeLessThanOrEqual(BUDGET_BYTES);
	const editor = 'src/components/catalogue/RichTextEditor.svelte';
	expect(manifest[editor], 'the editor is loaded when a text is opened').toBeDefined();
	expect(found.has(editor)).toBe(false);
});
