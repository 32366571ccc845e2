import * as v from 'valibot';
import { isUuid } from '#domain/base/ids.ts';

/** What a dry run and an import are told. */
export const ImportBody = v.object({
	uploadId: v.pipe(v.string(), v.check(isUuid)),
	profile: v.optional(v.pipe(v.string(), v.maxLength(40))),
	under: v.optional(v.pipe(v.string(), v.check(isUuid))),
	mapping: v.optional(v.unknown()),
	writesCreatorsOut: v.optional(v.boolean()),
});
export type ImportBody = v.InferOutput<typeof ImportBody>;
