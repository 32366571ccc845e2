import type { Editor } from '@tiptap/core';
import { ySyncPluginKey } from '@tiptap/y-tiptap';
import type * as Y from 'yjs';

/** How the nodes of an editor belong to the shared text. */
export interface Binding {
	readonly doc: Y.Doc;
	readonly type: Y.XmlFragment;
	readonly mapping: Map<Y.AbstractType<unknown>, never>;
}

/** Undefined until the editor shows the shared text. */
export function bindingOf(editor: Editor): Binding | undefined {
	const state = ySyncPluginKey.getState(editor.state) as
		{ doc: Y.Doc; type: Y.XmlFragment; binding: { mapping: Binding['mapping'] } | null } | undefined;
	return state?.binding ? { doc: state.doc, type: state.type, mapping: state.binding.mapping } : undefined;
}
