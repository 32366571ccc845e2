import type { SubmitFunction } from '@sveltejs/kit';
import { refusalWords } from '#i18n/refusal-words.ts';
import { notify } from '#ui/announcer.svelte.ts';

/**
 * For `use:enhance`: a form that does not reach the server stays as it was filled in, and says so.
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
	return () =>
		async ({ result, update }) => {
			// Without a status there was no answer, or it was not the server's.
			const isAnswered = result.type !== 'error' || result.status !== undefined;
			if (options.onsent) options.onsent(isAnswered);
			else if (!isAnswered) notify(refusalWords('client.unreachable'), { tone: 'accent' });
			if (!isAnswered) return;
			if (result.type === 'success') options.ondone?.();
			await update({ reset: options.keeps !== true });
		};
}
