import { spawn } from 'node:child_process';
import { join } from 'node:path';

const PROJECT = join(import.meta.dirname, '../..');
export const NODE = join(PROJECT, 'node_modules/node/bin/node');
export const CLI = join(PROJECT, 'server/cli.ts');
/** Long enough for the rule, and no secret. */
export const PASSWORD = 'synthetic-password-1';

/** Runs the command line. */
export function run(
	args: readonly string[],
	input: string,
): Promise<{ code: number | null; out: string; err: string }> {
	return new Promise((resolve) => {
		const child = spawn(NODE, [CLI, ...args], {
			env: { ...process.env, LANTAI_LOG_LEVEL: 'warn' },
		});
		let out = '';
		let err = '';
		child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
		child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
		child.stdin.end(input);
		child.on('exit', (code) => resolve({ code, out, err }));
	});
}
