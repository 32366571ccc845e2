import type { Profile } from '../profile.ts';
import { dat18 } from './dat18/dat18.ts';
import { isad } from './isad.ts';

const SHIPPED: readonly Profile[] = [dat18, isad];

/** Every profile the product ships, in the order people are offered them. */
export function shippedProfiles(): readonly Profile[] {
	return SHIPPED;
}

/** Here they are there from the start; in browsers `shipped-later.ts` stands for this module. */
export async function loadShippedProfiles(): Promise<void> {}
