/** Params of problems that name a place in the product or a heading, never a value. */
const SAFE = ['count', 'limit', 'field', 'level', 'profile', 'format'];

interface Problem {
	readonly params?: Readonly<Record<string, unknown>>;
}

/**
 * The report of an import, without anything that quotes what was read: the sample of entries, and problems with words in
 * them. Which of them were about the entry that goes is not said by the report, so all of them go.
 */
export function purgedReport(report: Readonly<Record<string, unknown>>): Record<string, unknown> {
	const problems = (report['problems'] ?? []) as readonly Problem[];
	const kept = problems.filter(({ params }) => isWithoutWords(params));
	const before = Number(report['problemsRemoved'] ?? 0);
	return {
		...report,
		problems: kept,
		...('sample' in report ? { sample: [] } : {}),
		...('creators' in report ? { creators: { ...(report['creators'] as object), decisions: [] } } : {}),
		...('findings' in report ? { findings: findingsWithoutWords(report['findings']) } : {}),
		problemsRemoved: before + problems.length - kept.length,
	};
}

/** How often each rule found something stays; where, and what stood there, goes. */
function findingsWithoutWords(findings: unknown): unknown {
	if (!Array.isArray(findings)) return [];
	return (findings as readonly object[]).map((finding) => ({ ...finding, examples: [] }));
}

function isWithoutWords(params: Problem['params'] = {}): boolean {
	return Object.entries(params).every(([name, value]) => typeof value === 'number' || SAFE.includes(name));
}
