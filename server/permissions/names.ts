import { Refusal } from '#domain/base/refusal.ts';

/** The shortest password, in UTF-16 units. */
export const MIN_PASSWORD_LENGTH = 10;
/** The longest password, in UTF-16 units. */
export const MAX_PASSWORD_LENGTH = 200;
/** In UTF-16 units, after NFKC. */
export const MAX_NAME_LENGTH = 40;

/** A name as it is kept: NFKC, blanks trimmed. Chinese names are names. */
export function normaliseName(name: string): string {
	return name.normalize('NFKC').trim().replace(/\s+/gu, ' ');
}

/** The form by which names are the same. */
export function nameKey(name: string): string {
	return normaliseName(name).toLowerCase();
}

/** @throws {Refusal} 'permissions.bad-name' */
export function demandName(name: string): string {
	const normal = normaliseName(name);
	if (normal === '' || normal.length > MAX_NAME_LENGTH || /[\p{C}]/u.test(normal))
		throw new Refusal('permissions.bad-name', { max: MAX_NAME_LENGTH });
	return normal;
}

/** @throws {Refusal} 'permissions.weak-password' */
export function demandPassword(password: string): string {
	if (password.length < MIN_PASSWORD_LENGTH || password.length > MAX_PASSWORD_LENGTH)
		throw new Refusal('permissions.weak-password', { min: MIN_PASSWORD_LENGTH, max: MAX_PASSWORD_LENGTH });
	return password;
}
