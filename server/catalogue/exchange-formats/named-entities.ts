/** Names that finding aids use without declaring them, beside the five of XML. Never taken from a file. */
const NAMED: Readonly<Record<string, string>> = {
	amp: '&',
	lt: '<',
	gt: '>',
	quot: '"',
	apos: "'",
	nbsp: '\u00a0',
	ensp: '\u2002',
	emsp: '\u2003',
	thinsp: '\u2009',
	shy: '\u00ad',
	ndash: '–',
	mdash: '—',
	lsquo: '‘',
	rsquo: '’',
	sbquo: '‚',
	ldquo: '“',
	rdquo: '”',
	bdquo: '„',
	laquo: '«',
	raquo: '»',
	hellip: '…',
	bull: '•',
	middot: '·',
	dagger: '†',
	sect: '§',
	para: '¶',
	copy: '©',
	reg: '®',
	trade: '™',
	deg: '°',
	plusmn: '±',
	times: '×',
	frac12: '½',
	frac14: '¼',
	frac34: '¾',
	pound: '£',
	yen: '¥',
	euro: '€',
	cent: '¢',
	iexcl: '¡',
	iquest: '¿',
	szlig: 'ß',
	aelig: 'æ',
	AElig: 'Æ',
	oelig: 'œ',
	OElig: 'Œ',
	oslash: 'ø',
	Oslash: 'Ø',
};

/** Combining marks of the names made of a letter and an accent, as in `eacute`. */
const ACCENTS: Readonly<Record<string, string>> = {
	grave: '\u0300',
	acute: '\u0301',
	circ: '\u0302',
	tilde: '\u0303',
	uml: '\u0308',
	ring: '\u030a',
	cedil: '\u0327',
};

/** The text of a well-known entity, `undefined` for any other name. */
export function namedEntity(name: string): string | undefined {
	if (Object.hasOwn(NAMED, name)) return NAMED[name];
	const [, letter, accent] = /^([A-Za-z])(grave|acute|circ|tilde|uml|ring|cedil)$/.exec(name) ?? [];
	if (!letter || !accent) return undefined;
	const composed = `${letter}${ACCENTS[accent]}`.normalize('NFC');
	return composed.length === 1 ? composed : undefined;
}
