/** All 58 rules of description, in the order of their ids. @see RULES.md */
import { ACROSS_RULES } from './across-rules.ts';
import { CODE_RULES } from './code-rules.ts';
import { CREATOR_RULES } from './creator-rules.ts';
import { DATE_RULES } from './date-rules.ts';
import { IMAGE_RULES } from './image-rules.ts';
import { NUMBER_RULES } from './number-rules.ts';
import { PAGE_RULES } from './page-rules.ts';
import { PERSON_RULES } from './person-rules.ts';
import type { Rule, RuleId } from './rule.ts';
import { TERM_RULES } from './term-rules.ts';
import { TITLE_CONTENT_RULES } from './title-content-rules.ts';
import { TITLE_RULES } from './title-rules.ts';

export const RULES: readonly Rule[] = [
	...CODE_RULES,
	...DATE_RULES,
	...TITLE_RULES,
	...TITLE_CONTENT_RULES,
	...CREATOR_RULES,
	...NUMBER_RULES,
	...PAGE_RULES,
	...TERM_RULES,
	...PERSON_RULES,
	...IMAGE_RULES,
	...ACROSS_RULES,
].toSorted((a, b) => (a.id < b.id ? -1 : 1));

const BY_ID = new Map(RULES.map((rule) => [rule.id, rule]));

export function ruleOf(id: RuleId): Rule | undefined {
	return BY_ID.get(id);
}
