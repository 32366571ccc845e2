import { createContext, untrack } from 'svelte';

/** Something a person can do, by name: from the palette, by a shortcut, from a menu. */
export interface Command {
	readonly id: string;
	/** In the language of the page; read when shown. */
	readonly title: () => string;
	readonly group: () => string;
	/** Such as `Mod+K`, `Alt+ArrowUp`, `?`. Mod is Command on Apple keyboards, else Control. */
	readonly shortcuts?: readonly string[];
	/** Name of an icon of the design system. */
	readonly icon?: string;
	/** Where the keys count: a selector of the surrounding element. Everywhere when absent. */
	readonly within?: string;
	/** False while it makes no sense. */
	readonly when?: () => boolean;
	readonly run: () => void;
	/** Left out of the palette, still in the help sheet. */
	readonly isHidden?: boolean;
}

/** A key as shortcuts care for it. */
export type KeyPress = Pick<
	KeyboardEvent,
	'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'isComposing' | 'defaultPrevented'
> & { readonly keyCode?: number; readonly target: EventTarget | null };

/** Every command at hand, from the layouts and components that are there, and the one list of shortcuts. */
export class Commands {
	#sets = $state.raw<readonly (readonly Command[])[]>([]);
	#isApple: boolean;

	constructor(options: { isApple: boolean }) {
		this.#isApple = options.isApple;
	}

	/** All commands, also those that make no sense right now. */
	get all(): readonly Command[] {
		return this.#sets.flat();
	}

	/** The commands that make sense right now. */
	get available(): readonly Command[] {
		return this.all.filter((command) => command.when?.() ?? true);
	}

	/**
	 * Adds commands for as long as a component is there.
	 * @returns takes them away again
	 */
	add(commands: readonly Command[]): () => void {
		// Called from effects, which must not depend on the list they change.
		this.#sets = [...untrack(() => this.#sets), commands];
		return () => {
			this.#sets = untrack(() => this.#sets).filter((set) => set !== commands);
		};
	}

	/** Runs a command by id, if it makes sense right now. */
	run(id: string): void {
		this.available.find((command) => command.id === id)?.run();
	}

	/** The first shortcut of a command, for menus and hints. */
	shortcut(id: string): string | undefined {
		return this.all.find((command) => command.id === id)?.shortcuts?.[0];
	}

	/**
	 * Runs what a key stands for.
	 * @returns whether it stood for something; then the browser should do nothing more
	 */
	handle(event: KeyPress): boolean {
		// Enter, Space and digits belong to the input method while it composes; 229 is its mark, also right after the end.
		if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return false;
		if (event.key === 'Process') return false;
		// The newest set wins: what is nearer to the person was added later.
		for (const set of this.#sets.toReversed())
			for (const command of set) {
				if (!command.shortcuts?.some((shortcut) => this.#matches(event, shortcut))) continue;
				if (!isInside(event.target, command.within)) continue;
				if (command.when && !command.when()) continue;
				command.run();
				return true;
			}
		return false;
	}

	#matches(event: KeyPress, shortcut: string): boolean {
		const parts = shortcut.split('+');
		const key = parts.at(-1) ?? '';
		const wants = (name: string): boolean => parts.slice(0, -1).includes(name);
		const mod = this.#isApple ? event.metaKey : event.ctrlKey;
		const otherMod = this.#isApple ? event.ctrlKey : event.metaKey;
		if (mod !== wants('Mod') || otherMod || event.altKey !== wants('Alt')) return false;
		const isSign = key.length === 1 && !/[A-Z0-9]/.test(key);
		// A sign such as ? needs Shift on some keyboards and not on others.
		if (!isSign && event.shiftKey !== wants('Shift')) return false;
		if (isSign && !wants('Mod') && isTyping(event.target)) return false;
		// Alt changes what a letter types on Apple keyboards, so letters go by the place of the key.
		if (/^[A-Z]$/.test(key)) return event.code === `Key${key}` || event.key.toUpperCase() === key;
		return event.key === key;
	}
}

/** True where a key would type: then signs without Control or Alt are text. */
function isTyping(target: EventTarget | null): boolean {
	return (
		target instanceof HTMLElement &&
		(target.isContentEditable || target.matches('input:not([type=checkbox], [type=radio]), textarea, select'))
	);
}

function isInside(target: EventTarget | null, within: string | undefined): boolean {
	return within === undefined || (target instanceof Element && target.closest(within) !== null);
}

/** The commands of the tab, below the workspace layout. */
export const [useCommands, provideCommands] = createContext<Commands>();
