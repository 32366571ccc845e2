import * as v from 'valibot';
import { Refusal } from '#domain/base/refusal.ts';
import { parseEntryId, type EntryId } from '#domain/base/ids.ts';
import type { ListChoice } from '#domain/catalogue/list-choice.ts';
import type { Person } from '#domain/permissions/permissions.ts';

/**
 * The person who asks.
 * @throws {Refusal} 'permissions.sign-in' (401)
 */
export function demandPerson(locals: App.Locals): Person {
	return demandIdentity(locals).person;
}

/**
 * Who asks, by session or token.
 * @throws {Refusal} 'permissions.sign-in' (401)
 */
export function demandIdentity(locals: App.Locals): NonNullable<App.Locals['identity']> {
	if (!locals.identity) throw new Refusal('permissions.sign-in', {}, 401);
	return locals.identity;
}

/**
 * An entry id as it stands in an address.
 * @throws {Refusal} 'catalogue.unknown-entry' (404)
 */
export function readId(text: string): EntryId {
	const id = parseEntryId(text);
	if (!id) throw new Refusal('catalogue.unknown-entry', { id: text.slice(0, 60) }, 404);
	return id;
}

/**
 * A JSON body in the shape asked for.
 * @throws {Refusal} 'server.bad-request' naming the field
 */
export async function readBody<S extends v.GenericSchema>(
	request: Request,
	schema: S,
): Promise<v.InferOutput<S>> {
	let given: unknown;
	try {
		given = await request.json();
	} catch {
		throw new Refusal('server.bad-request', { field: 'body' });
	}
	return parseBody(given, schema);
}

/**
 * What a body said, in the shape asked for.
 * @throws {Refusal} 'server.bad-request' naming the field
 */
export function parseBody<S extends v.GenericSchema>(given: unknown, schema: S): v.InferOutput<S> {
	const parsed = v.safeParse(schema, given);
	if (!parsed.success)
		throw new Refusal('server.bad-request', { field: v.getDotPath(parsed.issues[0]) ?? 'body' });
	return parsed.output;
}

/**
 * A number in the query of an address.
 * @throws {Refusal} 'server.bad-request'
 */
export function readCount(url: URL, name: string, otherwise: number): number {
	const text = url.searchParams.get(name);
	if (text === null || text === '') return otherwise;
	if (!/^\d{1,9}$/.test(text)) throw new Refusal('server.bad-request', { field: name });
	return Number(text);
}

/**
 * Which rows of a list are wanted: `dates=` as people write them, `sort=date`.
 * @throws {Refusal} 'server.bad-request'
 */
export function readChoice(url: URL): ListChoice {
	const sort = url.searchParams.get('sort');
	if (sort !== null && sort !== 'date') throw new Refusal('server.bad-request', { field: 'sort' });
	return { dates: url.searchParams.get('dates')?.slice(0, 200), byDate: sort === 'date' };
}
