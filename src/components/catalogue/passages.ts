import { Extension, type Editor } from '@tiptap/core';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';
import { absolutePositionToRelativePosition, relativePositionToAbsolutePosition } from '@tiptap/y-tiptap';
import * as Y from 'yjs';
import { findQuote, MAX_QUOTE_LENGTH, type CommentAnchor } from '#domain/collaboration/comments.ts';
import { bindingOf } from './shared-text-binding.ts';

type Passage = Extract<CommentAnchor, { kind: 'passage' }>;

/** Characters around a passage by which it is found again. */
const CONTEXT = 40;

const key = new PluginKey<DecorationSet>('passages');

/** Marks the passages of a long text that something is said about. */
export function createPassageMarks(onchosen: (thread: string) => void): Extension {
	return Extension.create({
		name: 'passages',
		addProseMirrorPlugins: () => [
			new Plugin<DecorationSet>({
				key,
				state: {
					init: () => DecorationSet.empty,
					apply: (transaction, marks) =>
						(transaction.getMeta(key) as DecorationSet | undefined) ??
						marks.map(transaction.mapping, transaction.doc),
				},
				props: {
					decorations: (state) => key.getState(state),
					handleClick(_view, _at, event) {
						const mark = (event.target as HTMLElement).closest<HTMLElement>('[data-thread]');
						if (mark?.dataset['thread']) onchosen(mark.dataset['thread']);
						return false;
					},
				},
			}),
		],
	});
}

/** Draws the passages. @returns the threads whose words were not found */
export function markPassages(
	editor: Editor,
	passages: readonly { readonly id: string; readonly anchor: Passage }[],
): Set<string> {
	const missing = new Set<string>();
	const marks: Decoration[] = [];
	for (const { id, anchor } of passages) {
		const range = rangeByPosition(editor, anchor) ?? rangeByQuote(editor, anchor);
		if (range) marks.push(Decoration.inline(range.from, range.to, { class: 'commented', 'data-thread': id }));
		else missing.add(id);
	}
	const set = DecorationSet.create(editor.state.doc, marks);
	editor.view.dispatch(editor.state.tr.setMeta(key, set).setMeta('addToHistory', false));
	return missing;
}

/** The words selected in the text, for people who may only read it too; undefined when there are none. */
export function selectedPassage(editor: Editor, field: string): Passage | undefined {
	const range = selectedRange(editor);
	if (!range) return undefined;
	const { doc } = editor.state;
	const binding = bindingOf(editor);
	const words = (from: number, to: number): string =>
		doc.textBetween(Math.max(0, from), Math.min(doc.content.size, to), '\n');
	const quote = words(range.from, range.to).slice(0, MAX_QUOTE_LENGTH);
	if (!binding || quote.trim() === '') return undefined;
	const position = (at: number): string =>
		JSON.stringify(
			Y.relativePositionToJSON(
				absolutePositionToRelativePosition(at, binding.type, binding.mapping) as never,
			),
		);
	return {
		kind: 'passage',
		field,
		start: position(range.from),
		end: position(range.to),
		quote,
		before: words(range.from - CONTEXT, range.from),
		after: words(range.to, range.to + CONTEXT),
	};
}

function selectedRange(editor: Editor): { from: number; to: number } | undefined {
	const selection = getSelection();
	if (!selection || selection.isCollapsed || selection.rangeCount === 0) return undefined;
	const range = selection.getRangeAt(0);
	const { dom } = editor.view;
	if (!dom.contains(range.startContainer) || !dom.contains(range.endContainer)) return undefined;
	const from = editor.view.posAtDOM(range.startContainer, range.startOffset);
	const to = editor.view.posAtDOM(range.endContainer, range.endOffset);
	return from < to ? { from, to } : undefined;
}

/** Where its positions are now, unless everything between them is gone. */
function rangeByPosition(editor: Editor, anchor: Passage): { from: number; to: number } | undefined {
	const binding = bindingOf(editor);
	if (!binding) return undefined;
	const absolute = (json: string): number | null => {
		try {
			return relativePositionToAbsolutePosition(
				binding.doc,
				binding.type,
				Y.createRelativePositionFromJSON(JSON.parse(json)),
				binding.mapping,
			);
		} catch {
			// Written by another program: the quote is left.
			return null;
		}
	};
	const [from, to] = [absolute(anchor.start), absolute(anchor.end)];
	if (from === null || to === null || from >= to) return undefined;
	// Positions of words that were taken out and put in again point beside them.
	return editor.state.doc.textBetween(from, to, '\n').trim() === '' ? undefined : { from, to };
}

function rangeByQuote(editor: Editor, anchor: Passage): { from: number; to: number } | undefined {
	let text = '';
	const places: number[] = [];
	editor.state.doc.descendants((node, at) => {
		if (node.isText)
			for (let index = 0; index < (node.text ?? '').length; index++) {
				text += node.text?.[index] ?? '';
				places.push(at + index);
			}
		else if (node.isBlock && text !== '' && !text.endsWith('\n')) {
			text += '\n';
			places.push(at);
		}
	});
	const found = findQuote(text, anchor);
	if (!found) return undefined;
	const [from, last] = [places[found.from], places[found.to - 1]];
	return from === undefined || last === undefined ? undefined : { from, to: last + 1 };
}
