import { goto } from '$app/navigation';
import { codesClient } from '#client/codes-client.ts';
import { isRefusal } from '#domain/base/refusal.ts';
import { m } from '#i18n/generated/messages.js';
import { refusalWords } from '#i18n/refusal-words.ts';
import { notify } from '#ui/announcer.svelte.ts';

/** Shows the entry that has a code or had it before, and says so; several are left to the search. */
export async function goToCode(code: string): Promise<void> {
	try {
		const entries = await codesClient.resolve(code);
		const current = entries.filter(({ how }) => how === 'current');
		const [only, ...others] = current.length > 0 ? current : entries;
		if (!only) notify(m.codes_nobody({ code }));
		if (!only || others.length > 0) {
			await goto(`/catalogue/search?q=${encodeURIComponent(code)}`, { replaceState: true });
			return;
		}
		if (only.how === 'former') notify(m.codes_former({ code, now: only.code }));
		await goto(`/catalogue/${only.id}`, { replaceState: true });
	} catch (refused) {
		if (!isRefusal(refused)) throw refused;
		notify(refusalWords(refused.code, refused.params));
	}
}
