import { sql } from 'kysely';
import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { textOf, type FieldKey, type FieldValue } from '#domain/catalogue/entry.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import { isWithin, numberAfter, type OpenBlock } from '#domain/catalogue/reference-codes/code-block.ts';
import { finalPartOf, writtenPart, type CodeParts } from '#domain/catalogue/reference-codes/code-parts.ts';
import { problemParams } from '#domain/catalogue/reference-codes/code-problems.ts';
import {
	codeBasis,
	groupOfBasis,
	isProvisional,
	numbered,
	regimeInUse,
} from '#domain/catalogue/reference-codes/entry-code.ts';
import { parseCode } from '#domain/catalogue/reference-codes/parse-code.ts';
import {
	renumberPlan,
	type EntryToRenumber,
	type RenumberPlan,
} from '#domain/catalogue/reference-codes/renumber-plan.ts';
import type { Regime } from '#domain/catalogue/reference-codes/regime.ts';
import type {
	RenumberAsk,
	RenumberLine,
	RenumberPreview,
} from '#domain/catalogue/reference-codes/renumber-preview.ts';
import type { ReviewState } from '#domain/catalogue/review-states.ts';
import { can, demand, type Person } from '#domain/permissions/permissions.ts';
import type { CodeIndex } from '#server/catalogue/codes/code-index.ts';
import { codeSources } from '#server/catalogue/codes/code-sources.ts';
import { entryThing, THING_COLUMNS } from '#server/catalogue/entry-thing.ts';
import { visible } from '#server/catalogue/rows.ts';
import { openBlocks } from '#server/catalogue/codes/open-blocks.ts';
import type { Storage } from '#server/storage/storage.ts';
import { redoOf } from './redo-list.ts';
import { digestOf } from './renumber-digest.ts';

/** Entries of one renumbering, those inside of volumes among them. */
export const MAX_RENUMBERED = 5000;

interface Line {
	readonly id: EntryId;
	readonly title: string;
	readonly code: string;
	readonly state: ReviewState;
	readonly boxNumber: string;
	readonly groupKey: string;
	readonly number: number;
	readonly suffix: string;
	readonly fondsNumber: string;
	readonly regime: string;
}

/**
 * What renumbering would do; nothing is written.
 * @throws {Refusal} 'catalogue.unknown-entry' (404) | 'permissions.denied' (403) | 'catalogue.renumber-…'
 */
export async function previewRenumbering(
	{ storage, index }: { readonly storage: Storage; readonly index: CodeIndex },
	person: Person,
	ask: RenumberAsk,
): Promise<RenumberPreview> {
	await index.settled();
	const wanted = ask.groupKey ?? (await groupOfFirst(storage, index, ask.inserted ?? []));
	const all = (await linesBelow(storage, person, ask.under)).filter(
		({ groupKey }) => wanted === undefined || groupKey === wanted,
	);
	const [first] = all;
	if (!first) throw new Refusal('catalogue.renumber-empty');
	const groups = [...new Set(all.map(({ groupKey }) => groupKey))];
	const bad = all.find(({ groupKey }) => groupKey === '');
	if (bad) throw new Refusal('catalogue.renumber-uncoded', { code: bad.code });
	if (groups.length > 1)
		throw new Refusal('catalogue.renumber-mixed', { groups: groups.slice(0, 5).join(', ') });
	const fonds = index.finder.byNumber(first.fondsNumber);
	const regime = fonds && regimeInUse(fonds, first.regime);
	if (!fonds || !regime) throw new Refusal('catalogue.renumber-uncoded', { code: first.code });
	// Numbers kept for somebody offline stay theirs, with the entries that have them already.
	const kept = await openBlocks(storage, { groupKey: first.groupKey });
	demandFree(ask, all, kept);
	const moving =
		ask.insertAt === undefined
			? all
			: all.filter(({ number }) => number >= (ask.insertAt as number) && !isWithin(number, kept));
	if (ask.insertAt !== undefined && moving.length === 0)
		throw new Refusal('catalogue.renumber-insert-at', { number: ask.insertAt });
	const inside = await linesInside(
		storage,
		person,
		moving.map(({ id }) => id),
	);
	if (moving.length + inside.size > MAX_RENUMBERED)
		throw new Refusal('catalogue.renumber-too-many', { most: MAX_RENUMBERED });
	const entries = moving.map((line) => toRenumber(line, regime, inside));
	const count = ask.inserted?.length ?? ask.insertCount ?? 1;
	const taken = await takenCodes(storage, first.groupKey, [...moving, ...[...inside.values()].flat()]);
	const plans =
		ask.insertAt === undefined
			? [renumberPlan(regime, entries, { from: ask.from ?? 1, step: ask.step ?? 1, taken })]
			: runsOf(entries, moving, (number) => numberAfter(number, count, kept)).map(({ from, run }) =>
					renumberPlan(regime, run, { from, taken }),
				);
	const good: RenumberPlan[] = [];
	for (const plan of plans) {
		if (plan.ok) good.push(plan);
		else throw new Refusal('catalogue.renumber-problem', problemParams(plan.problems[0]));
	}
	const known = new Map([...moving, ...[...inside.values()].flat()].map((line) => [line.id, line]));
	const lines = good.flatMap((plan) => linesOf(plan, known));
	const { insertAt } = ask;
	const freed =
		insertAt === undefined ? [] : Array.from({ length: count }, (_, at) => numberAfter(insertAt, at, kept));
	const free = await freeCodes(storage, index, first, freed);
	const inserted = await insertedLines({ storage, index }, person, ask.inserted ?? [], free, first.groupKey);
	const changed = [...lines, ...inserted];
	if (changed.length === 0) throw new Refusal('catalogue.renumber-nothing');
	const registered = changed.filter(({ state }) => state === 'registered').length;
	const way = registered > 0 ? 'order' : 'edits';
	const digest = digestOf(first.groupKey, way, changed, free);
	if (ask.seen !== undefined && ask.seen !== digest) throw new Refusal('catalogue.renumber-changed', {}, 409);
	return {
		digest,
		groupKey: first.groupKey,
		lines: changed,
		freeCodes: ask.inserted ? [] : free,
		sharedOldCodes: good.flatMap(({ sharedOldCodes }) => sharedOldCodes),
		redo: redoOf(changed, all),
		kept: insertAt === undefined ? [] : kept.filter(({ to }) => to >= insertAt),
		way,
		registered,
	};
}

/** What is inserted says where: the group its code will be of. */
async function groupOfFirst(
	storage: Storage,
	index: CodeIndex,
	[first]: readonly EntryId[],
): Promise<string | undefined> {
	if (first === undefined) return undefined;
	const [source] = await codeSources(storage, index.finder, { ids: [first] });
	if (!source?.fonds) return undefined;
	const basis = codeBasis(profileOf(source.profile), source.chain, source.fonds);
	return basis.ok ? groupOfBasis(basis, source.fonds.fondsNumber) : undefined;
}

/** Entries with codes in the list of an entry, in its order. @throws {Refusal} when the person may propose none of that */
async function linesBelow(storage: Storage, person: Person, under: EntryId): Promise<Line[]> {
	const root = await visible(storage.db, person)
		.select(['entry.id', ...THING_COLUMNS.map((column) => `entry.${column}` as const)])
		.where('entry.id', '=', under)
		.executeTakeFirst();
	if (!root) throw new Refusal('catalogue.unknown-entry', { id: under }, 404);
	demand(person, 'comment', entryThing(root));
	return readLines(storage, person, sql<boolean>`entry.parent_id = ${under}`);
}

/** What lies in each of the entries. */
async function linesInside(
	storage: Storage,
	person: Person,
	ids: readonly EntryId[],
): Promise<Map<EntryId, Line[]>> {
	const found = new Map<EntryId, Line[]>();
	for (let from = 0; from < ids.length; from += 500) {
		const part = ids.slice(from, from + 500);
		for (const line of await readLines(
			storage,
			person,
			sql<boolean>`entry.parent_id in (${sql.join(part)})`,
		)) {
			const known = found.get(line.parentId);
			if (known) known.push(line);
			else found.set(line.parentId, [line]);
		}
	}
	return found;
}

async function readLines(
	{ db }: Storage,
	person: Person,
	where: ReturnType<typeof sql<boolean>>,
): Promise<(Line & { readonly parentId: EntryId })[]> {
	const rows = await visible(db, person)
		.innerJoin('coded_entry as code', 'code.row_id', 'entry.row_id')
		.select([
			'entry.id',
			'entry.parent_id',
			'entry.title',
			'entry.reference_code',
			'entry.review_state',
			'entry.fields',
			'code.group_key',
			'code.number',
			'code.suffix',
			'code.fonds_number',
			'code.regime',
			'code.part',
			...THING_COLUMNS.filter((column) => column !== 'review_state').map(
				(column) => `entry.${column}` as const,
			),
		])
		.where(where)
		.where('code.active', '=', 1)
		.orderBy('entry.order_key')
		.orderBy('entry.id')
		.limit(MAX_RENUMBERED + 1)
		.execute();
	return rows.map((row) => {
		demand(person, 'comment', entryThing(row as never));
		const fields = JSON.parse(row.fields) as Record<FieldKey, FieldValue>;
		return {
			id: row.id as EntryId,
			parentId: row.parent_id as EntryId,
			title: row.title,
			code: row.reference_code,
			state: row.review_state as ReviewState,
			boxNumber: textOf(fields['boxNumber']).trim(),
			groupKey: row.group_key,
			number: row.number,
			suffix: row.suffix,
			fondsNumber: row.fonds_number,
			regime: row.regime,
		};
	});
}

/** The same with its parts, and with what lies in it. @throws {Refusal} 'catalogue.renumber-pages' */
function toRenumber(
	line: Line,
	regime: Regime,
	inside: ReadonlyMap<EntryId, readonly Line[]>,
): EntryToRenumber {
	const parts = partsOf(line, regime);
	if (finalPartOf(parts) === 'pageNumber') throw new Refusal('catalogue.renumber-pages');
	return {
		id: line.id,
		parts,
		...(line.boxNumber === '' ? {} : { boxNumber: line.boxNumber }),
		inside: (inside.get(line.id) ?? [])
			// What says another volume is not in this one.
			.filter((each) => each.groupKey.startsWith(`${line.groupKey}${line.number}${line.suffix}-`))
			.map((each) => ({ id: each.id, parts: partsOf(each, regime) })),
	};
}

function partsOf({ code }: Line, regime: Regime): CodeParts {
	const parsed = parseCode(regime, code);
	if (!parsed.ok) throw new Refusal('catalogue.renumber-uncoded', { code });
	return parsed.parts;
}

/**
 * Numbers kept for somebody offline are nobody's to give, and nothing lands among them.
 * @throws {Refusal} 'catalogue.renumber-kept'
 */
function demandFree(ask: RenumberAsk, lines: readonly Line[], kept: readonly OpenBlock[]): void {
	const { insertAt, from = 1, step = 1 } = ask;
	const last = from + (lines.length - 1) * step;
	const block = kept.find((each) =>
		insertAt === undefined
			? (from <= each.to && last >= each.from) || lines.some(({ number }) => isWithin(number, [each]))
			: isWithin(insertAt, [each]),
	);
	if (block)
		throw new Refusal('catalogue.renumber-kept', {
			group: block.groupKey,
			from: block.from,
			to: block.to,
			name: block.personName,
		});
}

/** Entries in runs of new numbers that follow each other, rising: a gap with a reason stays one. */
function runsOf(
	entries: readonly EntryToRenumber[],
	lines: readonly Line[],
	target: (number: number) => number,
): { readonly from: number; readonly run: EntryToRenumber[] }[] {
	const byNumber = lines
		.map((line, at) => ({ to: target(line.number), entry: entries[at] as EntryToRenumber }))
		.toSorted((a, b) => a.to - b.to);
	const runs: { from: number; next: number; run: EntryToRenumber[] }[] = [];
	for (const { to, entry } of byNumber) {
		const last = runs.at(-1);
		if (last && to === last.next) {
			last.run.push(entry);
			last.next++;
		} else runs.push({ from: to, next: to + 1, run: [entry] });
	}
	return runs;
}

/** Codes of the group that others hold, deleted ones too. */
async function takenCodes({ db }: Storage, groupKey: string, own: readonly Line[]): Promise<Set<string>> {
	const mine = new Set(own.map(({ id }) => id as string));
	const rows = await db
		.selectFrom('coded_entry')
		.select(['entry_id', 'canonical'])
		.where('group_key', '=', groupKey)
		.execute();
	return new Set(rows.filter(({ entry_id }) => !mine.has(entry_id)).map(({ canonical }) => canonical));
}

function linesOf(plan: RenumberPlan, known: ReadonlyMap<string, Line>): RenumberLine[] {
	// A step aside is for those who apply rows one by one; here each entry changes once.
	const last = new Map(plan.rows.flatMap((row) => (row.temporary ? [] : [[row.id, row] as const])));
	return [...known.keys()].flatMap((id): RenumberLine[] => {
		const row = last.get(id);
		const line = known.get(id);
		if (!row?.parts || !line) return [];
		const final = finalPartOf(row.parts);
		const number = final && row.parts[final];
		const digits = /\d+\D?$/u.exec(row.newCode)?.[0] ?? '';
		const isOwn = number !== undefined && number.value !== line.number;
		return [
			{
				id: line.id,
				title: line.title,
				oldCode: line.code,
				newCode: row.newCode,
				field: isOwn && final ? final : '',
				number: isOwn ? digits || writtenPart(number) : '',
				state: line.state,
				boxNumber: line.boxNumber,
			},
		];
	});
}

/** The codes of numbers that become free, made as those of the group. */
async function freeCodes(
	storage: Storage,
	index: CodeIndex,
	like: Line,
	numbers: readonly number[],
): Promise<string[]> {
	if (numbers.length === 0) return [];
	const [source] = await codeSources(storage, index.finder, { ids: [like.id] });
	const fonds = index.finder.byNumber(like.fondsNumber);
	const regime = fonds && regimeInUse(fonds, like.regime);
	if (!source || !regime) return [];
	const parts = partsOf(like, regime);
	const final = finalPartOf(parts);
	if (!final) return [];
	const width = parts[final]?.width;
	return numbers.map((number) => {
		const code = numbered({ ok: true, regime, final, parts }, like.fondsNumber, number, width);
		return 'problems' in code ? '' : code.canonical;
	});
}

/** New entries with the codes that are free for them. @throws {Refusal} when one is of another group or has a code */
async function insertedLines(
	{ storage, index }: { readonly storage: Storage; readonly index: CodeIndex },
	person: Person,
	ids: readonly EntryId[],
	free: readonly string[],
	groupKey: string,
): Promise<RenumberLine[]> {
	if (ids.length === 0) return [];
	const sources = new Map((await codeSources(storage, index.finder, { ids })).map((each) => [each.id, each]));
	const things = await visible(storage.db, person)
		.select(['entry.id', ...THING_COLUMNS.map((column) => `entry.${column}` as const)])
		.where('entry.id', 'in', [...ids])
		.execute();
	const allowed = new Map(things.map((row) => [row.id, { thing: entryThing(row), state: row.review_state }]));
	return ids.map((id, at): RenumberLine => {
		const source = sources.get(id);
		const known = allowed.get(id);
		if (!source || !known || !can(person, 'comment', known.thing))
			throw new Refusal('catalogue.unknown-entry', { id }, 404);
		const own = source.chain[0];
		const oldCode = textOf(own?.fields['referenceCode']).trim();
		const basis = codeBasis(profileOf(source.profile), source.chain, source.fonds);
		if (!basis.ok) throw new Refusal(basis.code, basis.params);
		const key = groupOfBasis(basis, source.fonds?.fondsNumber ?? '');
		if (key !== groupKey || !isProvisional(oldCode))
			throw new Refusal('catalogue.renumber-mixed', { groups: `${groupKey}, ${oldCode || key}` });
		const newCode = free[at] ?? '';
		return {
			id,
			title: source.title,
			oldCode,
			newCode,
			field: basis.final,
			number: /\d+$/.exec(newCode)?.[0] ?? '',
			state: known.state as ReviewState,
			boxNumber: textOf(own?.fields['boxNumber']).trim(),
		};
	});
}
