import { join } from 'node:path';
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';

/**
 * The real pages over a made-up workspace, for looking at states that are hard to bring about: conflicts, other
 * people, a lost connection. Only this configuration, which no build uses, knows the made-up workspace.
 */
export default defineConfig({
	plugins: [
		{
			name: 'fake-workspace',
			enforce: 'pre',
			resolveId: (id) =>
				id === '#client/workspace.svelte.ts'
					? join(import.meta.dirname, 'fake-workspace.svelte.ts')
					: undefined,
		},
		paraglideVitePlugin({
			project: './src/i18n/project.inlang',
			outdir: './src/i18n/generated',
			strategy: ['cookie', 'preferredLanguage', 'baseLocale'],
			cookieName: 'lantai-language',
		}),
		sveltekit(),
	],
	cacheDir: 'node_modules/.vite-harness',
	resolve: { dedupe: ['yjs', 'y-protocols', 'lib0', '@tiptap/core', '@tiptap/pm', '@tiptap/y-tiptap'] },
	build: { target: 'es2023' },
});
