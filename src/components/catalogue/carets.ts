import { Extension, type Editor } from '@tiptap/core';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';
import { absolutePositionToRelativePosition, relativePositionToAbsolutePosition } from '@tiptap/y-tiptap';
import * as Y from 'yjs';
import type { PresentPerson } from '#client/contract.ts';
import type { Caret, CaretPosition } from '#sync/presence.ts';
import { bindingOf } from './shared-text-binding.ts';

/** Moving the caret tells others about so often. */
const TELL_MS = 80;

const key = new PluginKey<DecorationSet>('carets');

/** Tells where the caret is in the text, and has room for those of others. */
export function createCarets(tell: (caret: Caret | null) => void): Extension {
	return Extension.create({
		name: 'carets',
		addProseMirrorPlugins() {
			const { editor } = this;
			return [
				new Plugin<DecorationSet>({
					key,
					state: {
						init: () => DecorationSet.empty,
						apply: (transaction, carets) =>
							(transaction.getMeta(key) as DecorationSet | undefined) ??
							carets.map(transaction.mapping, transaction.doc),
					},
					props: { decorations: (state) => key.getState(state) },
					view: () => {
						let timer: ReturnType<typeof setTimeout> | undefined;
						let told: string | null = null;
						const look = (): void => {
							timer = undefined;
							if (editor.isDestroyed) return;
							const caret = editor.isFocused ? caretOf(editor) : null;
							const said = caret && JSON.stringify(caret);
							if (said === told) return;
							told = said;
							tell(caret);
						};
						const soon = (): void => void (timer ??= setTimeout(look, TELL_MS));
						editor.on('focus', soon);
						editor.on('blur', soon);
						return {
							update: soon,
							destroy() {
								clearTimeout(timer);
								editor.off('focus', soon);
								editor.off('blur', soon);
								if (told !== null) tell(null);
							},
						};
					},
				}),
			];
		},
	});
}

/**
 * Draws the carets and selections of others; those that are in another text are not shown.
 * @returns false while the editor does not show the shared text yet: then it is to be asked again
 */
export function showCarets(editor: Editor, people: readonly PresentPerson[]): boolean {
	if (!bindingOf(editor)) return false;
	const size = editor.state.doc.content.size;
	const marks: Decoration[] = [];
	for (const { caret, clientId, name, colour } of people) {
		if (!caret) continue;
		const anchor = positionOf(editor, caret.anchor);
		const head = positionOf(editor, caret.head);
		if (anchor === null || head === null || anchor > size || head > size) continue;
		const style = `--person: ${colour}`;
		if (anchor !== head)
			marks.push(
				Decoration.inline(Math.min(anchor, head), Math.max(anchor, head), { class: 'their-words', style }),
			);
		marks.push(
			Decoration.widget(head, () => drawCaret(name, style), {
				key: `${clientId} ${name} ${colour}`,
				side: 10,
				ignoreSelection: true,
			}),
		);
	}
	// Most texts never hold a caret of others, and a transaction makes the toolbar look again.
	if (marks.length === 0 && key.getState(editor.state) === DecorationSet.empty) return true;
	const set = marks.length === 0 ? DecorationSet.empty : DecorationSet.create(editor.state.doc, marks);
	editor.view.dispatch(editor.state.tr.setMeta(key, set).setMeta('addToHistory', false));
	return true;
}

function drawCaret(name: string, style: string): HTMLElement {
	const caret = document.createElement('span');
	caret.className = 'their-caret no-print';
	caret.style.cssText = style;
	const label = document.createElement('span');
	label.textContent = name;
	caret.append(label);
	// Read aloud it would stand in the middle of a word; the field says who is in it.
	caret.setAttribute('aria-hidden', 'true');
	return caret;
}

function caretOf(editor: Editor): Caret | null {
	const binding = bindingOf(editor);
	if (!binding) return null;
	const { anchor, head } = editor.state.selection;
	const position = (at: number): CaretPosition =>
		Y.relativePositionToJSON(
			absolutePositionToRelativePosition(at, binding.type, binding.mapping) as never,
		) as CaretPosition;
	return { anchor: position(anchor), head: position(head) };
}

function positionOf(editor: Editor, position: CaretPosition): number | null {
	const binding = bindingOf(editor);
	if (!binding) return null;
	try {
		return relativePositionToAbsolutePosition(
			binding.doc,
			binding.type,
			Y.createRelativePositionFromJSON(position),
			binding.mapping,
		);
	} catch {
		// Written by another program, of words that are nowhere.
		return null;
	}
}
