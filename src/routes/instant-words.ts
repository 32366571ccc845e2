import { getLocale } from '#i18n/generated/runtime.js';

/** An instant (ISO UTC) as date and time of the reader's place and language. */
export function instantWords(iso: string): string {
	return new Intl.DateTimeFormat(getLocale(), { dateStyle: 'medium', timeStyle: 'short' }).format(
		new Date(iso),
	);
}
