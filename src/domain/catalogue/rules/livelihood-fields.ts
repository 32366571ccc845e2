import type { Certainty } from '../reference-codes/code-terms.ts';

/** Classes of people's-livelihood records (民生档案) whose entries are found by persons. */
export type LivelihoodClass = 'marriage' | 'onlyChild' | 'recruitment' | 'sentDown' | 'returned';

export interface LivelihoodFields {
	readonly label: string;
	/** Fields without which an entry is not found or proves nothing. */
	readonly required: readonly string[];
	/** Fewest persons it must name. */
	readonly persons: number;
	readonly certainty: Certainty;
}

/** What each class cannot do without, of the fields the profile has. An archives may ask for more. */
export const LIVELIHOOD_FIELDS: Readonly<Record<LivelihoodClass, LivelihoodFields>> = {
	marriage: { label: '婚姻登记', required: ['documentDate'], persons: 2, certainty: 'memory' },
	onlyChild: { label: '独生子女', required: ['documentDate'], persons: 1, certainty: 'memory' },
	recruitment: { label: '招工', required: ['documentDate'], persons: 1, certainty: 'seen' },
	sentDown: { label: '知青下乡', required: ['documentDate'], persons: 1, certainty: 'seen' },
	returned: { label: '知青返城', required: ['documentDate'], persons: 1, certainty: 'seen' },
};
