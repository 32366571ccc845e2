import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { extract, pack, type Header } from 'tar-stream';
import { buffer } from 'node:stream/consumers';

/** A member of a tar file. */
export interface Member {
	readonly header: Header;
	readonly content: Buffer;
	/** Where its content begins in the file. */
	readonly offset: number;
}

/** Reads a tar file whole. */
export async function membersOf(file: string): Promise<Member[]> {
	const extracted = extract();
	const piped = pipeline(createReadStream(file), extracted);
	const members: Member[] = [];
	for await (const entry of extracted as AsyncIterable<
		AsyncIterable<Buffer> & { readonly header: Header & { readonly byteOffset: number } }
	>)
		members.push({
			header: entry.header,
			content: await buffer(entry),
			offset: entry.header.byteOffset,
		});
	await piped;
	return members;
}

/** Writes a tar file of these members. */
export async function writeTar(
	file: string,
	members: readonly { readonly header: Partial<Header> & Pick<Header, 'name'>; readonly content: Buffer }[],
): Promise<void> {
	const packed = pack();
	const piped = pipeline(packed, createWriteStream(file));
	for (const { header, content } of members)
		await new Promise<void>((resolve, reject) => {
			const { name, type = 'file', linkname } = header;
			const given = { name, type, mode: 0o600, ...(linkname ? { linkname } : {}) };
			const done = (error?: Error | null): void => (error ? reject(error) : resolve());
			if (type === 'file') packed.entry({ ...given, size: content.length }, content, done);
			else packed.entry(given, done);
		});
	packed.finalize();
	await piped;
}
