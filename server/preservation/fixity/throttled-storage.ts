import type { OcflStorage } from '../ocfl-storage.ts';

/** Shorter waits cost more than they are worth. */
const LEAST_WAIT_MS = 20;

/**
 * A storage whose files are read at so many bytes a second, also a single large one. The thread that reads waits: it must
 * have nothing else to do.
 */
export function throttled(storage: OcflStorage, bytesPerSecond: number): OcflStorage {
	const nothing = new Int32Array(new SharedArrayBuffer(4));
	let paidUntilMs = performance.now();
	const pay = (bytes: number): void => {
		paidUntilMs += (bytes * 1000) / bytesPerSecond;
		const waitMs = paidUntilMs - performance.now();
		if (waitMs >= LEAST_WAIT_MS) Atomics.wait(nothing, 0, 0, waitMs);
	};
	return {
		...storage,
		readPieces: (path, use) =>
			storage.readPieces(path, (piece, isWhole) => {
				use(piece, isWhole);
				pay(piece.byteLength);
			}),
	};
}
