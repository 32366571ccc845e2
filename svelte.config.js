import adapter from '@sveltejs/adapter-node';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** @type {import('@sveltejs/kit').Config} */
export default {
	preprocess: vitePreprocess(),
	kit: {
		adapter: adapter({ out: 'build' }),
		files: { assets: 'static' },
		// The workspace registers it: the portal and the sign-in need none.
		serviceWorker: { register: false },
		// The cached shell must work on any address of the workspace.
		paths: { relative: false },
		csp: {
			mode: 'nonce',
			directives: {
				'default-src': ['self'],
				'script-src': ['self'],
				// Svelte and the editor set style attributes; no style sheet comes from elsewhere.
				'style-src': ['self', 'unsafe-inline'],
				'img-src': ['self', 'data:'],
				'connect-src': ['self'],
				'worker-src': ['self'],
				'manifest-src': ['self'],
				'object-src': ['none'],
				'base-uri': ['none'],
				'form-action': ['self'],
				'frame-ancestors': ['none'],
			},
		},
		// server/main.ts sets these headers itself, so the origin check is the framework's own.
		csrf: { trustedOrigins: [] },
		typescript: {
			config(config) {
				config.include = [...config.include, '../server/**/*.ts', '../tests/**/*.ts', '../*.ts'];
				return config;
			},
		},
	},
};
