import type { Role } from '#domain/permissions/permissions.ts';
import * as m from '#i18n/generated/messages.js';

const WORDS: Readonly<Record<Role, () => string>> = {
	administrator: m.permissions_role_administrator,
	archivist: m.permissions_role_archivist,
	reviewer: m.permissions_role_reviewer,
	reader: m.permissions_role_reader,
};

/** The role in the language of the page. */
export function roleWords(role: Role): string {
	return WORDS[role]();
}
