import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { readFileSync } from 'node:fs';
import type { Clock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import type { Catalogue } from '#server/catalogue/catalogue.ts';
import { openSubtree } from '#server/catalogue/export.ts';
import { openFolderSink, targetRefusal } from '#server/preservation/bagit/folder-sink.ts';
import { openZipSink, zipStream } from '#server/preservation/bagit/zip-sink.ts';
import { safeName } from '#server/preservation/safe-name.ts';
import { writeEntriesBag, type EntriesBag, type WrittenEntries } from './bag-export.ts';

/** A bag as a file that is made while it is read. */
export interface BagDownload {
	readonly fileName: string;
	readonly content: Readable;
}

/** What leaves the archive as packages. */
export interface Exchange {
	/**
	 * Writes an entry and all below it, as the person may see it, as a bag: a zip file when the path ends in `.zip`, else
	 * a folder. It is there whole or not at all.
	 * @throws {Refusal} 'catalogue.unknown-entry' (404) | 'preservation.bag-exists' (409) | 'preservation.bag-target' |
	 * 'storage.full' (507)
	 */
	writeBag(
		person: Person,
		id: EntryId,
		target: {
			readonly path: string;
			readonly algorithms?: readonly string[];
			readonly signal?: AbortSignal;
		},
	): Promise<WrittenEntries>;
	/**
	 * The same as a zip file to be sent.
	 * @throws {Refusal} 'catalogue.unknown-entry' (404)
	 */
	sendBag(person: Person, id: EntryId): Promise<BagDownload>;
}

/** What exchange works with. */
export interface ExchangeParts {
	readonly catalogue: Catalogue;
	readonly clock: Clock;
	readonly dataDir: string;
	readonly agencyName: () => Promise<string>;
	/** A bag that was being sent and could not be made; who reads it sees it break off. */
	readonly onFailed: (error: unknown) => void;
}

/** Builds the exchange of an archive. */
export function createExchange({ catalogue, clock, dataDir, agencyName, onFailed }: ExchangeParts): Exchange {
	const software = readSoftware();

	async function open(person: Person, id: EntryId): Promise<EntriesBag> {
		const subtree = await openSubtree({ catalogue, clock, agencyName: await agencyName() }, person, id);
		return { subtree, id, person, dataDir, software };
	}

	return {
		async writeBag(person, id, { path, algorithms, signal }) {
			const bag = await open(person, id);
			const at = new Date(clock.now());
			const isZip = /\.zip$/i.test(path);
			try {
				const sink = isZip
					? await openZipSink(path, { base: basename(path).replace(/\.zip$/i, '') || 'bag', at })
					: await openFolderSink(path);
				return await writeEntriesBag(sink, { ...bag, ...(algorithms ? { algorithms } : {}), signal });
			} catch (error) {
				throw targetRefusal(error, path);
			}
		},
		async sendBag(person, id) {
			const bag = await open(person, id);
			const base = safeName(bag.subtree.name);
			const { sink, output } = zipStream({ base, at: new Date(clock.now()) });
			writeEntriesBag(sink, bag).catch((error: unknown) => {
				// Who goes away in the middle is no fault of the archive.
				if (!output.destroyed || output.errored) onFailed(error);
			});
			return { fileName: `${base}.zip`, content: output };
		},
	};
}

function readSoftware(): string {
	const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
	return `Lantai ${(JSON.parse(text) as { version: string }).version}`;
}
