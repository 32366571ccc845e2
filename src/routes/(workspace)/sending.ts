import type { SubmitFunction } from '@sveltejs/kit';
import { refusalWords } from '#i18n/refusal-words.ts';
import { notify } from '#ui/announcer.svelte.ts';

/**
 * For `use:enhance` in the workspace: a form that does not reach the server stays as it was filled in, and says so.
 * @param options.keeps the fields keep what they show also when it was done
 */
export function sending(options: { readonly keeps?: boolean } = {}): SubmitFunction {
	return () =>
		async ({ result, update }) => {
			// Without a status there was no answer, or it was not the server's.
			if (result.type === 'error' && result.status === undefined)
				notify(refusalWords('client.unreachable'), { tone: 'accent' });
			else await update({ reset: options.keeps !== true });
		};
}
