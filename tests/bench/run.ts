import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** `npm run bench [name…]`: runs the benches one after the other; each prints its figures beside a peer or raw limit. */
const wanted = process.argv.slice(2);
for (const path of globSync('*.bench.ts', { cwd: import.meta.dirname })
	.map(String)
	.toSorted()) {
	const name = basename(path, '.bench.ts');
	if (wanted.length && !wanted.includes(name)) continue;
	process.stdout.write(`── ${name}\n`);
	const bench = (await import(pathToFileURL(join(import.meta.dirname, path)).href)) as {
		run: () => Promise<void>;
	};
	await bench.run();
}
