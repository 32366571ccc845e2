import { m } from '#i18n/generated/messages.js';

const KINDS: Readonly<Record<string, () => string>> = {
	entry: m.store_kind_entry,
	import: m.store_kind_import,
	step: m.store_kind_step,
	order: m.store_kind_order,
	decision: m.store_kind_decision,
	undone: m.store_kind_undone,
	people: m.store_kind_people,
	settings: m.store_kind_settings,
	purge: m.store_kind_purge,
};

/** What an object of the store is of. */
export function kindWords(kind: string): string {
	return (KINDS[kind] ?? m.store_kind_foreign)();
}
