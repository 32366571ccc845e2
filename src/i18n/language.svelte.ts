import { getLocale, overwriteGetLocale, setLocale } from './generated/runtime.js';

/** A language of the interface. */
export type Language = ReturnType<typeof getLocale>;

/**
 * The language of this tab. Messages read it whenever they are drawn, so switching changes every word on the page
 * without reloading it, and nothing typed is lost.
 */
class LanguageSetting {
	#current = $state.raw<Language>('zh-CN');

	constructor() {
		if (typeof document === 'undefined') return;
		this.#current = getLocale();
		overwriteGetLocale(() => this.#current);
		document.documentElement.lang = this.#current;
	}

	get current(): Language {
		return this.#current;
	}

	set current(language: Language) {
		// Keeps the choice in the cookie that the server reads.
		void setLocale(language, { reload: false });
		this.#current = language;
		document.documentElement.lang = language;
	}
}

/** The language of this tab. */
export const language = new LanguageSetting();
