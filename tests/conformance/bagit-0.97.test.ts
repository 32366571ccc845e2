import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BagProblemCode } from '#server/preservation/bagit/bag-problem.ts';
import { verifyBag } from '#server/preservation/bagit/verify-bag.ts';

/** The conformance suite for BagIt 0.97, in a folder beside the project; it is not part of it. */
const FIXTURES = resolve(import.meta.dirname, '../../../shared/conformance/bagit-v0.97');
const isThere = existsSync(FIXTURES);
if (!isThere) console.log(`BagIt 0.97 fixtures are skipped: there is no ${FIXTURES}`);

function namesIn(folder: string): string[] {
	return isThere ? readdirSync(join(FIXTURES, folder)) : ['none'];
}

async function codesOf(folder: string, name: string) {
	const { verdict, problems } = await verifyBag(join(FIXTURES, folder, name));
	const of = (severity: string) => [
		...new Set(problems.filter((each) => each.severity === severity).map(({ code }) => code)),
	];
	return { verdict, errors: of('error'), warnings: of('warning') };
}

/** What each bag of the suite is wrong for, among other things. */
const REASONS: Readonly<Record<string, BagProblemCode>> = {
	'baginfo-missing-encoding': 'declaration-malformed',
	'bom-in-bagit.txt': 'declaration-bom',
	'corrupt-data-file': 'checksum-differs',
	'corrupt-tag-file': 'checksum-differs',
	'extra-file-in-bag': 'file-unlisted',
	'invalid-version-number': 'version-unknown',
	'missing-baginfo': 'file-missing',
	'missing-bagit.txt': 'declaration-missing',
	'same-filename-listed-twice-with-different-hashes': 'listed-twice-differently',
	'duplicate-file-with-different-case': 'name-case-clash',
	'made-with-md5sum-tools': 'path-asterisk',
	'relative-path': 'path-dot-slash',
	'same-filename-listed-twice-with-different-normalization': 'name-normalization-clash',
	'same-filename-listed-twice-with-the-same-hash': 'listed-twice',
	'special-system-files': 'system-file-missing',
};

describe.skipIf(!isThere)('the conformance suite for BagIt 0.97', () => {
	it.each(namesIn('valid'))('valid: %s', async (name) => {
		const { errors, warnings } = await codesOf('valid', name);
		// The suite has this one twice: among the valid bags, and among those to warn of.
		const expected = name === 'bag-with-leading-dot-slash-in-manifest' ? ['path-dot-slash'] : [];
		expect({ errors, warnings }).toEqual({ errors: [], warnings: expected });
	});

	it.each(namesIn('warning'))('valid with warnings: %s', async (name) => {
		const { verdict, errors, warnings } = await codesOf('warning', name);
		expect({ verdict, errors }).toEqual({ verdict: 'valid-with-warnings', errors: [] });
		expect(warnings).toContain(REASONS[name]);
	});

	it.each(namesIn('invalid'))('invalid: %s', async (name) => {
		const { verdict, errors } = await codesOf('invalid', name);
		expect(verdict).toBe('invalid');
		expect(errors).toContain(REASONS[name] ?? 'path-outside');
	});

	// A path that leads out of the bag on one system is refused on all: bags travel.
	it.each(['linux-only', 'windows-only'].flatMap((folder) => namesIn(folder).map((name) => [folder, name])))(
		'invalid everywhere: %s/%s',
		async (folder, name) => {
			const { verdict, errors } = await codesOf(folder as string, name as string);
			expect(verdict).toBe('invalid');
			expect(errors).toContain('path-outside');
		},
	);
});
