/** Notes what is wrong with an inventory, by the specification's code. */
export type Note = (code: string, message: string) => void;
/** A JSON object as it was read. */
export type Block = Readonly<Record<string, unknown>>;

export function isBlock(given: unknown): given is Block {
	return typeof given === 'object' && given !== null && !Array.isArray(given);
}

export function isListOfText(given: unknown): given is string[] {
	return Array.isArray(given) && given.every((each) => typeof each === 'string');
}

/** Notes each key of a block that is not among those specified. */
export function checkKeys(block: Block, known: readonly string[], where: string, note: Note): void {
	for (const key of Object.keys(block))
		if (!known.includes(key)) note('E102', `a key in ${where} that is not specified: ${key}`);
}

/**
 * Checks digests with lists of content paths, as the manifest and each block of fixity have them.
 * @returns all paths
 */
export function checkPathLists(
	block: Block,
	codes: { readonly digests: string; readonly lists: string },
	note: Note,
): readonly string[] {
	const seen = new Set<string>();
	const paths: string[] = [];
	for (const [digest, list] of Object.entries(block)) {
		if (seen.has(digest.toLowerCase())) note(codes.digests, `a digest twice: ${digest}`);
		seen.add(digest.toLowerCase());
		if (!isListOfText(list)) note(codes.lists, `no list of content paths at ${digest}`);
		else if (list.length === 0) note(codes.lists, `no content path at ${digest}`);
		else for (const path of list) paths.push(path);
	}
	for (const path of paths) {
		if (path.includes('\\') && !path.includes('/')) note('E035', `a path that is not parted by /: ${path}`);
		checkPath(path, { edges: 'E100', elements: 'E099' }, note);
	}
	checkConflicts(paths, 'E101', note);
	return paths;
}

/** Checks that a path leads downwards, and nowhere else. */
export function checkPath(
	path: string,
	codes: { readonly edges: string; readonly elements: string },
	note: Note,
): void {
	if (path.startsWith('/') || path.endsWith('/'))
		note(codes.edges, `a path begins or ends with a slash: ${path}`);
	const parts = path.replace(/^\/|\/$/g, '').split('/');
	if (parts.some((part) => part === '' || part === '.' || part === '..'))
		note(codes.elements, `a path with an empty part or dots: ${JSON.stringify(path)}`);
}

/** Checks that no path is there twice, or a folder of another. */
export function checkConflicts(paths: readonly string[], code: string, note: Note): void {
	const all = new Set(paths);
	if (all.size < paths.length) note(code, 'a path is named twice');
	for (const path of all)
		for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1))
			if (all.has(path.slice(0, slash))) note(code, `a file and a folder of one name: ${path}`);
}
