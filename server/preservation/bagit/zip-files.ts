import { crc32 } from 'node:zlib';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import type { BagContent, BagFiles, BagMember } from './bag-files.ts';
import { BAG_LIMITS, tooManyFiles } from './bag-limits.ts';
import { readName, type ReadName } from './member-names.ts';
import { PackedMembers } from './packed-members.ts';

const TYPE_BITS = 0o170000;
const LINK = 0o120000;
const REGULAR = 0o100000;
const FOLDER = 0o040000;
/** Extra field of Info-ZIP: a name in UTF-8, with the sum of the name it stands for. */
const UNICODE_PATH = 0x7075;

/**
 * A bag in a zip file. Contents are read from where they lie, and never more of them than the directory says.
 * @throws {Refusal} 'preservation.bag-unreadable' | 'preservation.bag-too-large' (413) |
 * 'preservation.bag-too-many-files' (413)
 */
export async function openZip(path: string): Promise<BagFiles> {
	const unreadable = (error: unknown): unknown =>
		isRefusal(error)
			? error
			: new Refusal('preservation.bag-unreadable', { path, reason: (error as Error).message });
	let zip: ZipFile;
	try {
		zip = await openPromise(path, { autoClose: false, lazyEntries: true });
	} catch (error) {
		throw unreadable(error);
	}
	try {
		const entries: Entry[] = [];
		const listed = new PackedMembers(path, zip.fileSize);
		let packedBytes = 0;
		for await (const entry of zip.eachEntry()) {
			packedBytes += entry.compressedSize;
			// Entries that share their bytes are how a small file unpacks into very much.
			if (packedBytes > zip.fileSize) throw new Refusal('preservation.bag-too-large', { path }, 413);
			const read = nameOf(entry);
			if ('meant' in read) listed.wrong('name-encoding', read.meant);
			else if (entry.isEncrypted()) listed.wrong('packed-encrypted', read.name);
			else listed.add(read.name, kindOf(entry), entry.uncompressedSize, entries.length);
			entries.push(entry);
			if (entries.length > BAG_LIMITS.members) throw tooManyFiles(path);
		}
		const { members, problems } = listed.inBag();
		const placeOf = new Map(members.map((member) => [member.path, member.at]));
		return {
			path,
			form: 'zip',
			members,
			problems,
			async *contents(paths): AsyncIterable<BagContent> {
				const wanted = [...paths].map((each) => ({ path: each, entry: entries[placeOf.get(each) ?? -1] }));
				for (const { path: each, entry } of wanted)
					if (entry) yield { path: each, content: reading(zip, entry, unreadable) };
			},
			async close() {
				zip.close();
			},
		};
	} catch (error) {
		zip.close();
		throw unreadable(error);
	}
}

async function* reading(
	zip: ZipFile,
	entry: Entry,
	unreadable: (error: unknown) => unknown,
): AsyncIterable<Uint8Array> {
	try {
		yield* (await zip.openReadStreamPromise(entry)) as AsyncIterable<Uint8Array>;
	} catch (error) {
		throw unreadable(error);
	}
}

/**
 * The name of an entry. Where nothing says that it is UTF-8 it ought to be in code page 437, but is in whatever the packer's
 * system had: some write UTF-8 all the same, and Chinese ones GBK.
 */
function nameOf({ fileName, fileNameRaw, extraFields }: Entry): ReadName {
	const isSaidElsewhere = extraFields.some(
		({ id, data }) =>
			id === UNICODE_PATH && data.length >= 6 && data[0] === 1 && data.readUInt32LE(1) === crc32(fileNameRaw),
	);
	if (isSaidElsewhere) return fileName.includes('\ufffd') ? { meant: fileName } : { name: fileName };
	const read = readName(fileNameRaw);
	return 'name' in read ? { name: read.name.replaceAll('\\', '/') } : read;
}

function kindOf(entry: Entry): BagMember['kind'] {
	const type = (entry.externalFileAttributes >>> 16) & TYPE_BITS;
	if (type === LINK) return 'link';
	if (type === FOLDER || entry.fileName.endsWith('/')) return 'folder';
	return type === REGULAR || type === 0 ? 'file' : 'special';
}
