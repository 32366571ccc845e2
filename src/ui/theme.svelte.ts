/** What a person may choose. `system` follows the device. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** Where the choice is kept; `app.html` reads the same key before the first paint. */
export const THEME_KEY = 'lantai-theme';

/** The theme of this device, kept in its storage and shown as an attribute of the document. */
class ThemeSetting {
	#current = $state.raw<Theme>('system');

	constructor() {
		if (typeof document === 'undefined') return;
		const given = document.documentElement.dataset['theme'];
		if (given === 'light' || given === 'dark') this.#current = given;
	}

	get current(): Theme {
		return this.#current;
	}

	set current(theme: Theme) {
		this.#current = theme;
		if (theme === 'system') {
			delete document.documentElement.dataset['theme'];
			localStorage.removeItem(THEME_KEY);
		} else {
			document.documentElement.dataset['theme'] = theme;
			localStorage.setItem(THEME_KEY, theme);
		}
	}
}

/** The theme of this tab. */
export const theme = new ThemeSetting();
