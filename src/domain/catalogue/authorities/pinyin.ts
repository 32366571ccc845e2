/** The syllables of a text in lower case without tones, a blank after each sign: `区水务局` → `qu shui wu ju`. */
export type PinyinOf = (text: string) => string;

/**
 * How texts are read aloud. The dictionary is large: it is loaded when first asked for, on the server; pages get the
 * syllables with the list.
 */
export async function loadPinyin(): Promise<PinyinOf> {
	const { pinyin } = await import('pinyin-pro');
	return (text) =>
		plainSyllables(pinyin(text, { toneType: 'none', type: 'array', v: true, nonZh: 'consecutive' }));
}

/** Letters and digits only, so that what people type can be compared. */
function plainSyllables(syllables: readonly string[]): string {
	return syllables
		.map((syllable) => syllable.toLowerCase().replace(/[^a-z0-9]/g, ''))
		.filter((syllable) => syllable !== '')
		.join(' ');
}
