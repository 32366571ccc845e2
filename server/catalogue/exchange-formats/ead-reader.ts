import { assert, must } from '#domain/base/assert.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { Profile } from '#domain/catalogue/profile.ts';
import { allProfiles, profileOf } from '#domain/catalogue/profiles.ts';
import { isad } from '#domain/catalogue/profiles/isad.ts';
import { isComponent, levelFor } from './ead-elements.ts';
import { applyHeader, readHeader, reportHeader, titleOfHeader, type Header } from './ead-header.ts';
import { readPart } from './ead-part.ts';
import { markOf, OWN_EXPORT } from './ead3-marks.ts';
import { EntryDraft } from './entry-draft.ts';
import type { Limits, ReadEntry, Reader, ReadOptions, ReadResult } from './reader.ts';
import { readingLimits } from './reading-limits.ts';
import { ReadingReport } from './reading-report.ts';
import { reportUntaken, takeAttribute, xmlElement, type XmlElement } from './xml-element.ts';
import { scanXml, type XmlHandler } from './xml-scan.ts';

/** Elements that only hold entries or headers: their children are read one by one. */
const WRAPPERS = new Set(['ead', 'dsc', 'dscgrp', 'archdescgrp']);
const HEADERS = new Set(['eadheader', 'control']);
/** Entries handed over at once. */
const CHUNK = 500;
/** What an element costs beside its text, so that many empty ones count as well. */
const ELEMENT_BYTES = 16;

/** An open element outside of parts. `path` begins at the innermost entry. */
interface Frame {
	readonly path: string;
	readonly element: XmlElement;
	readonly entry: { readonly draft: EntryDraft; isEmitted: boolean } | undefined;
}

/**
 * Reads a finding aid in EAD 2002 or EAD3 as it streams in: `archdesc` becomes the root entry, each component an
 * entry below it. Memory is bounded by the parts of single entries, not by the size of the file.
 * @throws {Refusal} 'import.not-ead' besides those of {@link Reader}
 */
export const readEad: Reader = async (source, options) => {
	const reading = new EadReading(options);
	await scanXml(source, options, reading.report, reading);
	return reading.finish();
};

class EadReading implements XmlHandler {
	readonly report = new ReadingReport();
	readonly #options: ReadOptions;
	readonly #limits: Limits;
	readonly #frames: Frame[] = [];
	/** Open elements of the part being read, outermost first. */
	readonly #part: XmlElement[] = [];
	#partBytes = 0;
	#rootPrefix = '';
	#isEad3 = false;
	#profile: Profile = profileOf(isad.id);
	#header: Header | undefined;
	#entryCount = 0;
	#depth = 0;
	#ready: ReadEntry[] = [];
	#lastLine = 1;

	constructor(options: ReadOptions) {
		this.#options = options;
		this.#limits = readingLimits(options.limits);
	}

	open(written: string, attributes: Readonly<Record<string, string>>, line: number): void {
		this.#lastLine = line;
		if (this.#frames.length === 0) this.#openRoot(written, attributes, line);
		const name = this.#localName(written);
		const element = xmlElement(name, localAttributes(attributes), [], line);
		const parent = this.#part.at(-1);
		if (parent) {
			if (this.#part.length >= this.#limits.maxDepth) this.#refuseDepth(line);
			parent.children.push(element);
			this.#part.push(element);
			this.#weigh(ELEMENT_BYTES + name.length + sizeOf(attributes), line);
		} else if (WRAPPERS.has(name)) this.#openWrapper(element);
		else if (name === 'archdesc' || isComponent(name)) this.#openEntry(element);
		else {
			this.#partBytes = 0;
			this.#part.push(element);
			this.#weigh(sizeOf(attributes), line);
		}
	}

	text(text: string, line: number): void {
		this.#lastLine = line;
		const element = this.#part.at(-1);
		if (element) {
			const last = element.children.length - 1;
			// Text comes in pieces around comments and CDATA.
			if (typeof element.children[last] === 'string') element.children[last] += text;
			else element.children.push(text);
			this.#weigh(text.length, line);
		} else if (text.trim() !== '') this.report.lose(this.#path() || 'ead', line);
	}

	close(): void {
		const element = this.#part.pop();
		if (element) {
			if (this.#part.length === 0) this.#closePart(element);
			return;
		}
		const frame = must(this.#frames.pop(), 'a closing tag has its opening tag');
		if (!frame.entry) return;
		this.#depth -= 1;
		if (frame.entry.draft.isChanged) this.#emit(frame.entry);
	}

	async pause(): Promise<void> {
		while (this.#ready.length >= CHUNK) await this.#options.onEntries(this.#ready.splice(0, CHUNK));
	}

	async finish(): Promise<ReadResult> {
		if (this.#entryCount === 0)
			throw new Refusal('import.broken', {
				file: this.#options.fileName,
				line: this.#lastLine,
				reason: 'no <archdesc>',
			});
		if (this.#ready.length > 0) await this.#options.onEntries(this.#ready.splice(0));
		if (this.#header) reportHeader(this.#header, this.report);
		return this.report.result(this.#isEad3 ? 'ead3' : 'ead2002', this.#profile.id);
	}

	#openRoot(written: string, attributes: Readonly<Record<string, string>>, line: number): void {
		const colon = written.indexOf(':');
		const prefix = written.slice(0, Math.max(colon, 0));
		if (written.slice(colon + 1) !== 'ead')
			throw new Refusal('import.not-ead', {
				file: this.#options.fileName,
				line,
				root: written.slice(0, 100),
			});
		this.#rootPrefix = prefix ? `${prefix}:` : '';
		this.#isEad3 = Object.values(attributes).some((value) => value.includes('ead3.archivists.org'));
	}

	/** The name without the root's prefix. Elements of other namespaces keep theirs, and so match nothing of EAD. */
	#localName(written: string): string {
		return this.#rootPrefix && written.startsWith(this.#rootPrefix)
			? written.slice(this.#rootPrefix.length)
			: written;
	}

	#path(): string {
		return this.#frames.at(-1)?.path ?? '';
	}

	#openWrapper(element: XmlElement): void {
		if (this.#frames.length >= 2 * this.#limits.maxDepth) this.#refuseDepth(element.line);
		const path = this.#path() ? `${this.#path()}/${element.name}` : element.name;
		reportUntaken(element, path, this.report);
		this.#frames.push({ path: element.name === 'ead' ? '' : path, element, entry: undefined });
	}

	#openEntry(element: XmlElement): void {
		const { maxDepth, maxEntries } = this.#limits;
		if (this.#depth >= maxDepth) this.#refuseDepth(element.line);
		if (this.#entryCount >= maxEntries)
			throw new Refusal(
				'import.too-many-entries',
				{ file: this.#options.fileName, line: element.line, limit: maxEntries },
				413,
			);
		const parent = this.#frames.findLast((frame) => frame.entry)?.entry;
		if (parent && !parent.isEmitted) this.#emit(parent);
		const draft = new EntryDraft(this.#entryCount, parent?.draft.ref ?? null, element.line);
		this.#entryCount += 1;
		this.#depth += 1;
		const path = element.name === 'archdesc' ? 'archdesc' : 'c';
		draft.level = this.#levelOf(element, path);
		const audience = element.attributes['audience']?.trim().toLowerCase();
		if (audience === 'internal') {
			takeAttribute(element, 'audience');
			draft.set('accessStatus', 'restricted');
			this.report.understand(`${path}/@audience`, 'accessStatus');
		}
		reportUntaken(element, path, this.report);
		if (!parent && this.#header) applyHeader(this.#header, draft, this.report);
		this.#frames.push({ path, element, entry: { draft, isEmitted: false } });
	}

	#levelOf(element: XmlElement, path: string): string {
		const own = markOf(element).level;
		const level = takeAttribute(element, 'level');
		const other = takeAttribute(element, 'otherlevel');
		if (own) return own;
		if (!level && !other) return path === 'archdesc' ? 'fonds' : 'file';
		const word = level && level.trim().toLowerCase() !== 'otherlevel' ? level : other;
		const known = word === undefined ? 'otherLevel' : levelFor(this.#profile, word);
		if (known) return known;
		this.report.lose(`${path}/@${word === other ? 'otherlevel' : 'level'}=${word}`, element.line);
		return 'otherLevel';
	}

	#closePart(element: XmlElement): void {
		if (HEADERS.has(element.name) && !this.#header) {
			this.#isEad3 ||= element.name === 'control';
			this.#header = readHeader(element);
			this.#profile = this.#header.ownProfile ?? this.#profile;
			return;
		}
		const path = this.#path() ? `${this.#path()}/${element.name}` : element.name;
		const entry = this.#frames.at(-1)?.entry;
		if (!entry) reportUntaken(element, path, this.report);
		else readPart(element, path, { draft: entry.draft, profile: this.#profile, report: this.report });
	}

	#emit(entry: NonNullable<Frame['entry']>): void {
		const { draft } = entry;
		if (draft.parentRef === null && !draft.hasTitle && !draft.has('title') && this.#header) {
			const title = this.#header.ownProfile ? undefined : titleOfHeader(this.#header);
			if (title) draft.set('title', title);
		}
		const read = draft.finish();
		this.#ready.push(entry.isEmitted ? { ...read, replaces: true } : read);
		entry.isEmitted = true;
		assert(draft.ref < this.#entryCount, 'an entry has a number before it is handed over');
	}

	#weigh(bytes: number, line: number): void {
		this.#partBytes += bytes;
		if (this.#partBytes > this.#limits.maxTextBytes)
			throw new Refusal(
				'import.text-too-long',
				{ file: this.#options.fileName, line, limit: this.#limits.maxTextBytes },
				413,
			);
	}

	#refuseDepth(line: number): never {
		throw new Refusal('import.too-deep', {
			file: this.#options.fileName,
			line,
			limit: this.#limits.maxDepth,
		});
	}
}

function sizeOf(attributes: Readonly<Record<string, string>>): number {
	let size = 0;
	for (const name in attributes) size += name.length + (attributes[name] as string).length;
	return size;
}

const LINKING = new Set(['type', 'show', 'actuate', 'arcrole']);

/** Attributes without prefixes; namespace declarations and the mechanics of links and schemas left out. */
function localAttributes(attributes: Readonly<Record<string, string>>): Record<string, string> {
	const local: Record<string, string> = {};
	for (const name in attributes) {
		const colon = name.indexOf(':');
		if (colon < 0) {
			if (name !== 'xmlns') local[name] = attributes[name] as string;
			continue;
		}
		const prefix = name.slice(0, colon);
		const rest = name.slice(colon + 1);
		if (prefix === 'xmlns' || prefix === 'xsi' || prefix === 'xml' || LINKING.has(rest)) continue;
		local[rest] ??= attributes[name] as string;
	}
	return local;
}

/** The profile a finding aid is described by, told from its beginning: our own exports name theirs. */
export function eadProfileOf(head: string): string {
	const own = new RegExp(`localtype="${OWN_EXPORT}"[^>]*>\\s*(?:<term[^>]*>)?\\s*([A-Za-z0-9]+)`).exec(
		head,
	)?.[1];
	return allProfiles().some((profile) => profile.id === own) ? (own as string) : isad.id;
}
