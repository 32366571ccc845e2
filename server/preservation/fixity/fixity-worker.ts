import { join } from 'node:path/posix';
import { parentPort } from 'node:worker_threads';
import { must } from '#domain/base/assert.ts';
import { digestOf } from '../digests.ts';
import { folderStorage } from '../folder-storage.ts';
import { readAnswers } from '../object-reading.ts';
import { below, type VerifyFinding } from '../ocfl-findings.ts';
import { INVENTORY, versionName, type Inventory } from '../ocfl-inventory.ts';
import { objectPath } from '../ocfl-layout.ts';
import { readInventory } from '../ocfl-reader.ts';
import { readDeclaredLayout } from '../ocfl-root-check.ts';
import { isThere } from '../ocfl-storage.ts';
import type { ContentOutcome, ObjectOutcome } from '../ocfl-verify-run.ts';
import { OBJECTS, ReaderPool, type Taker } from '../reader-pool.ts';
import { surveyObject, type SurveyedObject } from '../store-survey.ts';
import { errorAnswer } from '../worker-client.ts';
import { finding, type FixityFinding } from './fixity-finding.ts';
import { demandRoot } from './root-presence.ts';
import { throttled } from './throttled-storage.ts';
import { surveyRoot, type SurveyedRoot } from './root-walk.ts';

/** An object as it lies there. Paths of findings are below it. */
export interface LookedObject {
	readonly objectId: string;
	readonly isThere: boolean;
	readonly id: string | undefined;
	readonly head: number | undefined;
	readonly inventoryDigest: string | undefined;
	readonly files: number;
	readonly bytes: number;
	readonly findings: readonly FixityFinding[];
}

/** What an object is that is newer than the register says. */
export interface NewerObject extends SurveyedObject {
	/** Digest of the inventory the version the register knows has of its own. */
	readonly knownDigest: string | undefined;
}

/** What the fixity worker is asked. */
export interface FixityAsks {
	look: {
		ask: {
			readonly root: string;
			readonly objects: readonly string[];
			readonly isWithoutContent?: boolean;
			/** 0 for no limit. */
			readonly bytesPerSecond: number;
			/** Few bytes: no threads are begun for them. */
			readonly isSmall: boolean;
		};
		answer: readonly LookedObject[];
	};
	/** Undefined when its inventory is not sound. */
	newer: {
		ask: { readonly root: string; readonly objectId: string; readonly known: number };
		answer: NewerObject | undefined;
	};
	/** Adds to the objects a survey need not look at. */
	know: { ask: { readonly root: string; readonly objects: readonly string[] }; answer: void };
	/** Says what it finds as progress, in batches of {@link SurveyedObject}. */
	survey: { ask: { readonly root: string }; answer: SurveyedRoot };
	describe: {
		ask: { readonly root: string; readonly objectId: string };
		answer: DescribedObject | undefined;
	};
}

/** What PREMIS says of an object comes from its inventory, and from its files how large they are. */
export interface DescribedObject {
	readonly inventory: Inventory;
	/** By content path; none for a file that is missing. */
	readonly sizes: Readonly<Record<string, number>>;
}

const port = must(parentPort, 'this file runs as a worker');
const own = new ReaderPool(readAnswers(folderStorage));
let several: ReaderPool | undefined;
const known = new Set<string>();

const answers: {
	[Kind in keyof FixityAsks]: (
		ask: FixityAsks[Kind]['ask'],
		tell: (progress: unknown) => void,
	) => FixityAsks[Kind]['answer'] | Promise<FixityAsks[Kind]['answer']>;
} = {
	look,
	newer({ root, objectId, known: version }) {
		const place = placeOf(root, objectId);
		try {
			const ofVersion = join(place, versionName(version), INVENTORY);
			const object = surveyObject(folderStorage, place);
			const algorithm = object.inventoryDigest.length === 64 ? 'sha256' : 'sha512';
			return {
				...object,
				knownDigest: isThere(folderStorage, ofVersion)
					? digestOf(algorithm, folderStorage.read(ofVersion))
					: undefined,
			};
		} catch (error) {
			demandRoot(root, error);
			return undefined;
		}
	},
	know({ root, objects }) {
		for (const objectId of objects) known.add(below(root, placeOf(root, objectId)));
	},
	survey({ root }, tell) {
		demandRoot(root);
		const surveyed = surveyRoot(folderStorage, root, known, tell);
		if (surveyed.findings.length) demandRoot(root);
		return surveyed;
	},
	describe({ root, objectId }) {
		demandRoot(root);
		const place = placeOf(root, objectId);
		const inventory = readInventory(folderStorage, place, objectId);
		if (!inventory) return undefined;
		const sizes: Record<string, number> = {};
		for (const path of Object.values(inventory.manifest).flat())
			if (isThere(folderStorage, join(place, path))) sizes[path] = folderStorage.sizeOf(join(place, path));
		return { inventory, sizes };
	},
};

port.on('message', ({ id, kind, ask }: { id: number; kind: keyof FixityAsks; ask: never }) => {
	const run = answers[kind] as (ask: never, tell: (progress: unknown) => void) => unknown;
	// Within a promise, so that what throws at once is told of too.
	Promise.resolve()
		.then(() => run(ask, (progress) => port.postMessage({ id, progress })))
		.then((result) => port.postMessage({ id, result }))
		.catch((error: unknown) => port.postMessage({ id, error: errorAnswer(error) }));
});

async function look({
	root,
	objects,
	isWithoutContent,
	bytesPerSecond,
	isSmall,
}: FixityAsks['look']['ask']): Promise<readonly LookedObject[]> {
	demandRoot(root);
	const slow = bytesPerSecond > 0 && new ReaderPool(readAnswers(throttled(folderStorage, bytesPerSecond)));
	const readers = slow || (isSmall ? own : (several ??= new ReaderPool()));
	const looks = new Map(objects.map((objectId) => [placeOf(root, objectId), new Look(objectId)] as const));
	const there = [...looks].filter(([place, each]) => each.findsPlace(place)).map(([place]) => place);
	const read = isWithoutContent ? 'readStructure' : 'readObjects';
	const readSome = async (places: readonly string[]): Promise<void> => {
		try {
			await readers[read](root, places, takerOf(root, looks));
		} catch (error) {
			demandRoot(root, error);
			// A folder that cannot be read ends an ask; the others of it are asked for by themselves.
			for (const place of places)
				if (places.length > 1) await readSome([place]);
				else looks.get(place)?.cannotRead(place, error);
		}
	};
	const size = Math.min(OBJECTS, Math.ceil(there.length / Math.max(1, readers.size * 2)));
	const reading: Promise<void>[] = [];
	for (let at = 0; at < there.length; at += size) {
		const some = readSome(there.slice(at, at + size));
		reading.push(some);
		await readers.start(some);
	}
	await Promise.all(reading);
	for (const place of there) looks.get(place)?.foundBeyond(filesBeyondVersions(place));
	const results = [...looks.values()].map((each) => each.result());
	// The disk may have gone away while it was read, and then nothing that was found is to be believed.
	if (results.some(({ isThere: wasThere, findings }) => !wasThere || findings.length > 0)) demandRoot(root);
	return results;
}

function takerOf(root: string, looks: ReadonlyMap<string, Look>): Taker {
	return {
		took: (place, outcome) => looks.get(place)?.took(outcome, below(root, place)),
		tookContent: (place, outcome) => looks.get(place)?.tookMore(outcome, below(root, place)),
	};
}

/** One object that is looked at. */
class Look {
	#objectId: string;
	#isThere = false;
	#outcome: Pick<ObjectOutcome, 'id' | 'head' | 'inventoryDigest'> | undefined;
	#files = 0;
	#bytes = 0;
	#findings: FixityFinding[] = [];

	constructor(objectId: string) {
		this.#objectId = objectId;
	}

	findsPlace(place: string): boolean {
		return (this.#isThere = folderStorage.kindOf(place) === 'folder');
	}

	took(outcome: ObjectOutcome, place: string): void {
		const { id, head, inventoryDigest } = outcome;
		// Taken anew after an ask that failed in the middle.
		[this.#files, this.#bytes, this.#findings] = [0, 0, []];
		this.#outcome = { id, head, inventoryDigest };
		this.#add(outcome, place);
	}

	tookMore(outcome: ContentOutcome, place: string): void {
		this.#add(outcome, place);
	}

	cannotRead(place: string, error: unknown): void {
		const { code, message = '' } = error as { code?: string; message?: string };
		const path = /'(.*)'/s.exec(message)?.[1] ?? place;
		this.#findings.push(finding('F007', below(place, path), { reason: code ?? message }));
	}

	foundBeyond(paths: readonly string[]): void {
		this.#findings.push(...paths.map((path) => finding('F009', path)));
	}

	result(): LookedObject {
		const { id, head, inventoryDigest } = this.#outcome ?? {};
		return {
			objectId: this.#objectId,
			isThere: this.#isThere,
			id,
			head,
			inventoryDigest,
			files: this.#files,
			bytes: this.#bytes,
			findings: this.#findings,
		};
	}

	#add({ findings, files, bytes }: ContentOutcome, place: string): void {
		this.#files += files;
		this.#bytes += bytes;
		const inObject = (each: VerifyFinding): FixityFinding => ({ ...each, path: below(place, each.path) });
		this.#findings.push(...findings.map(inObject));
	}
}

/** Files the specification lets lie in an object without any inventory knowing them, by their paths in it. */
function filesBeyondVersions(place: string): string[] {
	const found: string[] = [];
	const walk = (folder: string, isKept: boolean): void => {
		if (folderStorage.kindOf(join(place, folder)) !== 'folder') return;
		for (const { name, kind } of folderStorage.list(join(place, folder)))
			if (kind === 'folder') walk(join(folder, name), true);
			else if (isKept) found.push(join(folder, name));
	};
	try {
		walk('logs', true);
		// A file right among the extensions is an error by itself.
		walk('extensions', false);
	} catch {
		// A folder that cannot be read was found when the object was looked at.
	}
	return found;
}

function placeOf(root: string, objectId: string): string {
	const layout = layouts.get(root) ?? layoutOf(root);
	layouts.set(root, layout);
	return join(root, layout(objectId));
}

const layouts = new Map<string, (objectId: string) => string>();

/** What a root says of its layout may be damaged itself; then objects are looked for where ours lie. */
function layoutOf(root: string): (objectId: string) => string {
	try {
		const { layout } = readDeclaredLayout(folderStorage, root, () => undefined);
		if (layout) return (objectId) => layout.pathOf(objectId) ?? objectPath(objectId);
	} catch {
		// Found by the survey.
	}
	return (objectId) => objectPath(objectId);
}
