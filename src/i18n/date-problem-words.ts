import type { DateProblem } from '#domain/catalogue/archival-date/archival-date.ts';
import * as m from './generated/messages.js';

/** The words of each problem, named one by one: asked for by key, every message of the product would come along. */
const WORDS: Readonly<Record<DateProblem['id'], (params: never) => string>> = {
	'date.ambiguous': m.date_problem_ambiguous,
	'date.century-missing': m.date_problem_century_missing,
	'date.cycle-alone': m.date_problem_cycle_alone,
	'date.cycle-differs': m.date_problem_cycle_differs,
	'date.era-year-out-of-range': m.date_problem_era_year_out_of_range,
	'date.future': m.date_problem_future,
	'date.lunar-day-missing': m.date_problem_lunar_day_missing,
	'date.lunar-month-missing': m.date_problem_lunar_month_missing,
	'date.lunar-year-unknown': m.date_problem_lunar_year_unknown,
	'date.no-such-day': m.date_problem_no_such_day,
	'date.not-understood': m.date_problem_not_understood,
	'date.readings-differ': m.date_problem_readings_differ,
	'date.reversed-range': m.date_problem_reversed_range,
	'date.unknown-era': m.date_problem_unknown_era,
	'date.words-left': m.date_problem_words_left,
};

/** What is wrong or undecided about a date, in the language of the page. */
export function dateProblemWords({ id, params }: DateProblem): string {
	return WORDS[id](params as never);
}
