/**
 * What stands in a person's mark: the last two characters of a Chinese name (given names tell people apart, family
 * names do not), the initials of any other; one sign alone where there is little room.
 */
export function avatarText(name: string, short = false): string {
	const bare = name.trim();
	if (/\p{Script=Han}/u.test(bare)) {
		const han = [...bare].filter((sign) => /[\p{Script=Han}\p{N}A-Za-z]/u.test(sign));
		return han.slice(!short && han.length > 2 ? -2 : -1).join('');
	}
	const words = bare.split(/[\s._-]+/).filter(Boolean);
	const first = words[0]?.[0] ?? '?';
	const last = words.length > 1 ? (words.at(-1)?.[0] ?? '') : '';
	return (short ? first : first + last).toUpperCase();
}
