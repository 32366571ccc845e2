import { defaultDeleteFilter, defaultProtectedNodes, ySyncPluginKey } from '@tiptap/y-tiptap';
import * as Y from 'yjs';

/** Origin of a change in a long text that its history takes back: the editor's own. */
export const TEXT_ORIGIN = ySyncPluginKey;

/** One history for all long texts of an entry. Editors come and go, and each would end it. */
export class TextHistory extends Y.UndoManager {
	constructor(fragment: Y.XmlFragment) {
		super(fragment, {
			trackedOrigins: new Set([TEXT_ORIGIN]),
			deleteFilter: (item) => defaultDeleteFilter(item, defaultProtectedNodes),
			captureTransaction: (transaction) => transaction.meta.get('addToHistory') !== false,
		});
	}

	override destroy(): void {
		// It ends with the document.
	}
}
