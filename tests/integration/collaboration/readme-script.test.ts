import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { aMadeEntry } from '#tests/support/entries.ts';
import { startTestServer } from '#tests/support/server.ts';

const PROJECT = join(import.meta.dirname, '../../..');

/** The script of the README, word for word. */
function scriptOfReadme(): string {
	const readme = readFileSync(join(PROJECT, 'README.md'), 'utf8');
	const [, script] = /^```js\n(\/\/ node set-title\.mjs [^]*?)^```$/m.exec(readme) ?? [];
	expect(script, 'the README shows the script').toBeDefined();
	return script as string;
}

async function run(...args: string[]): Promise<{ code: number | null; said: string }> {
	// Where it finds the packages that it names.
	const path = join(PROJECT, `tests/.set-title-${process.pid}-${Date.now()}.mjs`);
	await writeFile(path, scriptOfReadme());
	onTestFinished(() => rm(path, { force: true }));
	const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
	onTestFinished(() => void child.kill('SIGKILL'));
	let said = '';
	child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
	child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
	return new Promise((resolve) => child.on('exit', (code) => resolve({ code, said })));
}

describe('the script of the README', () => {
	it('sets a title, and ends when it is in the log', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '旧' });
		const token = await server.token('甲', 'archivist');
		const ended = await run(`ws://127.0.0.1:${server.port}`, id, token, '甲', '由脚本');
		expect(ended).toEqual({ code: 0, said: '' });
		const change = await server.app.storage.db
			.selectFrom('entry_change')
			.select(['from_values', 'to_value', 'actor_name', 'claimed_by', 'via'])
			.where('doc', '=', `entry:${id}`)
			.where('field', '=', 'title')
			.orderBy('id', 'desc')
			.executeTakeFirst();
		expect(change).toEqual({
			from_values: '["旧"]',
			to_value: '"由脚本"',
			actor_name: '甲',
			claimed_by: '甲',
			via: 'token',
		});
	});

	it('says why not, and ends', async () => {
		const server = await startTestServer();
		const id = await aMadeEntry(server.app, { title: '旧' });
		const address = `ws://127.0.0.1:${server.port}`;
		expect(await run(address, id, 'lt_forged', '甲', '由脚本')).toEqual({
			code: 1,
			said: '4401 permissions.bad-token\n',
		});
		const token = await server.token('审核', 'reviewer');
		expect(await run(address, id, token, '审核', '由脚本')).toEqual({
			code: 1,
			said: '4403 permissions.denied\n',
		});
	});
});
