import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '#domain/base/clock.ts';
import { rebuildArchive, type RebuildRequest } from '#server/administration/rebuild/rebuild.ts';
import { aFolder, startTestServer } from '#tests/support/server.ts';
import { archiveIn } from '#tests/support/rebuilt.ts';
import { fillArchive } from '#tests/support/varied-archive.ts';

const ops = { id: 'system:ops', name: 'ops', via: 'cli' };
const isLong = process.env['LANTAI_TEST_LONG'] !== undefined;
const VARIETY = isLong
	? { rows: 24_843, edited: 900, comments: 200, proposals: 50 }
	: { rows: 60, edited: 20, comments: 12, proposals: 6 };

function rebuild(request: RebuildRequest, signal = new AbortController().signal) {
	return rebuildArchive(request, ops, systemClock, { signal, progress: () => undefined });
}

async function loseDatabase(dataDir: string): Promise<void> {
	for (const end of ['', '-wal', '-shm']) await rm(join(dataDir, `lantai.sqlite${end}`), { force: true });
}

describe('a rebuild', () => {
	it('gives back everything, equal, from the store alone', async () => {
		const folder = await aFolder();
		const server = await startTestServer({ holdings: 'tiny', dataDir: join(folder, 'data') });
		const { dataDir } = server;
		await fillArchive(server.app, folder, VARIETY);
		await server.stop();
		const before = archiveIn(dataDir);
		await loseDatabase(dataDir);
		const answer = await rebuild({ into: dataDir });
		expect(answer.damage).toEqual([]);
		const after = archiveIn(dataDir);
		for (const table of Object.keys(before)) {
			expect(before[table]?.length, table).toBeGreaterThan(0);
			expect(after[table], table).toEqual(before[table]);
		}
		expect(answer).toMatchObject({ entries: before['entry']?.length, comments: before['comment']?.length });
	});
});
