import * as v from 'valibot';
import { demand } from '#domain/permissions/permissions.ts';
import { actorOf } from '#server/permissions/identity.ts';
import { text, verb, type Verb } from './verb.ts';
import { writeWhole } from './write-whole.ts';

/** The verbs of fixity. */
export const FIXITY_VERBS: Readonly<Record<string, Verb>> = {
	'fixity-run': verb(
		v.object({
			objects: v.array(text),
			all: v.boolean(),
			rate: v.optional(v.pipe(v.number(), v.minValue(0))),
		}),
		(app, { objects, all, rate }, { identity, signal, progress }) => {
			demand(identity.person, 'verify', { kind: 'store' });
			return app.preservation.fixity.run({
				objects,
				isAll: all,
				signal,
				onProgress: progress,
				actor: actorOf(identity),
				fonds: identity.person.fonds,
				...(rate === undefined ? {} : { megabytesPerSecond: rate }),
			});
		},
	),

	'fixity-report': verb(
		v.object({
			object: v.optional(text),
			since: v.optional(
				v.pipe(
					text,
					v.check((given) => !Number.isNaN(Date.parse(given))),
					v.transform((given) => new Date(given).toISOString()),
				),
			),
			path: v.optional(text),
		}),
		async (app, { object, since, path }, { identity, signal }) => {
			demand(identity.person, 'see', { kind: 'store' });
			const { fixity } = app.preservation;
			const { fonds } = identity.person;
			if (object === undefined) return fixity.report({ fonds, ...(since === undefined ? {} : { since }) });
			if (path === undefined) return { object, events: await fixity.events(object, fonds) };
			const xml = await fixity.premis(object, fonds);
			return { object, path, bytes: await writeWhole(path, [xml], signal) };
		},
	),
};
