import type { Actor } from '#domain/base/actor.ts';
import type { Clock } from '#domain/base/clock.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { Permissions } from '#server/permissions/permissions.ts';
import type { Storage } from '#server/storage/storage.ts';
import { auditLine } from '#server/storage/audit.ts';
import { createBackups, type Backups } from './backup/backup.ts';
import { People } from './people.ts';
import { demandSettings, SettingsStore } from './settings.ts';

/** What the first visit is asked. */
export interface Setup {
	readonly archiveName: string;
	readonly archiveCode: string;
	readonly adminName: string;
	readonly password: string;
	/** Synthetic demonstration holdings, or an empty archive. */
	readonly holdings: 'empty' | 'tiny';
}

/** Accounts, settings, backups and the first visit. */
export interface Administration {
	readonly people: People;
	readonly settings: SettingsStore;
	readonly backups: Backups;
	isSetUp(): Promise<boolean>;
	/**
	 * Sets up the archive, once: of two visitors at the same time one wins.
	 * @throws {Refusal} 'administration.already-set-up' (409) and what names, passwords and settings refuse
	 */
	setUp(setup: Setup): Promise<{ readonly administratorId: string }>;
}

/** Builds the administration of an archive. */
export function createAdministration(parts: {
	storage: Storage;
	clock: Clock;
	permissions: Permissions;
	dataDir: string;
	/** Keeps the archival store as it is until the returned function is called. */
	holdStore: () => Promise<() => void>;
	/** People or settings are others now. */
	onChanged: () => void;
	/** Loads the demonstration holdings, as an import of that person. */
	loadDemo: (actor: Actor) => Promise<void>;
}): Administration {
	const { storage, clock } = parts;
	const people = new People(parts);
	const settings = new SettingsStore(storage, clock);
	settings.onChanged(() => parts.onChanged());
	const isSetUp = async (): Promise<boolean> =>
		(await storage.db
			.selectFrom('setting')
			.select('key')
			.where('key', '=', 'setup.done')
			.executeTakeFirst()) !== undefined;
	return {
		people,
		settings,
		backups: createBackups(parts),
		isSetUp,
		async setUp({ archiveName, archiveCode, adminName, password, holdings }) {
			if (await isSetUp()) throw new Refusal('administration.already-set-up', {}, 409);
			const values = demandSettings({ 'archive.name': archiveName, 'archive.code': archiveCode });
			const addition = await people.addition({ name: adminName, role: 'administrator', password });
			const actor: Actor = { id: addition.id, name: addition.name, via: null };
			await storage.db.transaction().execute(async (transaction) => {
				// Asked again with the writer in hand: of two visitors the second finds it done.
				const done = await transaction
					.selectFrom('setting')
					.select('key')
					.where('key', '=', 'setup.done')
					.executeTakeFirst();
				if (done) throw new Refusal('administration.already-set-up', {}, 409);
				for (const statement of [
					storage.db.insertInto('setting').values({ key: 'setup.done', value: JSON.stringify(true) }),
					...settings.statements(values),
					...addition.statements,
					auditLine(storage, clock, actor, 'setup', 'archive', { archiveName, archiveCode, holdings }),
				])
					await transaction.executeQuery(statement);
			});
			parts.onChanged();
			if (holdings === 'tiny') await parts.loadDemo(actor);
			return { administratorId: addition.id };
		},
	};
}
