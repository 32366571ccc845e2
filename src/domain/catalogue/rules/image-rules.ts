import { countOf } from './page-rules.ts';
import { found, NOT_APPLICABLE, NOTHING, type Rule, type RuleFinding } from './rule.ts';

const DAT31 = 'DA/T 31-2017';
/** Images hang on an entry and are no field of it. */
const IMAGES = 'images';

/** The name of the image of a page: the code, and the page in as many digits as it needs, at least three. */
export function imageName(referenceCode: string, page: number, extension: string): string {
	return `${referenceCode}-${String(page).padStart(3, '0')}${extension}`;
}

const R53: Rule = {
	id: 'R53',
	cases: { none: 'E', missing: 'E', naming: 'E' },
	scope: 'entry',
	reads: ['referenceCode'],
	needs: ['images'],
	basis: DAT31,
	check(view) {
		const { images } = view.facts;
		if (!images) return NOT_APPLICABLE;
		const code = view.text('referenceCode').trim();
		let findings: RuleFinding[] | undefined;
		if (images.names.length === 0) return [found(R53, 'none', IMAGES, '')];
		if (images.missing && images.missing.length > 0)
			(findings ??= []).push(
				found(R53, 'missing', IMAGES, images.missing[0] ?? '', { params: { count: images.missing.length } }),
			);
		if (code === '') return findings ?? NOTHING;
		let wrong = 0;
		let first = -1;
		for (let at = 0; at < images.names.length; at++) {
			if (isNamedFor(images.names[at] as string, code)) continue;
			if (first === -1) first = at;
			wrong++;
		}
		if (wrong > 0) {
			const name = images.names[first] as string;
			const extension = /\.[a-z0-9]{1,5}$/i.exec(name)?.[0] ?? '';
			(findings ??= []).push(
				found(R53, 'naming', IMAGES, name, {
					params: { count: wrong, name: name.slice(0, 80) },
					suggestion: imageName(code, first + 1, extension.toLowerCase()),
				}),
			);
		}
		return findings ?? NOTHING;
	},
};

/** The code, a separator, a page, an ending. */
function isNamedFor(name: string, code: string): boolean {
	if (!name.startsWith(code)) return false;
	let at = code.length;
	const separator = name.charCodeAt(at++);
	if (separator !== 0x2d && separator !== 0x5f && separator !== 0x2e) return false;
	const first = at;
	while (at < name.length && name.charCodeAt(at) >= 48 && name.charCodeAt(at) <= 57) at++;
	if (at === first || at - first > 6) return false;
	return (
		at === name.length || (name.charCodeAt(at) === 0x2e && name.length - at >= 2 && name.length - at <= 6)
	);
}

const R54: Rule = {
	id: 'R54',
	cases: { text: 'W' },
	scope: 'entry',
	reads: [],
	needs: ['images'],
	basis: DAT31,
	check(view) {
		const { images } = view.facts;
		if (!images || images.pagesWithText === undefined) return NOT_APPLICABLE;
		const pages = images.names.length;
		if (pages === 0 || images.pagesWithText > 0) return NOTHING;
		return [found(R54, 'text', IMAGES, '', { params: { count: pages } })];
	},
};

/** The part of R44 that needs no other entry. */
export const R44: Rule = {
	id: 'R44',
	cases: { images: 'W', sum: 'W' },
	scope: 'across',
	reads: ['pageCount'],
	needs: ['images'],
	basis: DAT31,
	check(view) {
		const { images } = view.facts;
		if (!images) return NOT_APPLICABLE;
		const pages = countOf(view.text('pageCount').trim());
		if (pages === undefined || images.names.length === 0 || images.names.length === pages) return NOTHING;
		return [
			found(R44, 'images', 'pageCount', view.text('pageCount'), {
				params: { images: images.names.length, pages },
			}),
		];
	},
};

export const IMAGE_RULES: readonly Rule[] = [R44, R53, R54];
