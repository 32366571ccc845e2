import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Refusal } from '#domain/base/refusal.ts';
import { commandSocketPath, sendCommand, serveCommands, type RunVerb } from '#server/cli/command-socket.ts';
import type { VerbRequest } from '#server/cli/verbs.ts';
import { aFolder } from '#tests/support/folder.ts';

const REQUEST: VerbRequest = {
	verb: 'tree',
	args: { depth: 1 },
	as: undefined,
	user: 'tester',
	language: 'en',
};

async function serve(run: RunVerb, dataDir?: string): Promise<{ dataDir: string; errors: unknown[] }> {
	const folder = dataDir ?? (await aFolder());
	const errors: unknown[] = [];
	const commands = await serveCommands(folder, run, (error) => errors.push(error));
	onTestFinished(() => commands.close());
	return { dataDir: folder, errors };
}

const quiet = { signal: new AbortController().signal, progress: () => undefined };

describe('the socket of a running archive', () => {
	it('passes the command, its progress and its result', async () => {
		const seen: VerbRequest[] = [];
		const { dataDir } = await serve(async (request, { progress }) => {
			seen.push(request);
			progress({ entries: 1 });
			progress({ entries: 2 });
			return [{ title: '全宗' }];
		});
		const heard: unknown[] = [];
		const result = await sendCommand(
			dataDir,
			{ ...REQUEST, as: '张三', language: 'zh-CN' },
			{ ...quiet, progress: (progress) => heard.push(progress) },
		);
		expect(result).toEqual([{ title: '全宗' }]);
		expect(heard).toEqual([{ entries: 1 }, { entries: 2 }]);
		expect(seen).toEqual([{ ...REQUEST, as: '张三', language: 'zh-CN' }]);
	});

	it('passes a refusal as it is, and a bug by its message', async () => {
		const { dataDir, errors } = await serve((request) =>
			request.verb === 'show'
				? Promise.reject(new Refusal('catalogue.unknown-entry', { id: 'x' }))
				: Promise.reject(new Error('Bug: something')),
		);
		await expect(sendCommand(dataDir, { ...REQUEST, verb: 'show' }, quiet)).rejects.toMatchObject({
			name: 'Refusal',
			code: 'catalogue.unknown-entry',
			params: { id: 'x' },
		});
		expect(errors).toEqual([]);
		await expect(sendCommand(dataDir, REQUEST, quiet)).rejects.toThrow('Bug: something');
		expect(errors).toHaveLength(1);
	});

	it('can be opened by its owner alone', async () => {
		const { dataDir } = await serve(() => Promise.resolve(null));
		const { mode } = await stat(commandSocketPath(dataDir));
		expect((mode & 0o777).toString(8)).toBe('600');
		expect(process.umask()).not.toBe(0o177);
	});

	it('takes the place of one that a killed process left', async () => {
		const dataDir = await aFolder();
		await writeFile(commandSocketPath(dataDir), '');
		await serve(() => Promise.resolve('here'), dataDir);
		expect(await sendCommand(dataDir, REQUEST, quiet)).toBe('here');
	});

	it('lies in a folder however deep', async () => {
		const dataDir = join(await aFolder(), '档案'.repeat(20), '数据'.repeat(20));
		await mkdir(dataDir, { recursive: true });
		expect(Buffer.byteLength(commandSocketPath(dataDir))).toBeGreaterThan(200);
		await serve(() => Promise.resolve('deep'), dataDir);
		expect(await sendCommand(dataDir, REQUEST, quiet)).toBe('deep');
	});

	it('cancels there what is cancelled here', async () => {
		const started = Promise.withResolvers<void>();
		const cancelled = Promise.withResolvers<void>();
		const { dataDir } = await serve(async (_request, { signal }) => {
			started.resolve();
			await new Promise((resolve) => signal.addEventListener('abort', resolve));
			cancelled.resolve();
			throw new Refusal('cli.cancelled');
		});
		const giveUp = new AbortController();
		const sent = sendCommand(dataDir, REQUEST, { ...quiet, signal: giveUp.signal });
		await started.promise;
		giveUp.abort();
		await expect(sent).rejects.toMatchObject({ code: 'cli.cancelled' });
		await cancelled.promise;
	});

	it('is gone when the archive closes, which ends what runs', async () => {
		const dataDir = await aFolder();
		const started = Promise.withResolvers<void>();
		const commands = await serveCommands(
			dataDir,
			async (_request, { signal }) => {
				started.resolve();
				await new Promise((resolve) => signal.addEventListener('abort', resolve));
				throw new Refusal('cli.cancelled');
			},
			() => undefined,
		);
		const sent = sendCommand(dataDir, REQUEST, quiet);
		const refused = expect(sent).rejects.toMatchObject({ code: 'cli.cancelled' });
		await started.promise;
		await commands.close();
		await refused;
		await expect(sendCommand(dataDir, REQUEST, quiet)).rejects.toMatchObject({ code: 'ENOENT' });
	});

	it('refuses what is no command', async () => {
		const { dataDir } = await serve(() => Promise.resolve(null));
		await expect(sendCommand(dataDir, { ...REQUEST, verb: '../x' }, quiet)).rejects.toMatchObject({
			code: 'cli.unknown-verb',
		});
		await expect(sendCommand(dataDir, { ...REQUEST, user: '' }, quiet)).rejects.toMatchObject({
			code: 'server.bad-request',
		});
	});
});
