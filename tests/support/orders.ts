import type { EntryId } from '#domain/base/ids.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import type { OrderRule } from '#domain/collaboration/orders.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import type { App } from '#server/app.ts';
import type { Identity } from '#server/permissions/identity.ts';
import { personOf } from './conflicts.ts';
import { aMadeEntry, system } from './entries.ts';

/** By hand in the workspace. */
export const by = (person: Person): Identity => ({ person, via: null });

/** A fonds with items of these titles below it, and who proposes and who checks. */
export async function aFonds(
	app: App,
	titles: readonly string[],
	fields: Readonly<Record<FieldKey, FieldValue>> = {},
): Promise<{
	readonly fonds: EntryId;
	readonly items: readonly EntryId[];
	readonly proposer: Person;
	readonly checker: Person;
}> {
	const fonds = await aMadeEntry(app, { title: '合成全宗', level: 'fonds' });
	const items: EntryId[] = [];
	for (const [at, title] of titles.entries())
		items.push(
			await aMadeEntry(app, {
				title,
				parentId: fonds,
				fields: { referenceCode: `X001-${String(at).padStart(4, '0')}`, ...fields },
			}),
		);
	return {
		fonds,
		items,
		proposer: await personOf(app, '著录员', 'reviewer'),
		checker: await personOf(app, '审核员', 'reviewer'),
	};
}

/** What the row of an entry says. */
export async function fieldsOf(app: App, id: EntryId): Promise<Readonly<Record<FieldKey, FieldValue>>> {
	return (await app.catalogue.entry(system, id)).fields;
}

/** Replaces a short form in titles. */
export const replaceWords = (under: EntryId): OrderRule => ({
	kind: 'replace',
	under,
	field: 'title',
	words: '区府',
	by: '区政府',
});
