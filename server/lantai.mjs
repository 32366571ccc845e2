#!/usr/bin/env node
// The command `lantai`: whatever Node the machine has starts this file, the Node that came with the package runs the rest.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

function pinnedNode() {
	const folder = join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin');
	const path = [join(folder, 'node'), join(folder, 'node.exe')].find(existsSync);
	if (!path) throw new Error(`no Node in ${folder}: run npm ci`);
	return path;
}

const here = dirname(fileURLToPath(import.meta.url));
const child = spawn(pinnedNode(), [join(here, 'cli.ts'), ...process.argv.slice(2)], {
	stdio: 'inherit',
	// Compiled code is kept, for the workers too: a start is faster, and no thread needs the compiler in memory.
	env: { NODE_COMPILE_CACHE: join(here, '../node_modules/.cache/lantai'), ...process.env },
});
const forward = (signal) => child.kill(signal);
for (const signal of SIGNALS) process.on(signal, forward);
child.on('error', (error) => {
	process.stderr.write(`${error.message}\n`);
	process.exit(1);
});
child.on('exit', (code, signal) => {
	if (signal === null) process.exit(code ?? 1);
	for (const each of SIGNALS) process.off(each, forward);
	process.kill(process.pid, signal);
});
