import { DatabaseSync } from 'node:sqlite';
import { textOf, type PlacedEntry } from '#domain/catalogue/entry.ts';
import { fondsOfEntry, type Profile } from '#domain/catalogue/profile.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import { plainTextOf } from '#domain/catalogue/rich-text.ts';
import { checkEntry } from '#domain/catalogue/rules/check-entry.ts';
import { isCheckedProfile } from '#domain/catalogue/rules/checked-profile.ts';
import { CheckFacts, type FondsRow } from '../checks/check-facts.ts';
import { CheckRows } from '../checks/check-rows.ts';
import { containerFacts, type ContainerFacts } from '../checks/container-facts.ts';
import type { PlaceUnder } from './entry-placing.ts';
import type { ImportFindings } from './import-report.ts';

/** Rows named of each rule. */
const EXAMPLES = 20;
const NO_FACTS: ContainerFacts = Object.freeze({});

/** Where registers are read for checks, and for which day. */
export interface ChecksWork {
	readonly database: string;
	/** `YYYYMMDD` */
	readonly today: string;
}

/** Checks entries by the rules while they are read. Findings are counted; they keep nothing from being imported. */
export class ImportChecks {
	readonly #facts: CheckFacts;
	readonly #profile: Profile;
	readonly #found = new Map<string, { -readonly [Key in keyof ImportFindings]: ImportFindings[Key] }>();
	/** What containers tell of what lies in them. */
	readonly #above = new Map<string, ContainerFacts>();
	/** The fonds it goes into. */
	readonly #under: FondsRow | undefined;
	readonly #underId: string | undefined;
	/** The fonds of containers; of what is none its fonds is the one that is being read. */
	readonly #fonds = new Map<string, FondsRow>();
	#reading: FondsRow | undefined;

	private constructor(
		facts: CheckFacts,
		profile: Profile,
		under: { readonly id: string; readonly fonds: FondsRow } | undefined,
	) {
		this.#facts = facts;
		this.#profile = profile;
		this.#under = under?.fonds;
		this.#underId = under?.id;
	}

	/** Reads registers as they are now; undefined for profiles that are not checked. */
	static open(
		{ database: file, today }: ChecksWork,
		profile: string,
		under: PlaceUnder | undefined,
	): ImportChecks | undefined {
		if (!isCheckedProfile(profile)) return undefined;
		const database = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
		try {
			const fonds = under ? new CheckRows(database).fonds(under.fondsId) : undefined;
			return new ImportChecks(
				new CheckFacts(database, today),
				profileOf(profile),
				under && fonds && { id: under.id, fonds },
			);
		} finally {
			database.close();
		}
	}

	/** @param line where it stands in the file */
	check(entry: PlacedEntry, line: number): void {
		const fonds = (this.#reading = this.#fondsOf(entry));
		const prepared = this.#facts.preparedFor(fonds, this.#profile.id);
		const above = (entry.parentId && fonds.id !== entry.id && this.#above.get(entry.parentId)) || NO_FACTS;
		if (entry.level !== 'item') {
			this.#fonds.set(entry.id, fonds);
			this.#above.set(
				entry.id,
				containerFacts(entry.level, entry.fields, above, prepared.today, prepared.facts.fonds),
			);
		}
		const bodies = Object.entries(entry.bodies);
		for (const finding of checkEntry(
			{
				id: entry.id,
				level: entry.level,
				parentId: entry.parentId,
				fields: entry.fields,
				...(bodies.length === 0
					? {}
					: { bodies: Object.fromEntries(bodies.map(([field, text]) => [field, plainTextOf(text)])) }),
				facts: above,
			},
			prepared,
		)) {
			const { rule, severity, field, message, params, value } = finding;
			const key = `${rule} ${severity}`;
			const known = this.#found.get(key) ?? { rule, severity, count: 0, examples: [] };
			known.count++;
			if (known.examples.length < EXAMPLES)
				known.examples = [
					...known.examples,
					{
						line,
						referenceCode: String(entry.fields['referenceCode'] ?? '').slice(0, 60),
						field,
						message,
						params,
						value,
					},
				];
			this.#found.set(key, known);
		}
	}

	#fondsOf({ id, level, parentId, fields }: PlacedEntry): FondsRow {
		const isOutermost = parentId === null || parentId === this.#underId;
		const above = isOutermost ? this.#under : (this.#fonds.get(parentId) ?? this.#reading);
		if (above && fondsOfEntry<string>(this.#profile, { id, level }, above.id) === above.id) return above;
		const { referenceCode } = fields;
		return { id, row_id: 0, reference_code: textOf(referenceCode), fields: JSON.stringify(fields) };
	}

	/** What was found, the most severe and most frequent first. */
	get findings(): readonly ImportFindings[] {
		const weight = ({ severity }: ImportFindings): number => 'EWI'.indexOf(severity);
		return [...this.#found.values()].sort((a, b) => weight(a) - weight(b) || b.count - a.count);
	}
}
