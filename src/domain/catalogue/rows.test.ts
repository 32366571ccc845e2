import { expect, it } from 'vitest';
import { versionLabel } from './rows.ts';

it('a version keeps a label of its own where another object goes on', () => {
	expect([versionLabel('urn:uuid:1', 'v3'), versionLabel('urn:uuid:1#12', 'v3')]).toEqual(['v3', '12-v3']);
});
