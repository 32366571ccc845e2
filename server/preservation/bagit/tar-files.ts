import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract, type Extract } from 'tar-stream';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import type { BagContent, BagFiles, BagMember } from './bag-files.ts';
import { readName, type ReadName } from './member-names.ts';
import { mostBytes, PackedMembers } from './packed-members.ts';

type Entry = Extract extends AsyncIterable<infer Each> ? Each : never;

const KINDS: Readonly<Record<string, BagMember['kind']>> = {
	file: 'file',
	'contiguous-file': 'file',
	directory: 'folder',
	symlink: 'link',
	link: 'link',
};

/**
 * A bag in a tar file. A tar has no directory, so that it is read from its beginning whenever files are asked for.
 * @throws {Refusal} 'preservation.bag-unreadable' | 'preservation.bag-too-large' (413) |
 * 'preservation.bag-too-many-files' (413)
 */
export async function openTar(path: string, isGzip: boolean): Promise<BagFiles> {
	const { size } = await stat(path);
	const listed = new PackedMembers(path, size);
	let at = 0;
	for await (const entry of entriesOf(path, isGzip, size)) {
		const { type, size: bytes } = entry.header;
		const read = nameOf(entry);
		const kind = KINDS[type ?? 'file'] ?? 'special';
		if ('meant' in read) listed.wrong('name-encoding', read.meant);
		else listed.add(read.name, kind, kind === 'file' ? (bytes ?? 0) : 0, at);
		at++;
		entry.resume();
	}
	const { members, problems } = listed.inBag();
	const pathAt = new Map(members.map((member) => [member.at, member.path]));
	return {
		path,
		form: 'tar',
		members,
		problems,
		async *contents(paths): AsyncIterable<BagContent> {
			let left = paths.size;
			let place = 0;
			if (left === 0) return;
			for await (const entry of entriesOf(path, isGzip, size)) {
				const each = pathAt.get(place++);
				if (each === undefined || !paths.has(each)) {
					entry.resume();
					continue;
				}
				yield { path: each, content: entry as AsyncIterable<Uint8Array> };
				entry.resume();
				if (--left === 0) return;
			}
		},
		close: async () => undefined,
	};
}

/** The name of an entry: its bytes came as so many characters, but for names in headers that are UTF-8 always. */
function nameOf({ header: { name, pax } }: Entry): ReadName {
	if ((pax as { readonly path?: string } | null)?.path !== name) return readName(Buffer.from(name, 'latin1'));
	return name.includes('\ufffd') ? { meant: name } : { name };
}

async function* entriesOf(path: string, isGzip: boolean, size: number): AsyncIterable<Entry> {
	const file = createReadStream(path);
	const entries = extract({ filenameEncoding: 'latin1' } as Parameters<typeof extract>[0]);
	let failure: unknown;
	const failed = (error: unknown): void => {
		failure ??= error;
		entries.destroy(error as Error);
	};
	const source: Readable = isGzip ? file.pipe(createGunzip()) : file;
	file.on('error', failed);
	pipeline(source, limited(mostBytes(size), path), entries, (error) => {
		if (error) failed(error);
	});
	try {
		yield* entries;
	} catch (error) {
		const reason = failure ?? error;
		throw isRefusal(reason)
			? reason
			: new Refusal('preservation.bag-unreadable', { path, reason: (reason as Error).message });
	} finally {
		file.destroy();
		source.destroy();
	}
}

function limited(most: number, path: string) {
	return async function* (chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
		let bytes = 0;
		for await (const chunk of chunks) {
			bytes += chunk.byteLength;
			// Names and headings count too: a tar of nothing but empty files grows as well.
			if (bytes > 2 * most) throw new Refusal('preservation.bag-too-large', { path }, 413);
			yield chunk;
		}
	};
}
