import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verify } from '#server/preservation/ocfl-verify.ts';

/** The fixtures of the OCFL editors for version 1.0, in a folder beside the project; they are not part of it. */
const PLACES = ['../../..', '../../../..'].map((above) =>
	resolve(import.meta.dirname, above, 'shared/conformance/ocfl-1.0'),
);
const FIXTURES = PLACES.find((place) => existsSync(place)) ?? PLACES[0] ?? '';
const isThere = existsSync(FIXTURES);
if (!isThere) console.log(`OCFL 1.0 fixtures are skipped: there is no ${FIXTURES}`);

function namesIn(folder: string): string[] {
	return isThere ? readdirSync(join(FIXTURES, folder)) : ['none'];
}

describe.skipIf(!isThere)('the fixtures of OCFL 1.0', () => {
	it.each(namesIn('good-objects'))('%s is valid', (name) => {
		const { errors, warnings } = verify(join(FIXTURES, 'good-objects', name), { as: 'object' });
		expect(errors).toEqual([]);
		expect(warnings).toEqual([]);
	});

	it.each(namesIn('warn-objects'))('%s is valid, with the warnings of its name', (name) => {
		const { errors, warnings } = verify(join(FIXTURES, 'warn-objects', name), { as: 'object' });
		expect(errors).toEqual([]);
		expect(warnings.map(({ code }) => code)).toEqual(expect.arrayContaining(name.match(/W\d{3}/g) ?? []));
	});

	it.each(namesIn('bad-objects'))('%s is not valid, with the errors of its name', (name) => {
		const { valid, errors } = verify(join(FIXTURES, 'bad-objects', name), { as: 'object' });
		expect(valid).toBe(false);
		expect(errors.map(({ code }) => code)).toEqual(expect.arrayContaining(name.match(/E\d{3}/g) ?? []));
	});

	it.runIf(isThere)('are all there', () => {
		const count = ['good-objects', 'warn-objects', 'bad-objects'].flatMap(namesIn).length;
		expect(count).toBe(76);
	});
});
