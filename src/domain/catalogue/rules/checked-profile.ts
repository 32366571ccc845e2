/** Whether entries described by a profile are checked: the rules are those of the Chinese standards. */
export function isCheckedProfile(profile: string): boolean {
	return profile.startsWith('dat18');
}
