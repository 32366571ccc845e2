import * as v from 'valibot';
import { parseEntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { App } from '#server/app.ts';
import type { Language } from '#server/config.ts';
import type { Identity } from '#server/permissions/identity.ts';

/** How a verb is run: for whom, until when, and where its progress goes. */
export interface VerbContext {
	readonly identity: Identity;
	/** Language of messages inside results. */
	readonly language: Language;
	readonly signal: AbortSignal;
	readonly progress: (progress: unknown) => void;
}

/** One use case as the command line asks for it. */
export type Verb = (app: App, args: unknown, context: VerbContext) => Promise<unknown>;

/** An argument that says something. */
export const text = v.pipe(v.string(), v.minLength(1));
/** An entry, as people paste its id. */
export const entryId = v.pipe(
	v.string(),
	v.transform((given) => {
		const id = parseEntryId(given);
		if (!id) throw new Refusal('catalogue.unknown-entry', { id: given.slice(0, 60) }, 404);
		return id;
	}),
);

/**
 * A verb whose arguments have a shape.
 * @throws {Refusal} 'cli.bad-argument' naming the one that does not fit
 */
export function verb<S extends v.GenericSchema>(
	schema: S,
	run: (app: App, args: v.InferOutput<S>, context: VerbContext) => Promise<unknown>,
): Verb {
	return async (app, given, context) => {
		const parsed = v.safeParse(schema, given);
		if (!parsed.success) {
			const issue = parsed.issues[0];
			throw new Refusal('cli.bad-argument', {
				argument: v.getDotPath(issue) ?? 'args',
				value: String(issue.input).slice(0, 80),
			});
		}
		return run(app, parsed.output, context);
	};
}
