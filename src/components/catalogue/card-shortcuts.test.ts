import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { STEP_KEYS } from './review-words.ts';

/** Keys of the commands that a catalogue page has at once, each with the place where it counts; empty: everywhere. */
async function keysOfPage(): Promise<Map<string, string[]>> {
	const root = join(import.meta.dirname, '../..');
	const names = (await readdir(join(root, 'components/catalogue'), { recursive: true }))
		.filter((name) => name.endsWith('.svelte'))
		.map((name) => `components/catalogue/${name}`);
	names.push('routes/(workspace)/Shell.svelte');
	const places = new Map<string, string[]>();
	const add = (key: string, place: string): void => void places.set(key, [...(places.get(key) ?? []), place]);
	for (const name of names) {
		const text = await readFile(join(root, name), 'utf8');
		const constants = new Map(
			[...text.matchAll(/const ([A-Z_]+) = '([^']+)'/g)].map(([, constant = '', value = '']) => [
				constant,
				value,
			]),
		);
		for (const [, keys = '', rest = ''] of text.matchAll(/\bshortcuts: \[([^\]]+)\],(.*?)\brun\b/gs))
			for (const key of keys.split(', ')) {
				const place = /\bwithin: (.*),/.exec(rest)?.[1] ?? '';
				if (!key.startsWith('STEP_KEYS')) add(constants.get(key) ?? key.replaceAll("'", ''), place);
			}
	}
	for (const key of Object.values(STEP_KEYS)) add(key, '');
	return places;
}

it('no key means two things at one place', async () => {
	const places = await keysOfPage();
	expect(places.size).toBeGreaterThan(20);
	const twice = [...places].filter(([, each]) => each.length > 1 && new Set(each).size < each.length);
	const everywhereToo = [...places].filter(([, each]) => each.length > 1 && each.includes(''));
	expect([twice, everywhereToo]).toEqual([[], []]);
});
