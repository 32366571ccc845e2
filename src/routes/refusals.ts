import { fail, type ActionFailure } from '@sveltejs/kit';
import { isRefusal, Refusal, type Params } from '#domain/base/refusal.ts';
import { demand, type Person } from '#domain/permissions/permissions.ts';
import type { Actor } from '#domain/base/actor.ts';

/** A refusal as a form action answers it. */
export interface RefusedForm {
	readonly refusal: { readonly code: string; readonly params: Params };
}

/** Runs a form action; a refusal becomes `fail(…)` with its code. */
export async function acting<T>(act: () => Promise<T>): Promise<T | ActionFailure<RefusedForm>> {
	try {
		return await act();
	} catch (thrown) {
		if (!isRefusal(thrown)) throw thrown;
		return fail(thrown.status, { refusal: { code: thrown.code, params: thrown.params } });
	}
}

/** Somebody who sits at a browser, signed in with name and password. */
export interface SignedIn {
	readonly person: Person;
	readonly actor: Actor;
	readonly sessionId: string;
}

/**
 * The person behind a session. An API token is not enough: it could make itself a successor, or change the password.
 * @throws {Refusal} 'permissions.sign-in' (401)
 */
export function demandSession(locals: App.Locals): SignedIn {
	const { identity } = locals;
	if (!identity?.sessionId) throw new Refusal('permissions.sign-in', {}, 401);
	const { person } = identity;
	return {
		person,
		actor: { id: person.id, name: person.name, via: null },
		sessionId: identity.sessionId,
	};
}

/**
 * The person behind a session, who may administer accounts or settings.
 * @throws {Refusal} 'permissions.sign-in' (401) | 'permissions.denied' (403)
 */
export function demandAdministrator(locals: App.Locals, kind: 'people' | 'settings'): SignedIn {
	const signedIn = demandSession(locals);
	demand(signedIn.person, 'administer', { kind });
	return signedIn;
}

/** A field of a form as text; empty when it is not there or is a file. */
export function textOf(form: FormData, name: string): string {
	const value = form.get(name);
	return typeof value === 'string' ? value : '';
}

/** The values of a field that may be given several times. */
export function textsOf(form: FormData, name: string): string[] {
	return form.getAll(name).filter((value) => typeof value === 'string');
}
