import type { Profile } from '../profile.ts';

let loaded: readonly Profile[] = [];

/** Every profile the product ships; none before they are loaded. */
export function shippedProfiles(): readonly Profile[] {
	return loaded;
}

/**
 * Loads them: in browsers while the server is asked who is signed in, so that the page itself need not wait for data
 * only lists and cards show. `package.json` puts this module in the place of `shipped.ts` there.
 */
export async function loadShippedProfiles(): Promise<void> {
	const { shippedProfiles: all } = await import('./shipped.ts');
	loaded = all();
}
