import { closeSync, openSync, readSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { NewUpdate } from '../update-log.ts';

/** A row of the log as it is written in the second place. */
export interface CopiedUpdate extends NewUpdate {
	readonly seq: number;
}

/** Where a segment stops making sense: a torn end, or damage. */
export interface SegmentDamage {
	readonly file: string;
	readonly at: number;
}

const NAME = /^log-\d{8}\.seg$/;
/** Length and CRC-32 of what follows, both big-endian. */
const FRAME_BYTES = 8;
const MAX_RECORD_BYTES = 256 * 1024 * 1024;

/** The segment of a day, by its instant. */
export function segmentName(at: string): string {
	return `log-${at.slice(0, 10).replaceAll('-', '')}.seg`;
}

/** Segments in a folder, oldest first. */
export function segmentsIn(folder: string): string[] {
	return readdirSync(folder)
		.filter((name) => NAME.test(name))
		.toSorted()
		.map((name) => join(folder, name));
}

/** One record: its length, its CRC-32, then the length of its header, the header as JSON, and the update. */
export function encodeRecord({ payload, ...header }: CopiedUpdate): Buffer {
	const text = Buffer.from(JSON.stringify(header), 'utf8');
	const record = Buffer.allocUnsafe(FRAME_BYTES + 4 + text.length + payload.byteLength);
	record.writeUInt32BE(text.length, FRAME_BYTES);
	text.copy(record, FRAME_BYTES + 4);
	record.set(payload, FRAME_BYTES + 4 + text.length);
	const body = record.subarray(FRAME_BYTES);
	record.writeUInt32BE(body.length, 0);
	record.writeUInt32BE(crc32(body), 4);
	return record;
}

/**
 * Reads a segment up to its end, or to the first record that is not whole.
 * @returns how many bytes of it are whole
 */
export function* readSegment(file: string): Generator<CopiedUpdate, number> {
	const size = statSync(file).size;
	const handle = openSync(file, 'r');
	let at = 0;
	try {
		for (;;) {
			const frame = bytesAt(handle, at, FRAME_BYTES);
			const length = frame?.readUInt32BE(0) ?? 0;
			if (!frame || length < 4 || length > MAX_RECORD_BYTES || at + FRAME_BYTES + length > size) return at;
			const body = bytesAt(handle, at + FRAME_BYTES, length);
			if (!body || crc32(body) !== frame.readUInt32BE(4)) return at;
			const end = 4 + body.readUInt32BE(0);
			const header = JSON.parse(body.toString('utf8', 4, end)) as Omit<CopiedUpdate, 'payload'>;
			at += FRAME_BYTES + length;
			yield { ...header, payload: body.subarray(end) };
		}
	} finally {
		closeSync(handle);
	}
}

function bytesAt(handle: number, at: number, length: number): Buffer | undefined {
	const buffer = Buffer.allocUnsafe(length);
	let read = 0;
	while (read < length) {
		const more = readSync(handle, buffer, read, length - read, at + read);
		if (more === 0) return undefined;
		read += more;
	}
	return buffer;
}
