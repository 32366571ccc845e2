import { canonicalJson } from '../canonical-json.ts';

/** Files of records and imports in which each line is about one entry. */
const LINES = [
	'entries.jsonl.gz',
	'entries.jsonl',
	'rows.jsonl',
	'items.jsonl',
	'withdrawn.jsonl',
	'fixes.jsonl',
];
/** What was done with reference codes. */
const CODE_EVENTS = /^events-\d{6}\.jsonl$/;
/** Versions of records of registers; those that quote an entry name it. */
const REGISTER_VERSIONS = /^versions-\d{6}\.jsonl$/;

/** Whether a file of an object has lines about entries. */
export function hasLines(name: string): boolean {
	return LINES.includes(name) || CODE_EVENTS.test(name) || REGISTER_VERSIONS.test(name);
}

/** What stays of a line when these entries go: the line of others, of a number that was given that it was, else nothing. */
export function leftOf(name: string, line: string, ids: ReadonlySet<string>): string | undefined {
	if (CODE_EVENTS.test(name)) {
		const event = JSON.parse(line) as { readonly entry_id: string | null };
		if (event.entry_id === null || !ids.has(event.entry_id)) return line;
		return canonicalJson({ ...event, code: '', new_code: '', why: '' });
	}
	return ids.has(entryIn(line) ?? '') ? undefined : line;
}

/** Whose line it is: that of an import begins with its id, records name it. */
function entryIn(line: string): string | undefined {
	const quick = /^\{"id":"([^"\\]+)"/.exec(line)?.[1];
	if (quick !== undefined && !line.includes('"entry_id"')) return quick;
	const { entry_id: named, id } = JSON.parse(line) as { entry_id?: string; id?: string };
	return named ?? id;
}
