import type { SubmitFunction } from '@sveltejs/kit';
import { whoAsks } from '#client/requests.ts';
import { refusalWords } from '#i18n/refusal-words.ts';
import { notify } from '#ui/announcer.svelte.ts';

/**
 * For `use:enhance`: a form is sent in the name of the person whose page it is. One that does not reach the server, or
 * that it does not take because nobody or somebody else is signed in now, stays as it was filled in, and says so.
 * @param options.keeps the fields keep what they show also when it was done
 * @param options.ondone called when it was done, before the page is told
 * @param options.onsent called with whether there was an answer, by pages that say it in their own place
 */
export function sending(
	options: {
		readonly keeps?: boolean;
		readonly ondone?: () => void;
		readonly onsent?: (isAnswered: boolean) => void;
	} = {},
): SubmitFunction {
	return ({ action }) => {
		// A form has no headers of its own.
		for (const [name, value] of Object.entries(whoAsks())) action.searchParams.set(name, value);
		return async ({ result, update }) => {
			// Without a status there was no answer, or it was not the server's.
			const isAnswered = result.type !== 'error' || result.status !== undefined;
			if (options.onsent) options.onsent(isAnswered);
			else if (!isAnswered) notify(refusalWords('client.unreachable'), { tone: 'accent' });
			if (!isAnswered) return;
			if (result.type === 'redirect' && result.location.startsWith('/sign-in?next=')) {
				notify(refusalWords('permissions.sign-in'), { tone: 'accent' });
				return;
			}
			if (result.type === 'success') options.ondone?.();
			await update({ reset: options.keeps !== true });
		};
	};
}
