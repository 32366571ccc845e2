import { Answers } from '#client/answers.ts';
import { checksClient } from '#client/checks-client.ts';
import type { EntrySession } from '#client/contract.ts';
import { serverClock } from '#client/server-clock.ts';
import { eightDigitDay } from '#domain/base/clock.ts';
import { isRefusal } from '#domain/base/refusal.ts';
import { AuthorityIndex } from '#domain/catalogue/authorities/authority-index.ts';
import type { ShownFinding } from '#domain/catalogue/checks/campaign.ts';
import { fieldIdOf, textOf, type FieldKey, type FieldValue } from '#domain/catalogue/entry.ts';
import { checkEntry } from '#domain/catalogue/rules/check-entry.ts';
import { isCheckedProfile } from '#domain/catalogue/rules/checked-profile.ts';
import { withText } from '#domain/catalogue/rules/entry-view.ts';
import type { RuleFinding } from '#domain/catalogue/rules/rule.ts';
import { prepareRules, type PreparedRules } from '#domain/catalogue/rules/rule-facts.ts';
import { loadRuleWords } from '#i18n/rule-words.ts';
import type { CardFacts } from '#server/catalogue/checks/check-desk.ts';
import { profileOrFirst } from '../entry-words.ts';
import { keysOf } from '../session-values.ts';
import { goToNext } from './next-problem.ts';

/** A finding beside its field. */
export interface CardFinding extends RuleFinding {
	/** Left as it is, and why. */
	readonly accepted?: ShownFinding['accepted'];
	/** It only shows across entries: typing here does not make it go at once. */
	readonly isAcross: boolean;
}

/** Across entries, as the server finds it: these messages are never said of one entry alone. */
const ACROSS = ['rule_r05_duplicate', 'rule_r06_gap', 'rule_r31_duplicate', 'rule_r44_sum', 'rule_r52_count'];
const NO_FACTS: CardFacts = { facts: {}, fonds: null, fondsNumbers: [], findings: [] };
/** What was not committed yet is judged after so long without a key. */
const TYPING_MS = 200;

let authorities: Promise<AuthorityIndex> | undefined;

/** The rules over an open entry: what is said there now, also what is just being typed. */
export class LiveChecks {
	readonly #session: () => EntrySession;
	#answers = new Answers();
	#known = $state.raw<CardFacts>(NO_FACTS);
	#authorities = $state.raw<AuthorityIndex>();
	/** Typed and not left yet, by field. */
	#typed = $state.raw<ReadonlyMap<FieldKey, string>>(new Map());
	#timer: ReturnType<typeof setTimeout> | undefined;
	#profile = $derived.by(() => profileOrFirst(this.#session().detail?.profile ?? ''));
	#prepared = $derived.by((): PreparedRules => {
		const { fonds, fondsNumbers } = this.#known;
		return prepareRules({
			today: eightDigitDay(serverClock),
			profile: this.#profile,
			...(fonds ? { fonds } : {}),
			...(fondsNumbers.length > 0 ? { fondsNumbers: new Set(fondsNumbers) } : {}),
			...(this.#authorities && this.#authorities.size > 0 ? { authorities: this.#authorities } : {}),
			deployment: { classified: false },
		});
	});
	#fields = $derived.by(() => this.#read());
	#findings = $derived.by((): readonly CardFinding[] => this.#check());
	#byField = $derived(Map.groupBy(this.#findings, ({ field }) => fieldIdOf(field)));

	private constructor(session: () => EntrySession) {
		this.#session = session;
	}

	/** Opens them; away from the server they know less and find less. */
	static async over(session: () => EntrySession): Promise<LiveChecks> {
		const checks = new LiveChecks(session);
		await loadRuleWords();
		await Promise.all([checks.refresh(), checks.#readAuthorities()]);
		return checks;
	}

	/** Everything found, by rule. */
	get all(): readonly CardFinding[] {
		return this.#findings;
	}

	/**
	 * Puts the cursor into the next field or item with something to correct or to decide.
	 * @returns false when there is none behind the cursor, which has left its field
	 */
	toNext(card: HTMLElement, cursor: Element | null): boolean {
		return goToNext(card, cursor, () => {
			const open = this.#findings.filter(({ severity, accepted }) => severity !== 'I' && !accepted);
			return new Set(open.map(({ field }) => field));
		});
	}

	/** What is found about a field or its items. */
	of(fieldId: string): readonly CardFinding[] {
		return this.#byField.get(fieldId) ?? [];
	}

	/** Asks what else is known: others may have changed the file, or accepted something. */
	async refresh(): Promise<void> {
		const isWanted = this.#answers.ask();
		try {
			const known = await checksClient.card(this.#session().id);
			if (isWanted()) this.#known = known;
		} catch (error) {
			if (!isRefusal(error)) throw error;
		}
	}

	/** What stands in a field that has not been left yet. */
	typed(field: FieldKey, text: string): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => {
			this.#typed = new Map(this.#typed).set(field, text);
		}, TYPING_MS);
	}

	/** The field was left: what it says is in the entry. */
	left(): void {
		clearTimeout(this.#timer);
		if (this.#typed.size > 0) this.#typed = new Map();
	}

	/** Takes the suggestion; it is undone like an edit by hand. */
	take(finding: CardFinding): void {
		if (finding.suggestion === undefined) return;
		this.left();
		this.#session().history.set(finding.field, finding.suggestion);
	}

	/** What the finding is about, as the server keeps it. */
	valueOf(finding: RuleFinding): string {
		return finding.value || textOf(this.#fields[finding.field]).slice(0, 200);
	}

	async #readAuthorities(): Promise<void> {
		authorities ??= checksClient.authorities().then((records) => new AuthorityIndex(records));
		try {
			this.#authorities = await authorities;
		} catch (error) {
			authorities = undefined;
			if (!isRefusal(error)) throw error;
		}
	}

	#read(): Readonly<Record<FieldKey, FieldValue>> {
		const session = this.#session();
		const fields: Record<FieldKey, FieldValue> = {};
		for (const key of keysOf(session)) {
			const value = session.values(key)[0]?.value;
			if (value !== undefined && value !== null) fields[key] = value;
		}
		for (const [key, text] of this.#typed) fields[key] = withText(fields[key], text);
		return fields;
	}

	#check(): readonly CardFinding[] {
		const session = this.#session();
		const { detail } = session;
		if (!detail || !isCheckedProfile(this.#profile.id)) return [];
		const kept = new Map(
			this.#known.findings.map((finding) => [placeOf(finding.rule, finding.field, finding.value), finding]),
		);
		const own = checkEntry(
			{
				id: session.id,
				level: textOf(this.#fields['level']) || detail.level,
				fields: this.#fields,
				facts: this.#known.facts,
			},
			this.#prepared,
		).map((finding): CardFinding => {
			const accepted = kept.get(placeOf(finding.rule, finding.field, this.valueOf(finding)))?.accepted;
			return { ...finding, isAcross: false, ...(accepted ? { accepted } : {}) };
		});
		const across = this.#known.findings
			.filter(({ message }) => ACROSS.includes(message))
			.map(({ rule, severity, field, message, params, value, suggestion, accepted }): CardFinding => ({
				rule,
				severity,
				field,
				message,
				params,
				value,
				isAcross: true,
				...(suggestion === undefined ? {} : { suggestion }),
				...(accepted ? { accepted } : {}),
			}));
		return [...own, ...across];
	}
}

function placeOf(rule: string, field: string, value: string): string {
	return `${rule} ${field} ${value}`;
}
