import { closeSync, fsyncSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { encodeRecord, segmentParts, type SegmentDamage } from './segments.ts';

/** Bytes taken over at a time. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * Writes a segment anew, without some documents. It is there whole or as it was.
 * @param lost records between two positions (to the end, without the second) in the place of what cannot be read; without
 * it, that stays byte for byte
 * @returns what stayed, where it lies now
 */
export function rewriteSegment(
	segment: string,
	gone: ReadonlySet<string>,
	lost: ((after: number, before: number | undefined) => Iterable<Buffer>) | undefined,
): SegmentDamage[] {
	const left: SegmentDamage[] = [];
	const source = openSync(segment, 'r');
	const target = openSync(`${segment}.new`, 'w');
	try {
		let [at, position, isGap] = [0, 0, false];
		const write = (bytes: Buffer): void => {
			writeAll(target, bytes);
			at += bytes.byteLength;
		};
		const fill = (before: number | undefined): void => {
			if (isGap) for (const bytes of lost?.(position, before) ?? []) write(bytes);
			isGap = false;
		};
		for (const { record, damage } of segmentParts(segment)) {
			if (record) {
				fill(record.seq);
				position = record.seq;
				if (!gone.has(record.doc)) write(encodeRecord(record));
			} else if (lost) isGap = true;
			else {
				left.push({ ...damage, at });
				for (const bytes of bytesOf(source, damage)) write(bytes);
			}
		}
		fill(undefined);
		fsyncSync(target);
	} finally {
		closeSync(source);
		closeSync(target);
	}
	renameSync(`${segment}.new`, segment);
	syncFolder(dirname(segment));
	return left;
}

/** Writes all of it, however much goes at once. */
export function writeAll(handle: number, bytes: Uint8Array): void {
	for (let at = 0; at < bytes.byteLength;) at += writeSync(handle, bytes, at);
}

/** Makes the names in a folder last. */
export function syncFolder(path: string): void {
	if (process.platform === 'win32') return;
	const handle = openSync(path, 'r');
	try {
		fsyncSync(handle);
	} finally {
		closeSync(handle);
	}
}

function* bytesOf(handle: number, { at, bytes }: SegmentDamage): Generator<Buffer> {
	for (let from = at; from < at + bytes;) {
		const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, at + bytes - from));
		const read = readSync(handle, chunk, 0, chunk.byteLength, from);
		if (read === 0) return;
		from += read;
		yield chunk.subarray(0, read);
	}
}
