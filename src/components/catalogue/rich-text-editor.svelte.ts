import { Editor, Extension } from '@tiptap/core';
import Collaboration from '@tiptap/extension-collaboration';
import StarterKit from '@tiptap/starter-kit';
import { createSubscriber } from 'svelte/reactivity';
import type * as Y from 'yjs';
import type { EntryHistory } from '#client/entry-history.svelte.ts';
import type { Caret } from '#sync/presence.ts';
import { isComposing } from '#ui/composing.ts';
import { createCarets } from './carets.ts';
import { createPassageMarks } from './passages.ts';
import { TextHistory } from './text-history.ts';

/** What the toolbar can ask of a long text. */
export type Format = 'bold' | 'italic' | 'heading' | 'bulletList' | 'orderedList' | 'link';

/**
 * A long text in the editor: words go to the shared text and come from it, never through Svelte. Reading a format or
 * the focus in markup follows the editor.
 */
export class RichTextEditing {
	readonly editor: Editor;
	/** Undone and redone in one order with the fields of the entry. */
	readonly history: EntryHistory;
	#watch: () => void;

	constructor(options: {
		element: HTMLElement;
		history: EntryHistory;
		fieldId: string;
		fragment: Y.XmlFragment;
		label: string;
		canEdit: boolean;
		/** A marked passage was clicked. */
		onchosen: (thread: string) => void;
		/** Where the caret is now, for others to see. */
		oncaret: (caret: Caret | null) => void;
		/** The keys that take back and make again, which the editor would keep for itself. */
		onundo: () => void;
		onredo: () => void;
	}) {
		this.history = options.history;
		this.editor = new Editor({
			element: options.element,
			editable: options.canEdit,
			extensions: [
				StarterKit.configure({
					// The shared text has its own history, which leaves others' words alone.
					undoRedo: false,
					// Not part of the product's texts; opening one must not write anything either.
					code: false,
					codeBlock: false,
					trailingNode: false,
					heading: { levels: [1, 2, 3, 4] },
					link: {
						openOnClick: false,
						autolink: false,
						protocols: ['http', 'https', 'mailto'],
						HTMLAttributes: { rel: 'noreferrer', target: '_blank' },
					},
				}),
				Collaboration.configure({
					fragment: options.fragment,
					yUndoOptions: {
						undoManager: this.history.joinText(
							options.fieldId,
							options.fragment,
							() => new TextHistory(options.fragment),
						),
					},
				}),
				createPassageMarks(options.onchosen),
				createCarets(options.oncaret),
				Extension.create({
					name: 'entryHistory',
					// Before the keys of the shared text's own history.
					priority: 1100,
					addKeyboardShortcuts: () => ({
						'Mod-z': () => (options.onundo(), true),
						'Mod-y': () => (options.onredo(), true),
						'Shift-Mod-z': () => (options.onredo(), true),
					}),
				}),
			],
			editorProps: {
				// The editor would swallow Escape, which leads back to the list.
				handleDOMEvents: { keydown: (_, event) => event.key === 'Escape' && !isComposing(event) },
				attributes: {
					class: 'rich-text',
					role: 'textbox',
					'aria-multiline': 'true',
					'aria-label': options.label,
				},
			},
		});
		this.#watch = createSubscriber((update) => {
			this.editor.on('transaction', update);
			this.editor.on('focus', update);
			this.editor.on('blur', update);
			return () => {
				this.editor.off('transaction', update);
				this.editor.off('focus', update);
				this.editor.off('blur', update);
			};
		});
	}

	get isFocused(): boolean {
		this.#watch();
		return this.editor.isFocused;
	}

	get isEmpty(): boolean {
		this.#watch();
		return this.editor.isEmpty;
	}

	isActive(format: Format): boolean {
		this.#watch();
		return format === 'heading' ? this.editor.isActive('heading') : this.editor.isActive(format);
	}

	toggle(format: Exclude<Format, 'link'>): void {
		const chain = this.editor.chain().focus();
		if (format === 'bold') chain.toggleBold().run();
		else if (format === 'italic') chain.toggleItalic().run();
		else if (format === 'heading') chain.toggleHeading({ level: 3 }).run();
		else if (format === 'bulletList') chain.toggleBulletList().run();
		else chain.toggleOrderedList().run();
	}

	/** The address under the cursor, if any. */
	get linkHref(): string {
		this.#watch();
		const href: unknown = this.editor.getAttributes('link')['href'];
		return typeof href === 'string' ? href : '';
	}

	setLink(href: string): void {
		const chain = this.editor.chain().focus().extendMarkRange('link');
		if (href) chain.setLink({ href }).run();
		else chain.unsetLink().run();
	}
}
