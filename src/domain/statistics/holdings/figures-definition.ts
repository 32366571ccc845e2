import { isDayText } from '../../catalogue/authorities/dated-text.ts';
import {
	checkFields,
	integer,
	list,
	oneOf,
	optional,
	record,
	type ValueCheck,
} from '../../catalogue/registers/check-content.ts';
import { registerProblem } from '../../catalogue/registers/register-problems.ts';
import type { RegisterDefinition } from '../../catalogue/registers/register.ts';
import { GATES } from './gates.ts';
import type { DatedFigures } from './trend.ts';

const COUNT = integer(0, 1_000_000_000);

const day: ValueCheck = (value, field) =>
	typeof value === 'string' && value.length === 8 && isDayText(value)
		? []
		: [registerProblem('dated_dates', field, { text: String(value ?? '') })];

const CHECKS = {
	on: day,
	gates: list(
		GATES.length,
		record({
			gate: oneOf(GATES),
			numerator: COUNT,
			denominator: COUNT,
			excluded: COUNT,
			unregistered: COUNT,
		}),
	),
	yearEnd: optional(integer(1900, 2999)),
} satisfies Record<keyof DatedFigures, ValueCheck>;

/** The gates as they stood on days: a record for each day, and one for the end of each year, written by the server alone. */
export const figuresDefinition: RegisterDefinition<DatedFigures> = {
	id: 'figure',
	label: { zh: '指标记录', en: 'Figures' },
	check: (content) => checkFields(content, CHECKS),
	titleOf: ({ on, yearEnd }) => (yearEnd === undefined ? on : `${yearEnd} (${on})`),
};
