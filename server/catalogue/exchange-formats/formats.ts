import { Refusal } from '#domain/base/refusal.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import { openCsv } from './csv-reader.ts';
import { decodedText, encodingOf, openSource, wholeOf, type OpenSource } from './decode.ts';
import { eadProfileOf, readEad } from './ead-reader.ts';
import { readJson } from './json-format.ts';
import { isJsonLines, readJsonLines } from './json-lines-reader.ts';
import type { ReadOptions, ReadResult, Reader } from './reader.ts';
import { readMapping } from './table-mapping.ts';
import type { TableOptions } from './table-reader.ts';
import { MAX_WORKBOOK_BYTES, workbookKind } from './workbook-kind.ts';

/** A file whose format and profile are known, ready to be read. */
export interface OpenedFile {
	readonly format: string;
	readonly profile: string;
	read(options: ReadOptions): Promise<ReadResult>;
}

/** How a file is opened. */
export interface OpenOptions {
	readonly fileName: string;
	/** Profile id wanted; formats that fix theirs refuse another. */
	readonly profile?: string | undefined;
	/** A mapping file's content, for tables. */
	readonly mapping?: unknown;
	readonly underGiven: boolean;
	readonly signal: AbortSignal;
	/** Called with the bytes of the file read so far. */
	readonly onProgress?: (bytesRead: number) => void;
	readonly maxBytes?: number;
}

/** A format of text, known by the beginning of the file. */
interface TextFormat {
	readonly id: string;
	is(head: string): boolean;
	/** The profile its entries are described by, where the format says so. */
	profileOf(head: string): string | undefined;
	readonly read:
		| Reader
		| ((
				source: AsyncIterable<string>,
				options: ReadOptions & { readonly profile: string },
		  ) => Promise<ReadResult>);
}

/** Formats of text other than tables; the first that knows a file reads it. */
const TEXT_FORMATS: readonly TextFormat[] = [
	{ id: 'lantai-jsonl', is: isJsonLines, profileOf: () => undefined, read: readJsonLines },
	{
		id: 'lantai-json',
		is: (head) => /^\s*\{"format":"lantai-entries"/.test(head),
		profileOf: (head) => /"profile":"([A-Za-z0-9]+)"/.exec(head)?.[1],
		read: readJson,
	},
	{ id: 'ead', is: (head) => /^\s*</.test(head), profileOf: eadProfileOf, read: readEad },
];

/**
 * Opens a file for import, whatever its format and encoding.
 * @throws {Refusal} 'import.unknown-format' | 'import.profile-fixed' and those of the readers
 */
export async function openFile(path: string, options: OpenOptions): Promise<OpenedFile> {
	const { fileName, signal, onProgress, maxBytes } = options;
	const source = await openSource(path, {
		fileName,
		signal,
		...(onProgress ? { onProgress } : {}),
		...(maxBytes === undefined ? {} : { maxBytes }),
	});
	if (options.profile !== undefined) profileOf(options.profile);
	const table: TableOptions = {
		fileName,
		profile: options.profile,
		underGiven: options.underGiven,
		mapping:
			options.mapping === undefined || options.mapping === null ? undefined : readMapping(options.mapping),
	};
	if (source.head.length === 0) throw new Refusal('import.empty', { file: fileName });
	const workbook = workbookKind(source.head);
	if (workbook) {
		// Half a second to load, and most files are no workbooks.
		const { openWorkbook } = await import('./workbook-reader.ts');
		return openWorkbook(await wholeOf(source, { fileName, maxBytes: MAX_WORKBOOK_BYTES }), workbook, table);
	}
	const head = new TextDecoder(encodingLabel(source, fileName)).decode(source.head.subarray(0, 64 * 1024));
	// No text holds a zero: pictures, PDF and databases do.
	if (head.includes('\0')) throw new Refusal('import.unknown-format', { file: fileName });
	const decoded = decodedText(source, { fileName });
	const format = TEXT_FORMATS.find((each) => each.is(head));
	if (!format) {
		if (/^\s*\{/.test(head)) throw new Refusal('import.unknown-format', { file: fileName });
		return withDecoding(await openCsv(decoded.text, table), decoded.problems);
	}
	const fixed = format.profileOf(head);
	if (fixed !== undefined && options.profile !== undefined && fixed !== options.profile)
		throw new Refusal('import.profile-fixed', { format: format.id, profile: fixed });
	const profile = fixed ?? options.profile ?? 'dat18';
	return withDecoding(
		{
			format: format.id,
			profile,
			read: (readOptions) => format.read(decoded.text, { ...readOptions, profile }),
		},
		decoded.problems,
	);
}

function withDecoding(opened: OpenedFile, problems: ReadResult['problems']): OpenedFile {
	return {
		...opened,
		async read(readOptions) {
			const result = await opened.read(readOptions);
			return { ...result, problems: [...problems, ...result.problems] };
		},
	};
}

function encodingLabel(source: OpenSource, fileName: string): string {
	const encoding = encodingOf(source.head);
	// Asked before decoding, so that an unknown one is a refusal and no crash.
	decodedText({ head: source.head, bytes: async function* () {} }, { fileName, encoding });
	return encoding;
}
