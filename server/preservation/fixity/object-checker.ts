import type { WorkerClient } from '../worker-client.ts';
import type { FixityRegister } from './fixity-register.ts';
import type { FixityAsks, LookedObject } from './fixity-worker.ts';
import { isAsKnown, isOfContent, judge, type KnownObject, type Verdict } from './object-verdict.ts';

/** Looks at an object that changes all the time, before the store is made to hold still. */
const LOOKS = 3;
/** Read before threads would have begun. */
const SMALL = { objects: 32, bytes: 8 * 1024 * 1024 };

/**
 * Checks objects: every byte against every digest, and what they are against the register.
 *
 * An object that is just getting a version is between two states for a moment. The register is asked before the object is
 * looked at, so that it can only be behind; and what is odd is looked at again while the store holds still. So is what failed
 * while something was repaired or purged: it may be whole by now, or gone.
 */
export class ObjectChecker {
	#root: string;
	#worker: WorkerClient<FixityAsks>;
	#register: FixityRegister;
	#hold: () => Promise<() => void>;
	#watch: () => () => boolean;

	constructor(parts: {
		readonly root: string;
		readonly worker: WorkerClient<FixityAsks>;
		readonly register: FixityRegister;
		/** Keeps the store as it is until the returned function is called. */
		readonly hold: () => Promise<() => void>;
		/** Begins to watch whether objects are repaired or purged. */
		readonly watch: () => () => boolean;
	}) {
		this.#root = parts.root;
		this.#worker = parts.worker;
		this.#register = parts.register;
		this.#hold = parts.hold;
		this.#watch = parts.watch;
	}

	/** Verdicts in the order of the ids; none for ids the register does not know. */
	async check(ids: readonly string[], bytesPerSecond: number): Promise<Verdict[]> {
		const isStill = this.#watch();
		const known = await this.#register.known(ids);
		const looks = await this.#look(known, bytesPerSecond);
		const verdicts: (Verdict | undefined)[] = [];
		for (const [index, each] of known.entries()) {
			const look = looks[index] as LookedObject;
			const verdict = judge(each, look);
			const isClear =
				isAsKnown(each, look) && look.findings.every((found) => isOfContent(found) || !isOdd(found.code));
			verdicts.push(isClear ? verdict : await this.#again(each, { look, isStill }, bytesPerSecond));
		}
		// Others of them were waited for meanwhile.
		for (const [index, each] of known.entries()) {
			const look = looks[index] as LookedObject;
			if (verdicts[index]?.findings.length && !isStill())
				verdicts[index] = await this.#again(each, { look, isStill }, bytesPerSecond);
		}
		return verdicts.filter((each) => each !== undefined);
	}

	/** Undefined when it was purged meanwhile. */
	async #again(
		first: KnownObject,
		seen: { readonly look: LookedObject; readonly isStill: () => boolean },
		bytesPerSecond: number,
	): Promise<Verdict | undefined> {
		let { look, isStill } = seen;
		for (let looks = 1; ; looks++) {
			const release = await this.#hold();
			try {
				const [known] = await this.#register.known([first.objectId]);
				if (!known) return undefined;
				const isLast = looks >= LOOKS;
				const still = (await this.#look([known], isLast ? 0 : bytesPerSecond, !isLast))[0] as LookedObject;
				if (isLast) return await this.#judge(known, still);
				if (
					isStill() &&
					still.isThere === look.isThere &&
					still.inventoryDigest === look.inventoryDigest &&
					isRead(look)
				) {
					const content = look.findings.filter(isOfContent);
					const structure = still.findings.filter((each) => !isOfContent(each));
					const { files, bytes } = look;
					return await this.#judge(known, { ...still, files, bytes, findings: [...structure, ...content] });
				}
			} finally {
				release();
			}
			isStill = this.#watch();
			look = (await this.#look([first], bytesPerSecond))[0] as LookedObject;
		}
	}

	async #judge(known: KnownObject, look: LookedObject): Promise<Verdict> {
		const isNewer = look.id === known.objectId && (look.head ?? 0) > known.head;
		const newer = isNewer
			? await this.#worker.ask('newer', { root: this.#root, objectId: known.objectId, known: known.head })
			: undefined;
		return judge(known, look, newer);
	}

	async #look(
		known: readonly KnownObject[],
		bytesPerSecond: number,
		isWithoutContent = false,
	): Promise<readonly LookedObject[]> {
		if (known.length === 0) return [];
		return this.#worker.ask('look', {
			root: this.#root,
			objects: known.map(({ objectId }) => objectId),
			bytesPerSecond,
			isSmall:
				known.length <= SMALL.objects && known.reduce((sum, { bytes }) => sum + bytes, 0) <= SMALL.bytes,
			...(isWithoutContent ? { isWithoutContent } : {}),
		});
	}
}

/** Notes that say nothing of an object's state. */
function isOdd(code: string): boolean {
	return !code.startsWith('I') || code === 'I004';
}

/** False when the inventory was unreadable just then, so that no content was read. */
function isRead({ inventoryDigest, head, isThere }: LookedObject): boolean {
	return !isThere || (inventoryDigest !== undefined && head !== undefined);
}
