import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findDurableOrder, STRACE_ARGUMENTS } from '#tests/support/durable-order.ts';
import { aMadeEntry } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { joinLive } from '#tests/support/live-client.ts';
import { startServerProcess } from '#tests/support/server-process.ts';
import { aFolder, startTestServer } from '#tests/support/server.ts';

const hasStrace = spawnSync('strace', ['-V']).status === 0;
if (!hasStrace && !process.env['CI'])
	console.warn('!!! TRACE OF THE SERVER SKIPPED: strace is not installed. !!!');

describe.skipIf(!hasStrace && !process.env['CI'])('the whole server, by system calls', () => {
	it(
		'an edit is synchronised to the disk before the client is told that it is safe',
		{ timeout: 120_000 },
		async () => {
			expect(hasStrace).toBe(true);
			const dataDir = await aFolder();
			const setup = await startTestServer({ dataDir });
			const id = await aMadeEntry(setup.app, { title: '题' });
			const token = await setup.token('甲', 'archivist');
			await setup.stop();
			const output = join(await aFolder(), 'trace.txt');
			const server = await startServerProcess(dataDir, {
				command: ['strace', ...STRACE_ARGUMENTS, '-o', output],
			});
			const client = await joinLive(server.port, id, { token, by: '甲' });
			const payloadMarker = `payload-${randomUUID()}`;
			const n = 987_654_321;
			let isTold = false;
			client.provider.on('stateless', ({ payload }: { payload: string }) => {
				isTold ||= payload.includes(String(n));
			});
			client.set('title', payloadMarker);
			client.provider.sendStateless(JSON.stringify({ type: 'barrier', n }));
			await eventually(() => expect(isTold).toBe(true), 60_000);
			await server.kill('SIGTERM');
			const order = findDurableOrder(readFileSync(output, 'utf8'), {
				payloadMarker,
				ackMarker: new RegExp(`barrier[^]{0,20}${n}`),
			});
			expect(order).toMatchObject({ ok: true });
		},
	);
});
