import type { CDPSession, Page } from '@playwright/test';

/** What an input method does with every key that belongs to it. */
const TAKEN = 229;

/** A Chinese input method at work in a page: what it types passes through the browser's own composition. */
export class InputMethod {
	#devtools: CDPSession;

	private constructor(devtools: CDPSession) {
		this.#devtools = devtools;
	}

	static async of(page: Page): Promise<InputMethod> {
		return new InputMethod(await page.context().newCDPSession(page));
	}

	/** Shows what is typed so far, underlined. */
	async compose(letters: string): Promise<void> {
		await this.#devtools.send('Input.imeSetComposition', {
			text: letters,
			selectionStart: letters.length,
			selectionEnd: letters.length,
		});
	}

	/** A key that the input method takes for itself, with the name it keeps on Apple keyboards. */
	async key(key: string): Promise<void> {
		for (const type of ['rawKeyDown', 'keyUp'] as const)
			await this.#devtools.send('Input.dispatchKeyEvent', {
				type,
				key,
				code: key,
				windowsVirtualKeyCode: TAKEN,
			});
	}

	/** Puts words in the place of what was composed. */
	async commit(words: string): Promise<void> {
		await this.#devtools.send('Input.insertText', { text: words });
	}
}
