/**
 * First characters by pinyin of each initial, in the order of the collation. An input method is off outside of text
 * fields, so letters are all that can be typed to find a Chinese word.
 */
const INITIALS: readonly (readonly [first: string, letter: string])[] = [
	['阿', 'a'],
	['八', 'b'],
	['嚓', 'c'],
	['哒', 'd'],
	['妸', 'e'],
	['发', 'f'],
	['旮', 'g'],
	['哈', 'h'],
	['讥', 'j'],
	['咔', 'k'],
	['垃', 'l'],
	['妈', 'm'],
	['拏', 'n'],
	['噢', 'o'],
	['妑', 'p'],
	['七', 'q'],
	['呥', 'r'],
	['仨', 's'],
	['他', 't'],
	['哇', 'w'],
	['夕', 'x'],
	['丫', 'y'],
	['帀', 'z'],
];
const collator = new Intl.Collator('zh-CN-u-co-pinyin');

/** The initial of a Chinese character in pinyin; any other character in lower case. */
function initialOf(character: string): string {
	if (!/\p{Script=Han}/u.test(character)) return character.toLowerCase();
	return INITIALS.findLast(([first]) => collator.compare(first, character) <= 0)?.[1] ?? character;
}

/** Whether a text begins with what was typed, letters also standing for the pinyin of Chinese characters. */
export function startsWith(text: string, typed: string): boolean {
	if (text.toLowerCase().startsWith(typed)) return true;
	// Brackets and quotation marks before the first word are passed over.
	const words = text.replace(/^[^\p{L}\p{N}]+/u, '');
	return [...typed].every((sign, at) => initialOf([...words][at] ?? '') === sign);
}
