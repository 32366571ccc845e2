import type { ShownGroup } from '#server/collaboration/orders/shown-order.ts';

/** What is asked before it is done. */
export type Asked =
	| { readonly kind: 'approve' | 'reject' | 'undo' | 'withdraw' }
	| { readonly kind: 'group'; readonly group: ShownGroup };

/** By what the reason for it is kept. */
export function reasonKey(asked: Asked): string {
	return asked.kind === 'group' ? `group:${asked.group.group}` : asked.kind;
}
