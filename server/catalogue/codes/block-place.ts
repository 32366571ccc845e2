import type { EntryId } from '#domain/base/ids.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import type { BlockPlace } from '#domain/catalogue/reference-codes/code-block.ts';
import type { NumberPartId } from '#domain/catalogue/reference-codes/code-parts.ts';
import {
	CODE_FIELDS,
	codeBasis,
	readEntryCode,
	regimeInUse,
	type CodeBasis,
	type CodeLack,
} from '#domain/catalogue/reference-codes/entry-code.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { CodedSource } from './code-sources.ts';

/** What codes like the one of an entry are made of: of its code where that can be read, else of what it says. */
export function basisLike({ profile, chain, fonds }: CodedSource): CodeBasis | CodeLack {
	const read = fonds && readEntryCode(profileOf(profile), chain, fonds);
	const regime = read && 'parts' in read ? regimeInUse(fonds, read.regime) : undefined;
	if (!read || !('parts' in read) || !regime) return codeBasis(profileOf(profile), chain, fonds);
	const parts = { ...read.parts };
	delete parts[read.final];
	return { ok: true, regime, final: read.final, parts };
}

/** Where entries like one belong, and what they say so that their codes are of the same group. */
export async function placeLike(
	{ db }: Pick<Storage, 'db'>,
	source: CodedSource,
	final: NumberPartId,
): Promise<BlockPlace> {
	const row = await db
		.selectFrom('entry')
		.select('parent_id')
		.where('row_id', '=', source.rowId)
		.executeTakeFirstOrThrow();
	const last = await db
		.selectFrom('entry')
		.select((each) => each.fn.max('order_key').as('order'))
		.where('parent_id', row.parent_id === null ? 'is' : '=', row.parent_id)
		.where('status', '=', 'active')
		.executeTakeFirst();
	const own = source.chain[0]?.fields ?? {};
	const fields: Record<FieldKey, FieldValue> = {};
	for (const field of CODE_FIELDS)
		if (field !== 'referenceCode' && field !== final && own[field] !== undefined && own[field] !== null)
			fields[field] = own[field];
	return {
		parentId: row.parent_id as EntryId | null,
		level: source.level,
		profile: source.profile,
		fields,
		final,
		lastOrder: last?.order ?? '',
	};
}
