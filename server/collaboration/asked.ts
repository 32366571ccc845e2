import { parseDocName } from '#sync/entry-doc.ts';
import { PERSON_HEADER } from '#sync/person-header.ts';

/** Below it, the names of documents for plain Yjs clients. */
export const PLAIN_YJS_PATH = '/yjs/';

/** What the address of an upgrade says. */
export interface Asked {
	/** The one document of a plain Yjs client; undefined on `/collab`. */
	readonly docName: string | undefined;
	readonly token: string | undefined;
	readonly lineage: string | null;
	/** Whose work it is to be; null when it is that of whoever is signed in. */
	readonly personId: string | null;
}

/** Reads the address of an upgrade that is known to be one of ours. */
export function readAsked(url: string): Asked {
	const { pathname, searchParams } = new URL(url, 'http://localhost');
	const lineage = searchParams.get('lineage');
	const personId = searchParams.get(PERSON_HEADER);
	if (!pathname.startsWith(PLAIN_YJS_PATH))
		return { docName: undefined, token: undefined, lineage, personId };
	return {
		docName: docNameIn(pathname.slice(PLAIN_YJS_PATH.length)),
		token: searchParams.get('token') ?? undefined,
		lineage,
		personId,
	};
}

/** Empty when it names none: Hocuspocus, too, finds things of its own in the name of a document. */
function docNameIn(path: string): string {
	try {
		const name = decodeURIComponent(path);
		return parseDocName(name) ? name : '';
	} catch {
		return '';
	}
}
