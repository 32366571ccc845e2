import { m } from '#i18n/generated/messages.js';
import type { CopyState } from '#server/preservation/copies/copies.ts';
import type { FixityFinding } from '#server/preservation/fixity/fixity-finding.ts';

/** What a finding of a check says; codes of the specification that decay hardly ever has are said in English only. */
export function findingWords({ code, message, params = {} }: FixityFinding): string {
	const own = FINDINGS[code];
	return own ? own(params as never) : message;
}

const FINDINGS: Readonly<Record<string, (params: never) => string>> = {
	F001: m.preservation_fixity_F001,
	F002: m.preservation_fixity_F002,
	F003: m.preservation_fixity_F003,
	F004: m.preservation_fixity_F004,
	F005: m.preservation_fixity_F005,
	F006: m.preservation_fixity_F006,
	F007: m.preservation_fixity_F007,
	F008: m.preservation_fixity_F008,
	F009: m.preservation_fixity_F009,
	F010: m.preservation_fixity_F010,
	F011: m.preservation_fixity_F011,
	E001: m.store_finding_E001,
	E010: m.store_finding_E010,
	E023: m.store_finding_E023,
	E058: m.store_finding_E058,
	E060: m.store_finding_E060,
	E061: m.store_finding_E061,
	E063: m.store_finding_E063,
	E064: m.store_finding_E064,
	E092: m.store_finding_E092,
	E093: m.store_finding_E093,
};

const COPY_STATES: Readonly<Record<CopyState, () => string>> = {
	ok: m.store_copy_ok,
	behind: m.store_copy_behind,
	away: m.store_copy_away,
	full: m.store_copy_full,
	'read-only': m.store_copy_read_only,
	'wrong-disk': m.store_copy_wrong_disk,
	failing: m.store_copy_failing,
};

/** How a copy is doing. */
export const copyStateWords = (state: CopyState): string => COPY_STATES[state]();

const KINDS: Readonly<Record<string, () => string>> = {
	entry: m.store_kind_entry,
	import: m.store_kind_import,
	step: m.store_kind_step,
	order: m.store_kind_order,
	campaign: m.store_kind_campaign,
	decision: m.store_kind_decision,
	undone: m.store_kind_undone,
	people: m.store_kind_people,
	settings: m.store_kind_settings,
	purge: m.store_kind_purge,
	register: m.store_kind_register,
	codes: m.store_kind_codes,
};

/** What refusals and systems say by a code alone. */
const REASONS: Readonly<Record<string, () => string>> = {
	'preservation.damaged': m.store_reason_damaged,
	'preservation.import-missing': m.store_reason_import_missing,
	'preservation.root-missing': m.store_reason_root_missing,
	'preservation.not-a-root': m.store_reason_not_a_root,
	'preservation.foreign-layout': m.store_reason_foreign_layout,
	'preservation.foreign-object': m.store_reason_foreign_object,
	'preservation.copy-away': m.store_reason_copy_away,
	'preservation.copy-empty': m.store_reason_copy_empty,
	'preservation.copy-foreign': m.store_reason_copy_foreign,
	'preservation.copy-not-empty': m.store_reason_copy_not_empty,
	'preservation.copy-failed': m.store_reason_copy_failed,
	'preservation.copy-damaged': m.store_reason_copy_damaged,
	'preservation.copy-newer': m.store_reason_copy_newer,
	'preservation.copy-diverged': m.store_reason_copy_diverged,
	'preservation.copy-unreadable': m.store_reason_copy_unreadable,
	'preservation.copy-stale': m.store_reason_copy_stale,
	'preservation.copy-unknown': m.store_reason_copy_unknown,
	'preservation.object-purged': m.store_reason_object_purged,
	'preservation.store-diverged': m.store_reason_store_diverged,
	'preservation.object-missing': m.store_reason_object_missing,
	'storage.full': m.store_reason_full,
	ENOSPC: m.store_reason_full,
	EDQUOT: m.store_reason_full,
	EROFS: m.store_reason_read_only,
	EACCES: m.store_reason_denied,
	EPERM: m.store_reason_denied,
	ENOENT: m.store_reason_gone,
	ENOTDIR: m.store_reason_gone,
	ENODEV: m.store_reason_gone,
	ENXIO: m.store_reason_gone,
	ESTALE: m.store_reason_gone,
	EIO: m.store_reason_faulty,
};

/** Why something of the store fails; undefined for what has no words and is shown as the system said it. */
export const reasonWords = (reason: string): string | undefined => REASONS[reason]?.();

/** What an object of the store is of. */
export function kindWords(kind: string): string {
	return (KINDS[kind] ?? m.store_kind_foreign)();
}
