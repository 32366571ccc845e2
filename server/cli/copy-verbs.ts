import * as v from 'valibot';
import { demand } from '#domain/permissions/permissions.ts';
import { text, verb, type Verb } from './verb.ts';

/** The verbs of copies of the archival store. */
export const COPY_VERBS: Readonly<Record<string, Verb>> = {
	'archive-copies': verb(v.object({}), async (app, _args, { identity }) => {
		demand(identity.person, 'see', { kind: 'store' });
		return { copies: app.preservation.copies.status() };
	}),

	'archive-replicate': verb(
		v.object({ to: v.optional(text), verify: v.boolean(), begin: v.boolean() }),
		(app, { to, ...asked }, { identity, signal, progress }) => {
			demand(identity.person, 'administer', { kind: 'store' });
			return app.preservation.copies.replicate({
				...asked,
				...(to === undefined ? {} : { to }),
				signal,
				onProgress: progress,
			});
		},
	),

	'archive-repair': verb(
		v.object({
			objects: v.array(text),
			allFailed: v.boolean(),
			from: v.optional(text),
			copy: v.optional(text),
		}),
		(app, { objects, allFailed, from, copy }, { identity, signal, progress }) => {
			demand(identity.person, 'administer', { kind: 'store' });
			return app.preservation.repair({
				objects,
				allFailed,
				...(from === undefined ? {} : { from }),
				...(copy === undefined ? {} : { copy }),
				agent: identity.person.id,
				signal,
				onProgress: progress,
			});
		},
	),
};
