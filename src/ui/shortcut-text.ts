const MAC: Readonly<Record<string, string>> = { Mod: '⌘', Alt: '⌥', Shift: '⇧', Ctrl: '⌃' };
const OTHER: Readonly<Record<string, string>> = { Mod: 'Ctrl' };
const KEYS: Readonly<Record<string, string>> = {
	ArrowUp: '↑',
	ArrowDown: '↓',
	ArrowLeft: '←',
	ArrowRight: '→',
	Escape: 'Esc',
	Delete: 'Del',
};

/** True on Apple keyboards, where Mod is Command. */
export function isApple(): boolean {
	return typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);
}

/** The keys of a shortcut as they are printed on this keyboard: `Mod+K` → `['Ctrl', 'K']`. */
export function keysOf(shortcut: string): string[] {
	const names = isApple() ? MAC : OTHER;
	return shortcut.split('+').map((key) => names[key] ?? KEYS[key] ?? key);
}
