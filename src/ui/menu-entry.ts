import type { IconName } from './icons.ts';

/** A line of a menu. */
export type MenuEntry =
	| {
			readonly kind?: 'item';
			readonly label: string;
			readonly icon?: IconName;
			/** As commands write it, e.g. `Mod+K`. */
			readonly shortcut?: string;
			readonly hint?: string;
			readonly disabled?: boolean;
			readonly danger?: boolean;
			/** The one in force among several. */
			readonly checked?: boolean;
			/** Makes the line a link; with `download`, one that keeps the page. */
			readonly href?: string;
			readonly download?: boolean;
			readonly onselect?: () => void;
	  }
	| { readonly kind: 'separator' }
	| { readonly kind: 'group'; readonly label: string };
