import { expect, it, onTestFinished } from 'vitest';
import { announcements, notify } from './announcer.svelte.ts';

it('notices give way to newer ones, but never one that waits to be read', () => {
	onTestFinished(() => announcements.notices.forEach(({ id }) => announcements.dismiss(id)));
	notify('未接受', { tone: 'accent' });
	for (const text of ['一', '二', '三', '四']) notify(text);
	expect(announcements.notices.map(({ text }) => text)).toEqual(['未接受', '三', '四']);
	for (const text of ['又一', '又二', '又三']) notify(text, { tone: 'accent' });
	expect(announcements.notices.map(({ text }) => text)).toEqual(['未接受', '又一', '又二', '又三']);
	notify('五');
	expect(announcements.notices.map(({ text }) => text)).toContain('五');
});
