import { getSchema } from '@tiptap/core';
import StarterKit from '@tiptap/starter-kit';
import {
	initProseMirrorDoc,
	prosemirrorJSONToYXmlFragment,
	yXmlFragmentToProseMirrorRootNode,
} from '@tiptap/y-tiptap';
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import type { RichText } from '#domain/catalogue/rich-text.ts';
import { fillFragment, readFragment } from './rich-text-fragment.ts';

const text: RichText = {
	type: 'doc',
	content: [
		{ type: 'heading', attrs: { level: 3 }, content: [{ type: 'text', text: '来源' }] },
		{
			type: 'paragraph',
			content: [
				{ type: 'text', text: '前 ' },
				{ type: 'text', marks: [{ type: 'bold' }, { type: 'italic' }], text: '粗斜' },
				{ type: 'hardBreak' },
				{ type: 'text', marks: [{ type: 'link', attrs: { href: 'https://example.org/' } }], text: '链接' },
			],
		},
		{
			type: 'bulletList',
			content: [
				{ type: 'listItem', content: [{ type: 'paragraph', content: [{ type: 'text', text: '一' }] }] },
			],
		},
		{ type: 'paragraph' },
	],
};

it('a fragment reads back as what filled it', () => {
	const fragment = new Y.Doc().getXmlFragment('body:note');
	fillFragment(fragment, text);
	expect(readFragment(fragment)).toEqual(text);
});

it('the editor binding reads the same document from it', () => {
	const schema = getSchema([StarterKit]);
	const fragment = new Y.Doc().getXmlFragment('body:note');
	fillFragment(fragment, text);
	const node = yXmlFragmentToProseMirrorRootNode(fragment, schema);
	node.check();
	expect(node.textContent).toBe('来源前 粗斜链接一');
	expect(initProseMirrorDoc(fragment, schema).doc.eq(node)).toBe(true);
	const other = prosemirrorJSONToYXmlFragment(schema, node.toJSON(), new Y.Doc().getXmlFragment('x'));
	expect(readFragment(other).content.map((each) => each.type)).toEqual([
		'heading',
		'paragraph',
		'bulletList',
		'paragraph',
	]);
});
