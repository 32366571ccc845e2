import { demandSession } from '../../refusals.ts';

/** What a person sees of their own account. */
export type Account = Awaited<ReturnType<typeof readAccount>>;

/** @throws {Refusal} 'permissions.sign-in' (401) */
export async function readAccount(locals: App.Locals) {
	const { person, sessionId } = demandSession(locals);
	const { permissions } = locals.app;
	const [sessions, tokens] = await Promise.all([
		permissions.sessions(person.id),
		permissions.tokens.list(person.id),
	]);
	const now = new Date().toISOString();
	return {
		me: { name: person.name, role: person.role },
		sessionId,
		sessions,
		tokens: tokens.map((token) => ({
			...token,
			state: token.isRevoked
				? ('revoked' as const)
				: token.expiresAt <= now
					? ('expired' as const)
					: ('valid' as const),
		})),
	};
}
