/** Notes on an entry: what it stands for, and on fields that are not settled, of which EAD3 has one value, the others. */
import { fieldIdOf, textOf, type FieldKey, type FieldValue } from '#domain/catalogue/entry.ts';
import { fieldOf, type Profile } from '#domain/catalogue/profile.ts';
import type { Standing, Unsettled } from '#domain/catalogue/unsettled.ts';
import { shownText } from './ead-values.ts';
import { formatMark, STANDING_NOTE, UNSETTLED_NOTE } from './ead3-marks.ts';
import { xmlElement, type XmlElement } from './xml-element.ts';
import { legalText } from './xml-write.ts';

const WORDS = {
	zh: {
		head: (field: string) => `${field}：多个值并存，尚未确定（新值在前）`,
		signed: (words: string, author: string, at: string) => `${words}（${author}，${at}）`,
		reason: '存疑理由：',
		cleared: '（空）',
		approved: '已核准',
		working: '工作版本，未经核准',
	},
	en: {
		head: (field: string) => `${field}: several values stand, not settled (newest first)`,
		signed: (words: string, author: string, at: string) => `${words} (${author}, ${at})`,
		reason: 'Left disputed: ',
		cleared: '(cleared)',
		approved: 'Approved',
		working: 'Working version, not approved',
	},
};

/** A `processinfo` that says what the entry stands for; none for one that is as an import made it. */
export function standingNotes(standing: Standing | undefined, language: string): XmlElement[] {
	if (standing === undefined) return [];
	const words = WORDS[language.startsWith('zh') ? 'zh' : 'en'];
	return [
		xmlElement('processinfo', { localtype: STANDING_NOTE, altrender: formatMark({ standing }) }, [
			xmlElement('p', {}, [words[standing]]),
		]),
	];
}

/** A `processinfo` for each field of an entry with several values, naming the field and saying them all. */
export function unsettledNotes(
	{ conflicts = {}, disputes = {} }: Unsettled,
	profile: Profile,
	language: string,
): XmlElement[] {
	const tongue = language.startsWith('zh') ? 'zh' : 'en';
	const words = WORDS[tongue];
	const paragraph = (text: string): XmlElement => xmlElement('p', {}, [legalText(text)]);
	return Object.entries(conflicts).map(([key, values]) => {
		const id = fieldIdOf(key);
		const dispute = disputes[key];
		return xmlElement(
			'processinfo',
			{ localtype: UNSETTLED_NOTE, altrender: formatMark({ field: legalText(key) }) },
			[
				xmlElement('head', {}, [legalText(words.head(fieldOf(profile, id)?.label[tongue] ?? id))]),
				...values.map(({ value, author, at }) =>
					paragraph(words.signed(valueText(profile, key, value) || words.cleared, author, at)),
				),
				...(dispute
					? [paragraph(words.reason + words.signed(dispute.reason, dispute.author, dispute.at))]
					: []),
			],
		);
	});
}

function valueText(profile: Profile, key: FieldKey, value: FieldValue): string {
	return (
		shownText(profile, fieldIdOf(key), value) ||
		(value === null ? '' : textOf(value) || JSON.stringify(value))
	);
}
