import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import {
	can,
	canOpenLive,
	denied,
	type Action,
	type EntryThing,
	type Person,
} from '#domain/permissions/permissions.ts';
import { parseDocName } from '#sync/entry-doc.ts';

/** A document somebody may have: what it is for the permission question, and whether they may write in it. */
export interface DocRights {
	readonly entry: EntryThing;
	readonly canWrite: boolean;
}

/** What writing in a document is called: an entry's description is edited, beside it is commented. */
export function writeActionOf(docName: string): Action {
	return parseDocName(docName)?.kind === 'review' ? 'comment' : 'edit';
}

/**
 * Whether a person may have a document of an entry, and write in it: the same over the live socket and over HTTP.
 * @throws {Refusal} 'collaboration.unknown-document' (404), for hidden entries too; 'permissions.denied' (403);
 * 'catalogue.purged' (410)
 */
export async function demandDoc(
	docName: string,
	person: Person,
	thingOf: (id: EntryId) => Promise<EntryThing | undefined>,
): Promise<DocRights> {
	const name = parseDocName(docName);
	const entry = name && name.kind !== 'presence' ? await thingOf(name.id) : undefined;
	// The same answer for "not there" and "not for you": names of hidden entries are not to be probed.
	if (!entry || !can(person, 'see', entry)) throw new Refusal('collaboration.unknown-document', {}, 404);
	if (entry.isPurged) throw denied(person, writeActionOf(docName), entry);
	if (!canOpenLive(person, entry)) throw new Refusal('permissions.denied', {}, 403);
	return { entry, canWrite: can(person, writeActionOf(docName), entry) };
}

/** Why a person who has a document may not write in it. */
export function deniedWriting(docName: string, person: Person, entry: EntryThing): Refusal {
	return denied(person, writeActionOf(docName), entry);
}
