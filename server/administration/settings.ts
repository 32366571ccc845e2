import * as v from 'valibot';
import type { Actor } from '#domain/base/actor.ts';
import type { Clock } from '#domain/base/clock.ts';
import { Refusal } from '#domain/base/refusal.ts';
import type { Statement, Storage } from '#server/storage/storage.ts';
import { ERRORS_BLOCK } from '#server/catalogue/checks/open-errors.ts';
import { auditLine } from '#server/storage/audit.ts';

const Settings = v.object({
	'archive.name': v.optional(v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(100)), '档案馆'),
	'archive.code': v.optional(v.pipe(v.string(), v.trim(), v.regex(/^[A-Za-z0-9]{1,20}$/)), '000000'),
	/** Whether an entry with errors of description that nobody accepted can be registered. */
	[ERRORS_BLOCK]: v.optional(v.boolean(), true),
	/** Seconds without an edit after which an entry is written to the archival store. */
	'deposit.idleSeconds': v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(86_400)), 60),
	/** Days within which every object of the archival store is read and compared with its digests again. */
	'fixity.everyDays': v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(3650)), 90),
	/** What such reading may take of the disk, unless somebody asks for more. */
	'fixity.megabytesPerSecond': v.optional(v.pipe(v.number(), v.minValue(0.1), v.maxValue(10_000)), 20),
});

/** The settings of an archive, each with its default. */
export type ArchiveSettings = v.InferOutput<typeof Settings>;
export type SettingKey = keyof ArchiveSettings;

/** Reads and writes settings; all are checked by one schema. */
export class SettingsStore {
	#storage: Storage;
	#clock: Clock;
	#listeners = new Set<(settings: ArchiveSettings) => void>();

	constructor(storage: Storage, clock: Clock) {
		this.#storage = storage;
		this.#clock = clock;
	}

	async all(): Promise<ArchiveSettings> {
		const rows = await this.#storage.db.selectFrom('setting').selectAll().execute();
		return v.parse(
			Settings,
			Object.fromEntries(rows.map((row) => [row.key, JSON.parse(row.value) as unknown])),
		);
	}

	/**
	 * Changes settings, all or none.
	 * @throws {Refusal} 'administration.bad-setting' naming the setting
	 */
	async change(changes: Partial<Record<SettingKey, unknown>>, actor: Actor): Promise<ArchiveSettings> {
		const next = demandSettings({ ...(await this.all()), ...changes });
		await this.#storage.batch([
			...this.statements(next),
			auditLine(this.#storage, this.#clock, actor, 'settings.change', 'settings', changes),
		]);
		for (const listener of this.#listeners) listener(next);
		return next;
	}

	/** Calls back after a change. */
	onChanged(listener: (settings: ArchiveSettings) => void): void {
		this.#listeners.add(listener);
	}

	/** Statements that write every setting. */
	statements(settings: ArchiveSettings): Statement[] {
		return Object.entries(settings).map(([key, value]) =>
			this.#storage.db
				.insertInto('setting')
				.values({ key, value: JSON.stringify(value) })
				.onConflict((conflict) => conflict.column('key').doUpdateSet({ value: JSON.stringify(value) })),
		);
	}
}

/** @throws {Refusal} 'administration.bad-setting' */
export function demandSettings(given: Record<string, unknown>): ArchiveSettings {
	const parsed = v.safeParse(Settings, given);
	if (!parsed.success)
		throw new Refusal('administration.bad-setting', {
			setting: String(parsed.issues[0].path?.[0]?.key ?? ''),
		});
	return parsed.output;
}
