import { eightDigitDay, type Clock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { CodedEntry } from '#domain/catalogue/reference-codes/group-numbers.ts';
import { demand, type Person } from '#domain/permissions/permissions.ts';
import {
	GATE_TARGETS,
	gateBoard,
	type GateBoard,
	type GateLine,
	type GateResult,
	type HoldingsLine,
} from '#domain/statistics/holdings/gates.ts';
import { placeTitle, type HoldingsRecord } from '#domain/statistics/holdings/holdings-record.ts';
import { numbersReport, type NumbersReport } from '#domain/statistics/holdings/line-numbers.ts';
import { figuresOf, withFigures, type DatedFigures } from '#domain/statistics/holdings/trend.ts';
import { csvLine } from '#server/catalogue/registers/csv-line.ts';
import type { Registers } from '#server/catalogue/registers/registers.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { EntryCounts } from './entry-counts.ts';
import { fondsNumbersOf } from './fonds-numbers.ts';
import { entriesOfLine } from './line-entries.ts';

/** How long a board may wait for what changed to be counted. */
const WAIT_MS = 100;
/** Who waits longer: a script, and what is kept of the day. */
const WAIT_LONG_MS = 60_000;
/** Days of one trend at most; the register has them all. */
const MOST_DAYS = 400;
const SERVER = { id: 'server', name: 'server', via: null } as const;

/** A line of a gate with what it is about. */
export interface ShownGateLine extends GateLine {
	readonly title: string;
}

/** The gates as pages show them. */
export interface ShownGateBoard extends Omit<GateBoard, 'gates'> {
	readonly gates: readonly (Omit<GateResult, 'lines'> & { readonly lines: readonly ShownGateLine[] })[];
	/** False while something that changed is still being counted: ask again in a while. */
	readonly isCurrent: boolean;
	/** Days before, oldest first; year-ends among them. Only of the whole archive. */
	readonly trend: readonly DatedFigures[];
}

/** A line of the register with the numbers that have no entry, or have too many. */
export interface ShownLine {
	readonly id: string;
	readonly title: string;
	readonly content: HoldingsRecord;
	readonly numbers: NumbersReport | undefined;
	/** The person does not work with all of the fonds: they would be told of numbers that only they do not see. */
	readonly isOthers: boolean;
}

interface Parts {
	readonly registers: Registers;
	readonly counts: EntryCounts;
	readonly storage: Storage;
	readonly clock: Clock;
}

/** The gates (三项硬指标): what the register says is held, against what the catalogue has. */
export class GateDesk {
	#parts: Parts;
	#takenOn = '';

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	/**
	 * The gates of the archive, or of one fonds.
	 * @param isPatient waits until all is counted
	 * @throws {Refusal} 'permissions.denied' · 'catalogue.unknown-fonds' (404)
	 */
	async board(
		person: Person,
		{ fonds, isPatient = false }: { readonly fonds?: string | undefined; readonly isPatient?: boolean } = {},
	): Promise<ShownGateBoard> {
		demand(person, 'see', { kind: 'register', register: 'holdings' });
		const { board, lines, isCurrent } = await this.#count(isPatient ? WAIT_LONG_MS : WAIT_MS, fonds);
		const isNothing = lines.length === 0 && board.unregistered.length === 0;
		// Of what does not exist, nothing held and nothing found would be said as of a fonds that is empty.
		if (fonds !== undefined && isNothing) await this.demandFonds(person, fonds);
		if (isCurrent && fonds === undefined) await this.#take(board);
		const titles = new Map(lines.map(({ id, content }) => [id, placeTitle(content)]));
		return {
			...board,
			gates: board.gates.map((gate) => ({
				...gate,
				lines: gate.lines.map((line) => ({ ...line, title: titles.get(line.lineId) ?? '' })),
			})),
			isCurrent,
			trend: fonds === undefined ? this.#series().slice(-MOST_DAYS) : [],
		};
	}

	/**
	 * A line and the numbers between its first and last that no entry has, and those that should not be.
	 * @throws {Refusal} 'permissions.denied' · 'catalogue.unknown-record' (404)
	 */
	async line(person: Person, id: string): Promise<ShownLine> {
		demand(person, 'see', { kind: 'register', register: 'holdings' });
		const record = this.#parts.registers.get<HoldingsRecord>('holdings', id);
		if (!record || record.isWithdrawn)
			throw new Refusal('catalogue.unknown-record', { register: 'holdings', id: id.slice(0, 64) }, 404);
		const { content } = record;
		if (!(await this.#worksWith(person, content.fondsNumber)))
			return { id, title: placeTitle(content), content, numbers: undefined, isOthers: true };
		const entries: readonly CodedEntry[] =
			content.firstNumber === undefined
				? []
				: await entriesOfLine(
						this.#parts.storage,
						person,
						content,
						this.#lines(),
						id,
						new Set(fondsNumbersOf(this.#parts.registers)),
					);
		return {
			id,
			title: placeTitle(content),
			content,
			numbers: numbersReport(content, entries),
			isOthers: false,
		};
	}

	/**
	 * Demands that a register knows the number, or that an entry the person works with has it.
	 * @throws {Refusal} 'catalogue.unknown-fonds' (404)
	 */
	async demandFonds({ fonds }: Person, fondsNumber: string): Promise<void> {
		if (fondsNumbersOf(this.#parts.registers).includes(fondsNumber)) return;
		const meant = await this.#entriesOf(fondsNumber);
		if (!meant.some((id) => fonds === null || fonds.includes(id)))
			throw new Refusal('catalogue.unknown-fonds', { fonds: fondsNumber.slice(0, 40) }, 404);
	}

	/** Whether the person works with every fonds of that number. */
	async #worksWith({ fonds }: Person, fondsNumber: string): Promise<boolean> {
		if (fonds === null) return true;
		const meant = await this.#entriesOf(fondsNumber);
		return meant.length > 0 && meant.every((id) => fonds.includes(id));
	}

	/** The entries that stand for fonds of that number. */
	async #entriesOf(fondsNumber: string): Promise<readonly EntryId[]> {
		const rows = await this.#parts.storage.db
			.selectFrom('entry')
			.select('id')
			.where('reference_code', '=', fondsNumber)
			.whereRef('fonds_id', '=', 'id')
			.where('status', '=', 'active')
			.where('hidden', '=', 0)
			.execute();
		return rows.map(({ id }) => id as EntryId);
	}

	/** The missing lists of all gates as delimited text. @throws {Refusal} as {@link board} */
	async csv(person: Person, language: 'zh' | 'en', fonds?: string): Promise<string> {
		const { gates } = await this.board(person, { fonds, isPatient: true });
		const head =
			language === 'en'
				? ['Gate', 'Records', 'Held', 'Found', 'Missing', 'Too many']
				: ['指标', '范围', '馆藏', '目录', '缺', '多'];
		const rows = gates.flatMap(({ gate, lines }) =>
			lines.map(({ title, held, found, missing, tooMany }) => [
				GATE_TARGETS.find((each) => each.gate === gate)?.label[language] ?? gate,
				title,
				...[held, found, missing, tooMany].map(String),
			]),
		);
		return `\ufeff${[head, ...rows].map(csvLine).join('')}`;
	}

	/** Keeps the figures of the day, whoever looks. To be called once in a while. */
	async takeDay(): Promise<void> {
		if (this.#takenOn === this.#today()) return;
		const { board, isCurrent } = await this.#count(WAIT_LONG_MS);
		if (isCurrent) await this.#take(board);
	}

	#lines(): readonly HoldingsLine[] {
		return this.#parts.registers.list<HoldingsRecord>('holdings').filter(({ isWithdrawn }) => !isWithdrawn);
	}

	async #count(waitMs: number, fonds?: string) {
		const { counts, isCurrent } = await this.#parts.counts.counts(waitMs);
		const isMeant = (number: string): boolean => fonds === undefined || number === fonds;
		const lines = this.#lines().filter(({ content }) => isMeant(content.fondsNumber));
		const board = gateBoard(
			lines,
			counts.filter(({ fondsNumber }) => isMeant(fondsNumber)),
		);
		return { board, lines, isCurrent };
	}

	#today(): string {
		return eightDigitDay(this.#parts.clock);
	}

	/** Days, and the ends of years, oldest first. */
	#series(): readonly DatedFigures[] {
		return this.#parts.registers
			.list<DatedFigures>('figure')
			.map(({ content }) => content)
			.toSorted((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : (a.yearEnd ?? 0) - (b.yearEnd ?? 0)));
	}

	/** The first count of a day is what is kept of it; the first of a year makes the last day before it the year's end. */
	async #take(board: GateBoard): Promise<void> {
		const on = this.#today();
		if (this.#takenOn === on || board.gates.every(({ denominator }) => denominator === 0)) return;
		this.#takenOn = on;
		const { registers } = this.#parts;
		const series = this.#series();
		const year = Number(on.slice(0, 4));
		const lastBefore = series.findLast((each) => each.yearEnd === undefined && each.on < `${year}0101`);
		const yearBefore = lastBefore && Number(lastBefore.on.slice(0, 4));
		const records: { readonly id: string; readonly content: DatedFigures }[] = [];
		if (lastBefore && !series.some(({ yearEnd }) => yearEnd === yearBefore))
			records.push({ id: `year-${yearBefore}`, content: { ...lastBefore, yearEnd: yearBefore as number } });
		const days = series.filter(({ yearEnd }) => yearEnd === undefined);
		const isTaken = days.some((each) => each.on === on);
		if (!isTaken && 'series' in withFigures(days, { on, gates: figuresOf(board.gates) }))
			records.push({ id: on, content: { on, gates: figuresOf(board.gates) } });
		if (records.length === 0) return;
		await registers.save(
			'figure',
			records.map(({ id, content }) => ({ id, based: 0, content: content as never })),
			'',
			SERVER,
		);
	}
}
