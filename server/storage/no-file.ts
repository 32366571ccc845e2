import { Refusal } from '#domain/base/refusal.ts';

/** What systems say where there is no file of that name: nothing, or something else. */
const NOT_THERE: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);

/** Says in words that a file is not there; undefined when reading it failed for another reason. */
export function noFileRefusal(file: string, error: unknown): Refusal | undefined {
	return NOT_THERE.has((error as NodeJS.ErrnoException).code)
		? new Refusal('import.no-file', { file }, 404)
		: undefined;
}
