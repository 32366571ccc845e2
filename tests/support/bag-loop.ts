import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { openFolderSink } from '#server/preservation/bagit/folder-sink.ts';
import { writeBag, type PayloadFile } from '#server/preservation/bagit/write-bag.ts';
import { openZipSink } from '#server/preservation/bagit/zip-sink.ts';

/**
 * Writes bags without end, a folder and a zip file in turn, until it is killed. Each line on standard output is the name
 * of a bag that is whole.
 * Usage: `node tests/support/bag-loop.ts <folder>`
 */
const folder = process.argv[2] as string;

function* payload(): Iterable<PayloadFile> {
	for (let file = 0; file < 20; file++)
		yield {
			path: `文件/${file}.bin`,
			content: (async function* () {
				for (let piece = 0; piece < 8; piece++) yield Buffer.alloc(16 * 1024, piece);
			})(),
		};
}

for (let bag = 0; ; bag++) {
	const name = bag % 2 === 0 ? `bag-${bag}` : `bag-${bag}.zip`;
	const path = join(folder, name);
	const sink =
		bag % 2 === 0 ? await openFolderSink(path) : await openZipSink(path, { base: 'bag', at: new Date() });
	await writeBag(sink, payload(), { info: () => [] });
	writeSync(1, `${name}\n`);
}
