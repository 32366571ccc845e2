import { closeSync, openSync, readSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { NewUpdate } from '../update-log.ts';

/** A row of the log as it is written in the second place. */
export interface CopiedUpdate extends NewUpdate {
	readonly seq: number;
}

/** Bytes of a segment that make no sense: a torn end, or damage. */
export interface SegmentDamage {
	readonly file: string;
	readonly at: number;
	readonly bytes: number;
}

/** What lies in a segment, one after the other: every byte of it is in one of them. */
export type SegmentPart =
	| { readonly record: CopiedUpdate; readonly damage?: undefined; readonly end: number }
	| { readonly record?: undefined; readonly damage: SegmentDamage; readonly end: number };

/** What is at the end of the name of a segment that is being written anew. */
export const NEW_SEGMENT = '.seg.new';
const NAME = /^log-\d{8}\.seg$/;
/** Length and CRC-32 of what follows, both big-endian. */
const FRAME_BYTES = 8;
const MAX_RECORD_BYTES = 256 * 1024 * 1024;
/** How the header of every record begins, {@link encodeRecord} writes the position first. */
const HEADER_BEGINS = '{"seq":';
/** Bytes searched at a time for where a record begins. */
const WINDOW_BYTES = 1024 * 1024;

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
export function encodeRecord({ seq, payload, ...rest }: CopiedUpdate): Buffer {
	const text = Buffer.from(JSON.stringify({ seq, ...rest }), 'utf8');
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
 * Reads the records of a segment that are whole, also those behind one that is not.
 * @returns what could not be read, in order
 */
export function* readSegment(file: string): Generator<CopiedUpdate, SegmentDamage[]> {
	const damaged: SegmentDamage[] = [];
	for (const { record, damage } of segmentParts(file))
		if (record) yield record;
		else damaged.push(damage);
	return damaged;
}

/** Reads a segment to its end: records, and what lies between them. */
export function* segmentParts(file: string): Generator<SegmentPart> {
	const size = statSync(file).size;
	const handle = openSync(file, 'r');
	try {
		for (let at = 0; at < size;) {
			const found = recordAt(handle, at, size);
			const end = found?.end ?? nextRecord(handle, at, size);
			yield found ?? { damage: { file, at, bytes: end - at }, end };
			at = end;
		}
	} finally {
		closeSync(handle);
	}
}

/** The record that begins at a place, if it is whole. */
function recordAt(
	handle: number,
	at: number,
	size: number,
): { readonly record: CopiedUpdate; readonly end: number } | undefined {
	const end = endOf(handle, at, size);
	if (end === undefined) return undefined;
	const bytes = bytesAt(handle, at, end - at);
	const body = bytes?.subarray(FRAME_BYTES);
	if (!bytes || !body || crc32(body) !== bytes.readUInt32BE(4)) return undefined;
	const headerEnd = 4 + body.readUInt32BE(0);
	const header = JSON.parse(body.toString('utf8', 4, headerEnd)) as Omit<CopiedUpdate, 'payload'>;
	return { record: { ...header, payload: body.subarray(headerEnd) }, end };
}

/** Where a record ends by its length; undefined where no record can be. */
function endOf(handle: number, at: number, size: number): number | undefined {
	const length = bytesAt(handle, at, FRAME_BYTES)?.readUInt32BE(0) ?? 0;
	const end = at + FRAME_BYTES + length;
	return length < 4 || length > MAX_RECORD_BYTES || end > size ? undefined : end;
}

/**
 * Where the next whole record begins behind a place at which there is none, else the end. What the length there says is
 * tried first: the words of an update may look like a record.
 */
function nextRecord(handle: number, from: number, size: number): number {
	const told = endOf(handle, from, size);
	if (told !== undefined && (told === size || recordAt(handle, told, size))) return told;
	const before = FRAME_BYTES + 4;
	for (let at = from + 1 + before; at < size; at += WINDOW_BYTES) {
		// A little of the next window, too: what is looked for may lie across both.
		const window = bytesAt(handle, at, Math.min(WINDOW_BYTES + HEADER_BEGINS.length - 1, size - at));
		if (!window) break;
		for (let hit = window.indexOf(HEADER_BEGINS); hit >= 0; hit = window.indexOf(HEADER_BEGINS, hit + 1))
			if (recordAt(handle, at + hit - before, size)) return at + hit - before;
	}
	return size;
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
