import * as v from 'valibot';
import { Refusal } from '#domain/base/refusal.ts';
import { answer } from '../../../answers.ts';
import { readBody } from '../../../person.ts';

/** Withdraws an import: untouched entries, and with `all` the edited ones too. */
export const POST = ({ locals, params, request }) =>
	answer(async () => {
		if (!locals.identity) throw new Refusal('permissions.sign-in', {}, 401);
		const { all } = await readBody(request, v.object({ all: v.boolean() }));
		return locals.app.importDesk.undo(locals.identity, params.id, all);
	});
