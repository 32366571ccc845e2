import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vitest/config';

/** Two processes take one file of tests after the other: loading the product anew for each costs a second a file. */
const SHARED = { isolate: false, maxWorkers: 2 };
/** Limits are for what hangs, not for a machine that does other things too: in milliseconds. */
const LIMIT_MS = process.env['LANTAI_TEST_LONG'] ? 600_000 : 60_000;

export default defineConfig({
	plugins: [
		paraglideVitePlugin({
			project: './src/i18n/project.inlang',
			outdir: './src/i18n/generated',
			strategy: ['cookie', 'preferredLanguage', 'baseLocale'],
			cookieName: 'lantai-language',
		}),
		sveltekit(),
	],
	resolve: { dedupe: ['yjs', 'y-protocols', 'lib0', '@tiptap/core', '@tiptap/pm', '@tiptap/y-tiptap'] },
	build: { target: 'es2023' },
	test: {
		projects: [
			{
				extends: true,
				test: {
					name: 'unit',
					environment: 'node',
					...SHARED,
					testTimeout: LIMIT_MS,
					include: ['src/**/*.test.ts', 'server/**/*.test.ts', 'tests/*.test.ts'],
					exclude: ['src/**/*.svelte.test.ts'],
				},
			},
			{
				extends: true,
				resolve: { conditions: ['browser'] },
				test: {
					name: 'runes',
					environment: 'jsdom',
					include: ['src/**/*.svelte.test.ts'],
					maxWorkers: 2,
					testTimeout: LIMIT_MS,
				},
			},
			{
				extends: true,
				test: {
					name: 'integration',
					environment: 'node',
					include: ['tests/integration/**/*.test.ts', 'tests/conformance/**/*.test.ts'],
					...SHARED,
					setupFiles: ['tests/support/new-file.ts'],
					testTimeout: 3 * LIMIT_MS,
					hookTimeout: 3 * LIMIT_MS,
					// Pages as they are served: built code must not be compiled a second time.
					server: { deps: { external: [/\/build\//] } },
				},
			},
		],
	},
});
