import type { WorkerClient } from '../worker-client.ts';
import { objectPath } from '../ocfl-layout.ts';
import type { SurveyedObject } from '../store-survey.ts';
import { finding, type FixityFinding } from './fixity-finding.ts';
import type { FixityRegister } from './fixity-register.ts';
import type { FixityAsks } from './fixity-worker.ts';
import type { SurveyedRoot } from './root-walk.ts';

/** What a survey did. */
export interface Surveyed {
	/** Objects that were not known. */
	readonly added: number;
	readonly findings: readonly FixityFinding[];
}

const PAGE = 1000;

/**
 * Adds the objects of the root that the register does not know, and finds what does not belong between them: also objects
 * that were purged. A version that is just coming in makes its folders first: what was found is looked for again after
 * what was being written.
 */
export async function survey(parts: {
	readonly root: string;
	readonly worker: WorkerClient<FixityAsks>;
	readonly register: FixityRegister;
	readonly hold: () => Promise<() => void>;
	readonly at: string;
	readonly signal: AbortSignal;
}): Promise<Surveyed> {
	const { register, signal } = parts;
	await tellKnown(parts);
	const first = await walk(parts);
	const known = await register.rootFiles(first.files, parts.at);
	let findings = [...first.findings, ...changedFiles(known, first.files)];
	if (findings.length && !signal.aborted) {
		const release = await parts.hold();
		release();
		// What came in meanwhile is known by now, and may be getting its next version.
		await tellKnown(parts);
		const second = await walk(parts);
		const still = new Set([...second.findings, ...changedFiles(known, second.files)].map(keyOf));
		findings = findings.filter((each) => still.has(keyOf(each)));
	}
	return { added: first.added, findings };
}

/** Tells the worker which objects need not be looked at. */
async function tellKnown({
	root,
	worker,
	register,
	signal,
}: Pick<Parameters<typeof survey>[0], 'root' | 'worker' | 'register' | 'signal'>): Promise<void> {
	for (let after = ''; !signal.aborted;) {
		const rows = await register.page(after, PAGE);
		if (rows.length === 0) return;
		await worker.ask('know', { root, objects: rows.map(({ object_id }) => object_id) });
		after = rows.at(-1)?.object_id ?? after;
	}
}

async function walk({
	root,
	worker,
	register,
}: Pick<Parameters<typeof survey>[0], 'root' | 'worker' | 'register'>): Promise<
	SurveyedRoot & Pick<Surveyed, 'added'>
> {
	let added = 0;
	const back: FixityFinding[] = [];
	const purged = await register.purged();
	let adding: Promise<void> = Promise.resolve();
	const result = await worker.ask('survey', { root }, (progress) => {
		const found = progress as readonly SurveyedObject[];
		for (const { objectId: id } of found)
			if (purged.has(id)) back.push(finding('F011', objectPath(id), { id }));
		adding = adding.then(async () => {
			// In the register it would be kept for good, and go into every copy.
			added += await register.add(found.filter(({ objectId }) => !purged.has(objectId)));
		});
		// Told of where it is waited for.
		adding.catch(() => undefined);
	});
	await adding;
	return { ...result, findings: [...result.findings, ...back], added };
}

function changedFiles(
	known: ReadonlyMap<string, string>,
	seen: Readonly<Record<string, string>>,
): FixityFinding[] {
	// The first survey is where everything is seen first.
	const more = known.size > 0 ? Object.keys(seen).filter((path) => !known.has(path)) : [];
	return [
		...[...known].flatMap(([path, digest]) => {
			if (seen[path] === undefined) return [finding('F008', path)];
			return seen[path] === digest ? [] : [finding('F006', path)];
		}),
		...more.map((path) => finding('F010', path)),
	];
}

function keyOf({ code, path }: FixityFinding): string {
	return `${code} ${path}`;
}
