import { Refusal } from '#domain/base/refusal.ts';
import type { BagMember } from './bag-files.ts';
import { BAG_LIMITS, tooManyFiles } from './bag-limits.ts';
import type { BagProblem, BagProblemCode } from './bag-problem.ts';

/** What may come out of a packed file: so many times its size, and so much on top. Texts pack well, bombs far better. */
const MOST_TIMES = 200;
const FREE_BYTES = 64 * 1024 * 1024;

/** The most bytes that may come out of a packed file of a size. */
export function mostBytes(packedBytes: number): number {
	return packedBytes * MOST_TIMES + FREE_BYTES;
}

/** A member as the packing names it. */
export interface PackedMember extends BagMember {
	/** Zero-based place among all that the packing holds. */
	readonly at: number;
}

/** Members with the names they have in the bag, and what is wrong with the packing. */
export interface Unpacked {
	readonly members: readonly PackedMember[];
	readonly problems: readonly BagProblem[];
}

/** Collects what a packed file lists. */
export class PackedMembers {
	readonly #path: string;
	readonly #packedBytes: number;
	readonly #found: PackedMember[] = [];
	readonly #problems: BagProblem[] = [];
	#bytes = 0;

	constructor(path: string, packedBytes: number) {
		this.#path = path;
		this.#packedBytes = packedBytes;
	}

	/** @throws {Refusal} 'preservation.bag-too-large' (413) | 'preservation.bag-too-many-files' (413) */
	add(name: string, kind: BagMember['kind'], bytes: number, at: number): void {
		this.#bytes += bytes;
		if (at >= BAG_LIMITS.members) throw tooManyFiles(this.#path);
		if (this.#bytes > mostBytes(this.#packedBytes))
			throw new Refusal('preservation.bag-too-large', { path: this.#path }, 413);
		const path = name.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '');
		if (path === '' || path === '.') return;
		// What Finder puts beside the files it packs belongs to nobody's bag.
		if (path.split('/', 1)[0] === '__MACOSX') return;
		if (isOutside(path)) this.wrong('packed-outside', name);
		else this.#found.push({ path, kind, bytes, at });
	}

	wrong(code: BagProblemCode, file: string): void {
		if (this.#problems.length < BAG_LIMITS.members)
			this.#problems.push({ code, severity: 'error', file, line: 0, params: {} });
	}

	/** Takes off the one folder that packed bags begin with. @see RFC 8493, 4 (Serialization) */
	inBag(): Unpacked {
		const isBare = this.#found.some(({ path }) => path === 'bagit.txt');
		const tops = new Set(this.#found.map(({ path }) => path.split('/', 1)[0] as string));
		const [top] = tops;
		const base = !isBare && tops.size === 1 && top !== undefined ? `${top}/` : '';
		if (isBare)
			this.#problems.push({
				code: 'packed-without-folder',
				severity: 'warning',
				file: 'bagit.txt',
				line: 0,
				params: {},
			});
		const members = new Map<string, PackedMember>();
		for (const member of this.#found) {
			if (base !== '' && !member.path.startsWith(base)) continue;
			const path = member.path.slice(base.length);
			// Packers may name a folder as often as they like; two files of one name leave open which is meant.
			if (members.has(path)) {
				if (member.kind !== 'folder' || members.get(path)?.kind !== 'folder')
					this.wrong('packed-twice', path);
			} else members.set(path, { ...member, path });
		}
		// What is a file cannot be a folder too: who unpacks it gets the one or the other.
		const places = [...members.keys()].map((path) => `${path}/`).sort();
		for (const [index, place] of places.entries())
			if (places[index + 1]?.startsWith(place) && members.get(place.slice(0, -1))?.kind !== 'folder')
				this.wrong('packed-twice', place.slice(0, -1));
		return { members: [...members.values()], problems: this.#problems };
	}
}

function isOutside(path: string): boolean {
	return (
		/^[/\\~]|^[A-Za-z]:[\\/]|\0/.test(path) ||
		path.split(/[\\/]/).some((part) => part === '..' || part === '.')
	);
}
