import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** An empty folder that goes away after the test. */
export async function aFolder(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'lantai-test-'));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	return folder;
}
