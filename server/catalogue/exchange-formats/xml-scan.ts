import { SaxesParser } from 'saxes';
import { Refusal } from '#domain/base/refusal.ts';
import { namedEntity } from './named-entities.ts';
import type { Limits, ReadOptions } from './reader.ts';
import { readingLimits } from './reading-limits.ts';
import type { ReadingReport } from './reading-report.ts';

/** What a scan calls while it reads. Names of elements and attributes are as written, prefix included. */
export interface XmlHandler {
	open(name: string, attributes: Readonly<Record<string, string>>, line: number): void;
	text(text: string, line: number): void;
	close(): void;
	/** Called between pieces of the source, where waiting is possible. */
	pause(): Promise<void>;
}

/** Longest piece handed to the parser at once: bounds what builds up between two pauses. */
const PIECE = 32 * 1024;
// oxlint-disable-next-line no-control-regex -- these are the characters XML forbids
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
/** Slips after which a source can still be read whole. */
const LENIENT = [
	'malformed character entity.',
	'the string "]]>" is disallowed in char data.',
	'an XML declaration must be at the start of the document.',
];

/**
 * Reads XML without ever following or expanding what its DOCTYPE declares: references to unknown entities stay as
 * written and are reported.
 * @throws {Refusal} 'import.broken' where it is not well-formed, 'import.too-large', 'import.text-too-long',
 * 'import.entity'
 */
export async function scanXml(
	source: AsyncIterable<string>,
	options: ReadOptions,
	report: ReadingReport,
	handler: XmlHandler,
): Promise<void> {
	const limits = readingLimits(options.limits);
	const file = options.fileName;
	const parser = new SaxesParser({});
	let lastEvent = 0;
	let startLine = 1;

	const refuse = (code: string, params: Record<string, string | number>): never => {
		throw new Refusal(code, { file, line: parser.line, ...params });
	};
	parser.ENTITIES = new Proxy<Record<string, string>>(
		{},
		{
			get(_, name) {
				const known = namedEntity(String(name));
				if (known !== undefined || !/^[\p{L}_:][\p{L}\p{N}._:-]*$/u.test(String(name))) return known;
				if (!report.warn('import.unknown-entity', parser.line, { entity: String(name).slice(0, 100) }))
					refuse('import.entity', {});
				return `&${String(name)};`;
			},
		},
	);
	parser.on('error', (error) => {
		const reason = error.message.replace(/^\d+:\d+: /, '').slice(0, 200);
		if (LENIENT.includes(reason)) report.warn('import.xml', parser.line, { reason });
		else refuse('import.broken', { reason });
	});
	parser.on('opentagstart', () => {
		// The character after the name is already read, and may have been a line break.
		startLine = parser.column === 0 ? parser.line - 1 : parser.line;
	});
	parser.on('opentag', (tag) => {
		lastEvent = parser.position;
		handler.open(tag.name, tag.attributes, startLine);
	});
	parser.on('closetag', () => {
		lastEvent = parser.position;
		handler.close();
	});
	const text = (piece: string) => {
		lastEvent = parser.position;
		handler.text(piece, parser.line);
	};
	parser.on('text', text);
	parser.on('cdata', text);

	for await (const piece of pieces(source, options, limits, () => parser.line)) {
		const clean = piece.replace(FORBIDDEN, '');
		if (clean !== piece) report.warn('import.character', parser.line + linesBefore(piece));
		parser.write(clean);
		// Text, comments, attributes and declarations are held by the parser until they end.
		if (parser.position - lastEvent > limits.maxTextBytes)
			refuse('import.text-too-long', { limit: limits.maxTextBytes });
		await handler.pause();
	}
	parser.close();
	await handler.pause();
}

function linesBefore(piece: string): number {
	FORBIDDEN.lastIndex = 0;
	const at = FORBIDDEN.exec(piece)?.index ?? 0;
	return piece.slice(0, at).split('\n').length - 1;
}

/** The source in pieces of bounded length, with its size, progress and cancellation looked after. */
async function* pieces(
	source: AsyncIterable<string>,
	options: ReadOptions,
	limits: Limits,
	line: () => number,
): AsyncGenerator<string> {
	let bytes = 0;
	for await (const chunk of source) {
		bytes += Buffer.byteLength(chunk);
		if (bytes > limits.maxBytes)
			throw new Refusal(
				'import.too-large',
				{ file: options.fileName, line: line(), maxBytes: limits.maxBytes },
				413,
			);
		for (let from = 0; from < chunk.length; from += PIECE) {
			options.signal.throwIfAborted();
			yield chunk.slice(from, from + PIECE);
		}
		options.onProgress?.(bytes);
	}
	options.signal.throwIfAborted();
}
