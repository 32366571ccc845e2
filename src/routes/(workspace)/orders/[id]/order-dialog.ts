import type { ShownGroup } from '#server/collaboration/orders/shown-order.ts';

/** What is asked before it is done. */
export type Asked =
	| { readonly kind: 'approve' | 'reject' | 'undo' | 'withdraw' }
	| { readonly kind: 'group'; readonly group: ShownGroup };
