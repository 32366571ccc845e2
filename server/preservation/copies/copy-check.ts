import { isoAt, type Clock } from '#domain/base/clock.ts';
import type { Verdict } from '../ocfl-verify-run.ts';
import { verifyApart } from '../verification.ts';
import type { CopyKeeper } from './copy-keeper.ts';
import type { CopyRegister } from './copy-register.ts';
import type { ComparedObject, RegisteredObject } from './copy-worker.ts';

/** What a check of a copy found, every byte of it. */
export interface CopyVerdict extends Verdict {
	/** Objects that are not in the copy as they should be, each with why. */
	readonly differing: readonly CopyDifference[];
}

/** An object that is not in a copy as it should be. */
export interface CopyDifference {
	readonly objectId: string;
	readonly reason: string;
	/** Number of its newest version in the copy, and in the register; null where there is none. */
	readonly held: number | null;
	readonly registered: number | null;
}

/** Objects compared at once. */
const PAGE = 200;
const DAMAGED = 'preservation.copy-damaged';
const NEWER = 'preservation.copy-newer';
const PURGED = 'preservation.object-purged';

/**
 * Reads a copy whole, and compares it with the register: everything registered must be there with all its versions, and
 * nothing that was purged. Inside the copy's turn, after it was brought up to date.
 */
export async function checkCopy(
	{ register, clock }: { readonly register: CopyRegister; readonly clock: Clock },
	keeper: CopyKeeper,
	copyId: string,
	running: { readonly signal: AbortSignal | undefined; readonly onProgress: (progress: object) => void },
): Promise<CopyVerdict> {
	const { signal, onProgress } = running;
	const verdict = await verifyApart({ path: keeper.root }, { onProgress, ...(signal ? { signal } : {}) });
	const damaged = verdict.errors.flatMap(({ path }) => /[0-9a-f]{64}/.exec(path)?.[0] ?? []);
	const differing = new Map<string, CopyDifference>();
	await keeper.open();
	/** What waits is brought, and compared with what the register says by then. */
	const bringAgain = async (late: ReadonlySet<string>): Promise<Compared[]> => {
		if (late.size === 0) return [];
		const brought = new Set<string>();
		await keeper.bring(copyId, [...late], (outcomes) => {
			for (const { objectId, done } of outcomes) if (done) brought.add(objectId);
		});
		const now = await Promise.all([...late].map((objectId) => register.object(objectId)));
		const compared = await compare(
			keeper,
			now.filter((object) => object !== undefined),
			damaged,
		);
		// A version of the store that is not in its register yet, as a crash leaves it, is no difference of the copy.
		return compared.filter(({ objectId, reason }) => reason !== NEWER || !brought.has(objectId));
	};
	for (let after = ''; ;) {
		const objects = await register.registered(after, PAGE);
		after = objects.at(-1)?.objectId ?? '';
		if (after === '') break;
		const compared = await compare(keeper, objects, damaged);
		const late = await lateOf(register, clock, copyId, compared);
		const settled = compared.filter(({ objectId }) => !late.has(objectId));
		await register.checked(copyId, settled);
		for (const { objectId, reason, held, head } of [...settled, ...(await bringAgain(late))])
			if (reason !== null) differing.set(objectId, { objectId, reason, held, registered: head });
	}
	const unpurged = await keeper.unpurged();
	for (const objectId of unpurged)
		differing.set(objectId, {
			held: null,
			registered: null,
			...differing.get(objectId),
			objectId,
			reason: PURGED,
		});
	await register.removals.askOf(copyId, unpurged);
	const isWhole = verdict.valid && differing.size === 0;
	await register.write([
		register.event({
			objectId: null,
			type: 'fixity check',
			outcome: isWhole ? 'success' : 'failure',
			detail: {
				copyId,
				path: keeper.path,
				objects: verdict.objects,
				bytes: verdict.bytes,
				errors: verdict.errors.length,
				differing: differing.size,
			},
		}),
	]);
	const [first] = differing.values();
	await keeper.judge(copyId, first?.reason ?? (isWhole ? undefined : DAMAGED));
	return { ...verdict, differing: [...differing.values()] };
}

type Compared = RegisteredObject & ComparedObject;

async function compare(
	keeper: CopyKeeper,
	objects: readonly RegisteredObject[],
	damaged: readonly string[],
): Promise<Compared[]> {
	const compared = await keeper.ask('compare', { objects, damaged });
	return objects.map((object, index) => ({ ...object, ...(compared[index] as ComparedObject) }));
}

/** Objects that differ and are known to wait: written after the copy was brought up to date, or impossible to bring. */
async function lateOf(
	register: CopyRegister,
	clock: Clock,
	copyId: string,
	compared: readonly Compared[],
): Promise<ReadonlySet<string>> {
	const among = compared.filter(({ reason }) => reason !== null && reason !== DAMAGED);
	const waiting = await register.waiting(copyId, isoAt(clock), {
		limit: PAGE,
		among: among.map(({ objectId }) => objectId),
	});
	return new Set(waiting.map(({ objectId }) => objectId));
}
