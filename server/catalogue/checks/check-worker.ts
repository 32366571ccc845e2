import { parentPort, workerData } from 'node:worker_threads';
import { DatabaseSync } from 'node:sqlite';
import { must } from '#domain/base/assert.ts';
import { useLocalFields } from '#domain/catalogue/profiles.ts';
import type { CheckAsks, FindingCells } from './check-asks.ts';
import { acrossCells, CheckRun } from './check-run.ts';
import type { CheckRow } from './check-rows.ts';
import { CheckFacts, type FondsRow } from './check-facts.ts';
import { Checking } from './checking.ts';
import { ArchiveCodes } from './codes-elsewhere.ts';
import { changesBetween, FindingChanges } from './finding-changes.ts';

/** Items of a file that a change of the file concerns. */
const MOST_CHILDREN = 500;

const port = must(parentPort, 'this file runs as a worker');
const { file } = workerData as { readonly file: string };
const database = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
const changes = new FindingChanges(database);
const codes = new ArchiveCodes(database);
let facts: CheckFacts | undefined;
let checking: Checking | undefined;
let run: CheckRun | undefined;

function ready(): { checking: Checking; facts: CheckFacts } {
	return { checking: must(checking, 'facts were read'), facts: must(facts, 'facts were read') };
}

const answers: { [Kind in keyof CheckAsks]: (ask: CheckAsks[Kind]['ask']) => CheckAsks[Kind]['answer'] } = {
	facts({ today, localFields }) {
		useLocalFields(localFields);
		facts = new CheckFacts(database, today);
		checking = new Checking(database, facts);
		run = undefined;
	},
	exceptions() {
		ready().facts.readExceptions(database);
	},
	begin({ position, ...scope }) {
		run = new CheckRun({ ...ready(), changes, codes, facts: () => ready().facts }, scope, position);
		return { total: run.total };
	},
	step({ runId, now }) {
		if (run?.runId !== runId) throw new Error(`run ${runId} is not under way`);
		return run.step(now);
	},
	recheck({ ids, now }) {
		const { checking } = ready();
		checking.forget();
		const finding = { now, runId: null };
		const asked = new Map<string, CheckRow | undefined>();
		for (const id of ids) for (const [each, row] of concerned(id)) asked.set(each, row);
		const fondsRows = new Map<string, FondsRow | undefined>();
		const found: FindingCells[] = [];
		for (const row of asked.values()) {
			if (!row) continue;
			if (!fondsRows.has(row.fonds_id)) fondsRows.set(row.fonds_id, checking.rows.fonds(row.fonds_id));
			const fonds = fondsRows.get(row.fonds_id);
			if (fonds) found.push(...checking.entry(row, fonds, finding));
		}
		const kept = changes.keptOf([...asked.keys()], undefined);
		return { ...changesBetween(kept, found), fondsIds: [...fondsRows.keys()], checked: asked.size };
	},
	entryFacts({ id }) {
		const { checking, facts } = ready();
		const row = checking.rows.row(id);
		const fonds = row && checking.rows.fonds(row.fonds_id);
		if (!row || !fonds) return undefined;
		checking.forget();
		return {
			facts: checking.entryWithFacts(row, fonds).entry.facts ?? {},
			fondsNumber: facts.preparedFor(fonds, row.profile).facts.fonds?.fondsNumber ?? null,
		};
	},
	across({ fondsId, most, now }) {
		const { checking, facts } = ready();
		const fonds = checking.rows.fonds(fondsId);
		if (!fonds || checking.rows.countOfFonds(fondsId) > most)
			return { removed: [], added: [], concerned: [] };
		const across = checking.acrossFor(fonds);
		const finding = { now, runId: null };
		const looking = { across, isChecked: false, rules: undefined, finding };
		checking.fondsEntry(fonds, looking);
		for (const { id } of checking.rows.containersOf(fondsId))
			for (const _slice of checking.container(id, fonds, looking));
		const reading = codes.read(checking, facts, fondsId);
		let read = reading.next();
		while (!read.done) read = reading.next();
		const elsewhere = read.value.elsewhere(fondsId);
		const found = acrossCells(checking, facts, fonds, across.finish(elsewhere), finding);
		const kept = changes.keptAcross(fondsId, undefined);
		const { removed, added } = changesBetween(kept, found);
		return {
			removed: [...new Set([...removed, ...changes.straysOf(fondsId)])],
			added,
			concerned: changes.concernedBy(fondsId, kept, { removed, added }),
		};
	},
};

/** An entry with those whose findings depend on what it says: its neighbours, and what lies in it when it is a file. */
function concerned(id: string): [string, CheckRow | undefined][] {
	const { rows } = ready().checking;
	const row = rows.row(id);
	if (!row) return [[id, undefined]];
	const others = row.level === 'item' ? [rows.before(row), rows.after(row)] : [];
	if (row.level === 'file') others.push(...rows.children(id, { order_key: '', id: '' }, MOST_CHILDREN));
	return [[id, row], ...others.flatMap((each): [string, CheckRow][] => (each ? [[each.id, each]] : []))];
}

port.on('message', ({ id, kind, ask }: { id: number; kind: keyof CheckAsks; ask: never }) => {
	try {
		port.postMessage({ id, result: answers[kind](ask) });
	} catch (error) {
		const { message, stack } = error as Error;
		port.postMessage({ id, error: stack ?? message });
	}
});
