import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EntryId } from '#domain/base/ids.ts';
import type { PurgeDetail } from '#domain/administration/purge.ts';
import type { App } from '#server/app.ts';
import { personOf } from './conflicts.ts';
import { aMadeEntry, system } from './entries.ts';
import { by } from './orders.ts';

/** An order that one person proposed and another approved. It is being carried out. */
export async function anApprovedPurge(
	app: App,
	entries: readonly EntryId[],
	options: { readonly below?: boolean; readonly keepsCode?: boolean } = {},
): Promise<PurgeDetail> {
	const proposer = await personOf(app, '保管员甲');
	const approver = await personOf(app, '主任乙', 'administrator');
	const { number } = await app.purges.propose(by(proposer), {
		entries,
		ground: 'classified',
		why: '误入',
		below: options.below ?? false,
		keepsCode: options.keepsCode ?? false,
	});
	return app.purges.approve(by(approver), number, number, '同意');
}

/** The same, carried out. */
export async function aPurge(
	app: App,
	entries: readonly EntryId[],
	options: { readonly below?: boolean; readonly keepsCode?: boolean } = {},
): Promise<PurgeDetail> {
	const { number } = await anApprovedPurge(app, entries, options);
	await app.purges.ended(number);
	return app.purges.show(await personOf(app, '主任乙', 'administrator'), number);
}

/** A word that stands in every entry {@link aPlainArchive} is to lose, and nowhere else. */
export const SECRET = '绝密词';

/** An archive with an entry made by hand and an imported one that are to go, each beside one that stays. */
export async function aPlainArchive(app: App, folder: string): Promise<readonly EntryId[]> {
	const made = await aMadeEntry(app, { title: `手工${SECRET}`, level: 'fonds' });
	await aMadeEntry(app, { title: '留下', level: 'fonds' });
	await writeFile(join(folder, 'list.csv'), `档号,题名\nA-1,导入${SECRET}\nA-2,留下\n`);
	const running = { onProgress: () => undefined, signal: new AbortController().signal };
	const { rootIds } = await app.importDesk.run(by(system), { path: join(folder, 'list.csv') }, running);
	const { rows } = await app.catalogue.children(system, rootIds[0] as EntryId, 0, 10);
	await app.preservation.flush('demand');
	return [made, rows[0]?.id as EntryId];
}
