import { readFile, stat } from 'node:fs/promises';
import * as Y from 'yjs';
import type { Actor } from '#domain/base/actor.ts';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import { textOf, type FieldValue } from '#domain/catalogue/entry.ts';
import { MAX_STATE_BYTES } from '#sync/sync-messages.ts';
import { readUnsent, UNSENT_VERSION, type UnsentFile } from '#sync/unsent-file.ts';
import { auditLine } from '#server/storage/audit.ts';
import { noFileRefusal } from '#server/storage/no-file.ts';
import type { App } from '#server/app.ts';
import { actorOf, type Identity } from '#server/permissions/identity.ts';
import type { VerbContext } from './verb.ts';
import { wordsOf } from '#server/words.ts';
import { systemClock } from '#domain/base/clock.ts';

const MAX_FILE_BYTES = 256 * 1024 * 1024;

type Item = UnsentFile['items'][number];

/** What `lantai unsent import` answers. */
export interface UnsentAnswer {
	readonly items: number;
	readonly taken: number;
	/** What the archive holds already. */
	readonly nothingNew: number;
	/** What was never handed in: in the file to be read, and not taken. */
	readonly drafts: number;
	/** Nothing of these is logged; their values, to be typed again. */
	readonly refused: readonly {
		readonly doc: string;
		readonly title: string;
		readonly code: string;
		readonly message: string;
		readonly edits: readonly { readonly field: string; readonly value: string; readonly at: string }[];
	}[];
}

/**
 * Rule S11: logs the work a device could not send, item by item. An item is logged whole or not at all, and a refused
 * one does not hold up the others.
 * @throws {Refusal} 'import.no-file' (404) | 'unsent.no-file' (404) | 'unsent.bad-file' | 'unsent.newer' |
 * 'unsent.damaged' | 'unsent.other-archive' (409) | 'unsent.other-person' (403)
 */
export async function importUnsent(
	app: App,
	{ file: path }: { readonly file: string },
	{ identity, language, signal }: VerbContext,
): Promise<UnsentAnswer> {
	const file = await readFileOf(path);
	const settings = await app.administration.settings.all();
	if (file.archive.code !== settings['archive.code'])
		throw new Refusal(
			'unsent.other-archive',
			{ name: file.archive.name, code: file.archive.code, here: settings['archive.code'] },
			409,
		);
	const alsoBy = await authorsOf(app, file, identity);
	const actor: Actor = { ...actorOf(identity), via: 'unsent-file' };
	let taken = 0;
	let nothingNew = 0;
	const refused: UnsentAnswer['refused'][number][] = [];
	for (const item of file.items) {
		if (signal.aborted) throw new Refusal('cli.cancelled');
		try {
			if (await takeItem(app, item, actor, { person: identity.person, alsoBy })) taken++;
			else nothingNew++;
		} catch (error) {
			const known = isRefusal(error) ? error : new Refusal('server.failed');
			if (known !== error) app.logger.error({ err: error, doc: item.doc }, 'an unsent item failed');
			refused.push({
				doc: item.doc,
				title: item.title,
				code: known.code,
				message: wordsOf(known, language),
				edits: item.edits.map(({ field, value, at }) => ({ field, value: valueText(value), at })),
			});
		}
	}
	for (const { doc } of file.sealed ?? []) {
		const code = 'unsent.sealed';
		refused.push({ doc, title: '', code, message: wordsOf(new Refusal(code), language), edits: [] });
	}
	await app.storage.batch([
		auditLine(app.storage, systemClock, actor, 'unsent.import', file.sha256, {
			device: file.device,
			person: file.person,
			exportedAt: file.exportedAt,
			items: file.items.length,
			taken,
			nothingNew,
			refused: refused.map(({ doc, code }) => ({ doc, code })),
		}),
	]);
	return { items: file.items.length, taken, nothingNew, drafts: file.drafts?.length ?? 0, refused };
}

/** True when it held something new. */
async function takeItem(
	app: App,
	item: Item,
	actor: Actor,
	rights: { readonly person: Identity['person']; readonly alsoBy: readonly string[] },
): Promise<boolean> {
	let isNew = false;
	for (const update of merged(item.updates))
		isNew = (await app.collaboration.takeUpdate(item.doc, update, actor, rights)).isNew || isNew;
	return isNew;
}

/** One update for all where the limit allows it, so that an item is taken whole or not at all. */
function merged(updates: readonly string[]): Uint8Array[] {
	const all = updates.map((text) => new Uint8Array(Buffer.from(text, 'base64')));
	try {
		const one = Y.mergeUpdates(all);
		return one.byteLength <= MAX_STATE_BYTES ? [one] : all;
	} catch (error) {
		throw new Refusal('collaboration.malformed-update', {
			reason: error instanceof Error ? error.message : String(error),
		});
	}
}

/**
 * Whose elements may be in the file besides the operator's own. A file proves nothing of its person: for somebody else
 * only administrators may hand it in, and the log names them.
 */
async function authorsOf(
	app: App,
	{ person }: UnsentFile,
	{ person: operator }: Identity,
): Promise<string[]> {
	if (operator.id === person.id) return [];
	if (operator.role !== 'administrator')
		throw new Refusal('unsent.other-person', { name: person.name || person.id }, 403);
	const account = await app.storage.db
		.selectFrom('user')
		.select('name')
		.where('id', '=', person.id)
		.executeTakeFirst();
	return account ? [person.id, account.name] : [person.id];
}

async function readFileOf(path: string): Promise<UnsentFile> {
	let text: string;
	try {
		if ((await stat(path)).size > MAX_FILE_BYTES) throw new Refusal('unsent.bad-file', { where: 'size' });
		text = await readFile(path, 'utf8');
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === 'EACCES') throw new Refusal('unsent.no-file', { path, reason: code }, 404);
		throw noFileRefusal(path, error) ?? error;
	}
	const read = readUnsent(text);
	if ('file' in read) return read.file;
	if (read.problem === 'version')
		throw new Refusal('unsent.newer', { found: read.found, known: UNSENT_VERSION });
	throw read.problem === 'digest'
		? new Refusal('unsent.damaged', { path })
		: new Refusal('unsent.bad-file', { where: read.where });
}

function valueText(value: unknown): string {
	if (value === null || value === undefined) return '';
	return textOf(value as FieldValue) || (value === '' ? '' : JSON.stringify(value));
}
