import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Refusal } from '#domain/base/refusal.ts';
import { serveCommands } from '#server/cli/command-socket.ts';
import { aFolder } from '#tests/support/folder.ts';

const LAUNCHER = join(import.meta.dirname, '../../../server/lantai.mjs');

/** Starts the command as people do, in whatever Node the machine has. */
function lantai(args: readonly string[]): {
	readonly signal: (name: NodeJS.Signals) => void;
	readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
} {
	const child = spawn('node', [LAUNCHER, ...args], { env: { ...process.env, LC_ALL: 'en_GB.UTF-8' } });
	let out = '';
	let err = '';
	child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
	child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
	child.stdin.end();
	return {
		signal: (name) => void child.kill(name),
		ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err }))),
	};
}

describe('the launcher', () => {
	it('passes arguments, streams and the exit code', async () => {
		const folder = await aFolder();
		const { code, out, err } = await lantai(['tree', '--json', '--data', folder]).ended;
		expect([code, out]).toEqual([1, '']);
		expect(JSON.parse(err)).toMatchObject({
			error: { code: 'cli.no-archive', message: expect.stringContaining('There is no archive') },
		});
		expect((await lantai(['--help']).ended).code).toBe(0);
	});

	it('passes Ctrl-C, which cancels the verb wherever it runs', async () => {
		const dataDir = await aFolder();
		await writeFile(join(dataDir, 'lantai.sqlite'), '');
		const started = Promise.withResolvers<void>();
		const cancelled = Promise.withResolvers<void>();
		const commands = await serveCommands(
			dataDir,
			async (_request, { signal }) => {
				started.resolve();
				await new Promise((resolve) => signal.addEventListener('abort', resolve));
				cancelled.resolve();
				throw new Refusal('cli.cancelled');
			},
			() => undefined,
		);
		onTestFinished(() => commands.close());
		const running = lantai(['tree', '--json', '--data', dataDir]);
		await started.promise;
		running.signal('SIGINT');
		await cancelled.promise;
		const { code, out, err } = await running.ended;
		expect([code, out]).toEqual([130, '']);
		expect(JSON.parse(err)).toMatchObject({ error: { code: 'cli.cancelled' } });
	});
});
