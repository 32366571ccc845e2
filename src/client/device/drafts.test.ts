import { expect, it } from 'vitest';
import { createId } from '#domain/base/ids.ts';
import { suggestionKey } from '../suggestion-key.ts';
import {
	commentKey,
	decisionKey,
	draftAddress,
	draftEntryOf,
	draftKindOf,
	draftsAbout,
	ORDER_DRAFT_KEY,
} from './drafts.ts';

it('what is written leads to where it can be gone on with, and facts that nobody wrote are none', () => {
	const id = createId();
	expect(
		[
			ORDER_DRAFT_KEY,
			'order-reasons:a',
			'register:fonds:demo-B001',
			suggestionKey(id),
			commentKey(id, 'new'),
			decisionKey(id, 'p'),
		].map((key) => [draftKindOf(key), draftAddress(key)]),
	).toEqual([
		['order', '/orders/new'],
		['orderReasons', '/orders/a'],
		['register', '/registers/fonds?record=demo-B001'],
		['suggestion', `/catalogue/${id}`],
		['comment', `/catalogue/${id}`],
		['decision', '/proposals'],
	]);
	expect(
		[`${ORDER_DRAFT_KEY}\n2`, 'register:fonds:demo-B001\n2', `${suggestionKey(id)}\n12`].map((key) => [
			draftKindOf(key),
			draftAddress(key),
			draftEntryOf(key),
		]),
	).toEqual([
		['order', '/orders/new', undefined],
		['register', '/registers/fonds?record=demo-B001', undefined],
		['suggestion', `/catalogue/${id}`, id],
	]);
	for (const key of ['me', 'people', 'purged', 'order-drafts', 'visits'])
		expect(draftKindOf(key)).toBeUndefined();
	const about = [suggestionKey(id), commentKey(id, 'new'), decisionKey(id, 'p')];
	expect(about.every((key) => draftsAbout(id).some((beginning) => key.startsWith(beginning)))).toBe(true);
});
