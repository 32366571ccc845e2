import { checkFields, longText, text } from '../registers/check-content.ts';
import type { ValueCheck } from '../registers/check-content.ts';
import type { RegisterContent, RegisterDefinition, RegisterProblem } from '../registers/register.ts';
import { registerProblem } from '../registers/register-problems.ts';
import { ruleOf } from './rules.ts';
import type { RuleId } from './rule.ts';

/** Characters of a reason. */
export const MAX_EXCEPTION_REASON = 2000;

/**
 * A finding that stays as it is, and why: of one rule about one field of one entry, for as long as the field says what it
 * said then.
 */
export interface RuleException {
	readonly entryId: string;
	readonly rule: RuleId;
	/** Field of the finding: `title`, `creators#1`. */
	readonly field: string;
	/** What the finding was about; with another value the exception is void. */
	readonly value: string;
	readonly reason: string;
}

const known: ValueCheck = (value, field) =>
	typeof value === 'string' && ruleOf(value as RuleId)
		? []
		: [registerProblem('not_term', field, { text: String(value).slice(0, 20) })];

const CHECKS = {
	entryId: text(64),
	rule: known,
	field: text(100),
	// As written, blanks around and all.
	value: longText(300),
	reason: longText(MAX_EXCEPTION_REASON),
} satisfies Record<keyof RuleException, ValueCheck>;

function check(content: RegisterContent): RegisterProblem[] {
	const problems = checkFields(content, CHECKS);
	if (problems.length > 0) return problems;
	const { reason } = content as unknown as RuleException;
	return reason.trim() === '' ? [registerProblem('missing', 'reason')] : [];
}

/** The register of findings that were accepted as they are. */
export const exceptionDefinition: RegisterDefinition<RuleException> = {
	id: 'exception',
	label: { zh: '检查例外', en: 'Accepted findings' },
	check,
	titleOf: ({ rule, field, value }) => `${rule} ${field} ${value}`.trim(),
	// Its value quotes the entry.
	entryOf: ({ entryId }) => entryId,
};

/** What an exception is looked up by. */
export function exceptionKey(of: Pick<RuleException, 'entryId' | 'rule' | 'field'>): string {
	return `${of.entryId} ${of.rule} ${of.field}`;
}
