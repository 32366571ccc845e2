import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { createMemoryStorage } from '#tests/support/memory-storage.ts';
import { throttled } from './throttled-storage.ts';

it('a single large file takes its time, and its bytes are all there', () => {
	const storage = createMemoryStorage('/root');
	storage.write('/root/file', randomBytes(100_000));
	const slow = throttled(storage, 1_000_000);
	const started = performance.now();
	let bytes = 0;
	expect(slow.readPieces('/root/file', (piece) => (bytes += piece.byteLength)).bytes).toBe(100_000);
	expect(bytes).toBe(100_000);
	// The last wait may be left out where it is short.
	expect(performance.now() - started).toBeGreaterThanOrEqual(79);
	expect(Buffer.compare(slow.read('/root/file'), storage.read('/root/file'))).toBe(0);
});
