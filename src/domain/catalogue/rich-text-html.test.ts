import { expect, it } from 'vitest';
import { richTextHtml } from './rich-text-html.ts';

it('says every block and mark in HTML, and nothing of it is taken for a tag', () => {
	const html = richTextHtml({
		type: 'doc',
		content: [
			{ type: 'heading', attrs: { level: 1 }, content: [{ type: 'text', text: '沿革' }] },
			{
				type: 'paragraph',
				content: [
					{ type: 'text', text: '<b>&"' },
					{ type: 'hardBreak' },
					{ type: 'text', text: '粗', marks: [{ type: 'bold' }, { type: 'italic' }] },
					{
						type: 'text',
						text: '网',
						marks: [{ type: 'link', attrs: { href: 'https://a.example/?a=1&b="' } }],
					},
					{ type: 'text', text: '险', marks: [{ type: 'link', attrs: { href: 'javascript:alert(1)' } }] },
				],
			},
			{
				type: 'bulletList',
				content: [
					{ type: 'listItem', content: [{ type: 'paragraph', content: [{ type: 'text', text: '一' }] }] },
				],
			},
			{ type: 'horizontalRule' },
			{ type: 'unknownBlock', content: [{ type: 'text', text: '字' }] },
		],
	});
	expect(html).toBe(
		[
			'<h3>沿革</h3>',
			'<p>&lt;b&gt;&amp;&quot;<br><em><strong>粗</strong></em><a href="https://a.example/?a=1&amp;b=&quot;">网</a>险</p>',
			'<ul><li><p>一</p></li></ul>',
			'<hr>',
			'字',
		].join('\n'),
	);
});
