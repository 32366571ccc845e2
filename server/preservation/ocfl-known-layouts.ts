import { areTuples, DIGEST_LENGTHS, LAYOUT, objectPath, placeDigest, readLayout } from './ocfl-layout.ts';

/** A rule by which the id of an object says where it lies. */
export interface KnownLayout {
	readonly name: string;
	/** Path below the storage root; undefined for an id the rule has no place for. */
	pathOf(objectId: string): string | undefined;
}

type Config = Readonly<Record<string, unknown>>;

/** Community extensions an object or a root may name. @see OCFL Extensions repository */
export const REGISTERED_EXTENSIONS: readonly string[] = [
	'0001-digest-algorithms',
	'0002-flat-direct-storage-layout',
	'0003-hash-and-id-n-tuple-storage-layout',
	'0004-hashed-n-tuple-storage-layout',
	'0005-mutable-head',
	'0006-flat-omit-prefix-storage-layout',
	'0007-n-tuple-omit-prefix-storage-layout',
	'0008-schema-registry',
	'0009-digest-algorithms',
	'0010-differential-n-tuple-omit-prefix-storage-layout',
	'0011-direct-clean-path-layout',
	'0012-hash-and-no-prefix-id-n-tuple-storage-layout',
	'initial',
];

const READERS: Readonly<Record<string, (config: Config) => KnownLayout['pathOf'] | undefined>> = {
	'0002-flat-direct-storage-layout': () => (id) => asFolder(id),
	'0003-hash-and-id-n-tuple-storage-layout': hashAndId,
	'0004-hashed-n-tuple-storage-layout': (config) => {
		const layout = readLayout(config);
		return layout && ((id) => objectPath(id, layout));
	},
	'0006-flat-omit-prefix-storage-layout': ({ delimiter }) =>
		isText(delimiter) ? (id) => asFolder(withoutPrefix(id, delimiter)) : undefined,
	'0007-n-tuple-omit-prefix-storage-layout': omitPrefix,
	pairtree: () => pairtree,
};

/** The layout a root's configuration describes; undefined when it is none we know, or out of its bounds. */
export function layoutOf(config: unknown): KnownLayout | undefined {
	const given = (config ?? {}) as Config;
	const name = given['extensionName'];
	const pathOf =
		typeof name === 'string' && Object.hasOwn(READERS, name) ? READERS[name]?.(given) : undefined;
	return pathOf && { name: String(name), pathOf };
}

/** Layouts with their usual parameters, to recognise a root that does not say how it is laid out. */
export const USUAL_LAYOUTS: readonly KnownLayout[] = [
	{ extensionName: LAYOUT.extensionName },
	{ extensionName: LAYOUT.extensionName, tupleSize: 0, numberOfTuples: 0 },
	{ extensionName: '0003-hash-and-id-n-tuple-storage-layout' },
	{ extensionName: '0002-flat-direct-storage-layout' },
	{ extensionName: '0006-flat-omit-prefix-storage-layout', delimiter: ':' },
	{ extensionName: '0006-flat-omit-prefix-storage-layout', delimiter: '/' },
	{ extensionName: '0007-n-tuple-omit-prefix-storage-layout' },
	{ extensionName: 'pairtree' },
].map((config) => layoutOf(config) as KnownLayout);

/** @see OCFL Community Extension 0003, Procedure */
function hashAndId(config: Config): KnownLayout['pathOf'] | undefined {
	const { digestAlgorithm, tupleSize, numberOfTuples } = { ...LAYOUT, ...config };
	const length = DIGEST_LENGTHS[String(digestAlgorithm)] ?? 0;
	if (!areTuples(tupleSize, numberOfTuples, length)) return undefined;
	const layout = { ...LAYOUT, digestAlgorithm, tupleSize, numberOfTuples };
	return (id) => {
		const encoded = [...Buffer.from(id, 'utf8')].map(percentEncoded).join('');
		const name = encoded.length > 100 ? `${encoded.slice(0, 100)}-${placeDigest(id, layout)}` : encoded;
		return [...objectPath(id, layout).split('/').slice(0, -1), name].join('/');
	};
}

function percentEncoded(byte: number): string {
	const sign = String.fromCharCode(byte);
	return /[A-Za-z0-9_-]/.test(sign) ? sign : `%${byte.toString(16).padStart(2, '0')}`;
}

/** @see OCFL Community Extension 0007, Procedure */
function omitPrefix(config: Config): KnownLayout['pathOf'] | undefined {
	const {
		delimiter = ':',
		tupleSize = 3,
		numberOfTuples = 3,
		zeroPadding = 'left',
		reverseObjectRoot = false,
	} = config;
	const inBounds = (each: unknown): each is number =>
		Number.isInteger(each) && Number(each) > 0 && Number(each) <= 32;
	if (!isText(delimiter) || !inBounds(tupleSize) || !inBounds(numberOfTuples)) return undefined;
	return (id) => {
		const rest = withoutPrefix(id, delimiter);
		// The extension is defined over ASCII: what a sign is would else be a question of normal forms.
		if (!/^[\x20-\x7f]+$/.test(rest)) return undefined;
		const length = tupleSize * numberOfTuples;
		const padded = zeroPadding === 'right' ? rest.padEnd(length, '0') : rest.padStart(length, '0');
		const turned = reverseObjectRoot === true ? [...padded].reverse().join('') : padded;
		const tuples = Array.from({ length: numberOfTuples }, (_, index) =>
			turned.slice(index * tupleSize, (index + 1) * tupleSize),
		);
		return asPath([...tuples, rest]);
	};
}

/** Pairs of the cleaned id, around the object in a folder of the whole of it. @see PairTree for Collections 0.1 */
function pairtree(id: string): string | undefined {
	const cleaned = [...Buffer.from(id, 'utf8')]
		.map((byte) => {
			const sign = String.fromCharCode(byte);
			return byte < 0x21 || byte > 0x7e || '"*+,<=>?\\^|'.includes(sign)
				? `^${byte.toString(16).padStart(2, '0')}`
				: sign;
		})
		.join('')
		.replaceAll('/', '=')
		.replaceAll(':', '+')
		.replaceAll('.', ',');
	return asPath([...(cleaned.match(/.{1,2}/g) ?? []), cleaned]);
}

/** What follows the last delimiter, whose letters may be large or small; the whole id where there is none. */
function withoutPrefix(id: string, delimiter: string): string {
	const at = id.toLowerCase().lastIndexOf(delimiter.toLowerCase());
	return at < 0 ? id : id.slice(at + delimiter.length);
}

function asFolder(name: string): string | undefined {
	return asPath([name]);
}

function asPath(parts: readonly string[]): string | undefined {
	const isPath = parts.every((part) => part !== '' && part !== '.' && part !== '..' && !part.includes('/'));
	return isPath ? parts.join('/') : undefined;
}

function isText(given: unknown): given is string {
	return typeof given === 'string' && given !== '';
}
