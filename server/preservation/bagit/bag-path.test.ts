import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPath, writtenPath } from './bag-path.ts';

describe('paths that a bag names', () => {
	it.each([
		'/tmp/foo',
		'~/foo',
		'~root/foo',
		'../x',
		'data/../../x',
		'data/..',
		'data\\..\\..\\x',
		'\\.\\./x',
		'C:\\Windows\\x',
		'c:/x',
		'\\\\server\\share',
		'\\\\?\\UNC\\server',
		'%25HomeDrive%25\\x',
		'.%0A/../x',
	])('never lead out of it: %s', (written) => {
		expect(readPath(written, true)).toEqual({ refused: 'path-outside' });
	});

	it.each(['', 'data//x', 'data/', 'data/\0x', '.'])('are those of files: %j', (written) => {
		expect(readPath(written, true)).toEqual({ refused: 'path-malformed' });
	});

	it.each([
		['data/..x', 'data/..x', []],
		['data/a %0D%0a b', 'data/a \r\n b', []],
		['./data/x', 'data/x', ['path-dot-slash']],
		['data/100%25', 'data/100%', []],
		['data/100%', 'data/100%', ['path-percent']],
	] as const)('of 1.0: %s', (written, path, remarks) => {
		expect(readPath(written, true)).toEqual({ path, remarks });
	});

	it('before 1.0 keep their percent signs', () => {
		expect(readPath('data/%7Ea%25%0Ab', false)).toEqual({ path: 'data/%7Ea%25\nb', remarks: [] });
	});

	it('are read as they were written', () =>
		fc.assert(
			fc.property(
				fc.string({ unit: fc.constantFrom('%', '\r', '\n', '0', 'A', 'D', '2', '5', '档') }),
				(name) => {
					const path = `data/x${name}`;
					expect(readPath(writtenPath(path), true)).toEqual({ path, remarks: [] });
				},
			),
		));
});
