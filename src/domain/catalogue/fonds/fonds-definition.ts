import type { RegisterContent, RegisterDefinition, RegisterProblem } from '../registers/register.ts';
import type { FondsRecord } from './fonds-record.ts';

/** The register of fonds (全宗名册). */
export const fondsDefinition: RegisterDefinition<FondsRecord> = {
	id: 'fonds',
	label: { zh: '全宗名册', en: 'Fonds' },
	check(content: RegisterContent): RegisterProblem[] {
		const problems: RegisterProblem[] = [];
		if (typeof content['fondsNumber'] !== 'string' || content['fondsNumber'] === '')
			problems.push({ field: 'fondsNumber', code: 'empty' });
		if (!Array.isArray(content['codeRegimes'])) problems.push({ field: 'codeRegimes', code: 'empty' });
		return problems;
	},
	titleOf: ({ fondsNumber, name }) => `${fondsNumber} ${name}`,
};
