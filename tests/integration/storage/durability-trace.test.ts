import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findDurableOrder, STRACE_ARGUMENTS, type DurableOrder } from '#tests/support/durable-order.ts';
import { aFolder } from '#tests/support/folder.ts';

const SCRIPT = join(import.meta.dirname, '../../support/append-once.ts');
const hasStrace = spawnSync('strace', ['-V']).status === 0;
if (!hasStrace && !process.env['CI'])
	console.warn(
		'!!! DURABILITY TRACE SKIPPED: strace is not installed. Nothing shows that the log is synchronised. !!!',
	);

async function traceAppend(synchronous: 'full' | 'normal' | 'off'): Promise<DurableOrder> {
	const folder = await aFolder();
	const output = join(folder, 'trace.txt');
	const [payloadMarker, ackMarker] = [`payload-${randomUUID()}`, `ack-${randomUUID()}`];
	const child = spawnSync(
		'strace',
		[
			...STRACE_ARGUMENTS,
			'-o',
			output,
			process.execPath,
			SCRIPT,
			join(folder, 'data'),
			synchronous,
			payloadMarker,
			ackMarker,
		],
		{ encoding: 'utf8' },
	);
	expect(child.stderr).toBe('');
	expect(child.stdout).toContain(ackMarker);
	return findDurableOrder(readFileSync(output, 'utf8'), { payloadMarker, ackMarker });
}

describe.skipIf(!hasStrace && !process.env['CI'])('durability, by system calls', () => {
	it('strace is there where it must be', () => {
		expect(hasStrace).toBe(true);
	});

	it('an append is synchronised between its write and its acknowledgement', async () => {
		expect(await traceAppend('full')).toMatchObject({ ok: true });
	});

	it.each(['normal', 'off'] as const)('the check notices synchronous = %s', async (synchronous) => {
		const order = await traceAppend(synchronous);
		expect(order).toMatchObject({ ok: false });
		expect(order).toHaveProperty('reason', expect.stringMatching(/was not synchronised between/));
	});
});

describe('the check of the order', () => {
	const markers = { payloadMarker: 'PAYLOAD', ackMarker: /ACK/ };
	const write = '11 pwrite64(7</d/lantai.sqlite-wal>, "..PAYLOAD..", 4096, 56) = 4096';
	const sync = '11 fdatasync(7</d/lantai.sqlite-wal>) = 0';
	const ack = '10 write(20<socket:[99]>, "..ACK..", 9) = 9';
	const check = (...lines: string[]): DurableOrder => findDurableOrder(lines.join('\n'), markers);

	it('takes write, sync, acknowledgement', () => {
		expect(check(write, sync, ack)).toEqual({
			ok: true,
			write: 'line 1: pwrite64 /d/lantai.sqlite-wal',
			sync: 'line 2: fdatasync /d/lantai.sqlite-wal',
			ack: 'line 3: write socket:[99]',
		});
	});

	it('puts interrupted calls together', () => {
		const begun = '11 fdatasync(7</d/lantai.sqlite-wal> <unfinished ...>';
		const ended = '11 <... fdatasync resumed>)      = 0';
		expect(check(write, begun, '10 write(1</x>, "other", 5) = 5', ended, ack).ok).toBe(true);
		expect(check(write, begun, ack, ended).ok).toBe(false);
	});

	it.each([
		['a sync before the write', [sync, write, ack]],
		['a sync after the acknowledgement', [write, ack, sync]],
		['no sync', [write, ack]],
		['a sync of another file', [write, '11 fdatasync(8</d/other-wal>) = 0', ack]],
		[
			'a sync that failed',
			[write, '11 fdatasync(7</d/lantai.sqlite-wal>) = -1 EIO (Input/output error)', ack],
		],
		['no write', [sync, ack]],
		['no acknowledgement', [write, sync]],
	])('refuses %s', (_, lines) => {
		expect(check(...lines).ok).toBe(false);
	});
});
