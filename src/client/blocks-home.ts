import { entryOf } from '#sync/entry-doc.ts';
import type { OpenBlock } from '#domain/catalogue/reference-codes/code-block.ts';
import { blocksClient } from './blocks-client.ts';
import type { DeviceStore } from './device/device-store.ts';
import { leftOf, NumberBlocks, type KeptBlock } from './device/number-blocks.ts';

export { NumberBlocks };

/** How the blocks on this device stand to those the server knows. */
export interface BlocksHere {
	readonly here: readonly KeptBlock[];
	/** The person's own, on another device or on one that was signed out. */
	readonly elsewhere: readonly OpenBlock[];
	/** The server took these back, or somebody gave them back: their numbers are not offered any more. */
	readonly gone: readonly KeptBlock[];
}

/** Blocks with an entry that the server has not taken: given back now, somebody else might get its number. */
export async function blocksInUse(
	store: Pick<DeviceStore, 'waiting' | 'kept'>,
	blocks: readonly KeptBlock[],
): Promise<ReadonlySet<string>> {
	const [waiting, kept] = await Promise.all([store.waiting(), store.kept()]);
	const unsent = new Set<string>([...waiting, ...kept].map(({ doc }) => entryOf(doc)));
	return new Set(
		blocks.filter(({ used }) => used.some(({ entryId }) => unsent.has(entryId))).map(({ id }) => id),
	);
}

/**
 * Squares the blocks on this device with the server: those given back leave it, those used up are given back.
 * @throws {Refusal} when the server cannot be asked
 */
export async function squareBlocks(
	store: Pick<DeviceStore, 'waiting' | 'kept'>,
	numbers: NumberBlocks,
): Promise<BlocksHere> {
	const mine = await blocksClient.mine();
	const here = await numbers.list();
	const inUse = await blocksInUse(store, here);
	const gone = here.filter(({ id }) => !mine.some((each) => each.id === id));
	const usedUp = here.filter((block) => !gone.includes(block) && leftOf(block) === 0 && !inUse.has(block.id));
	for (const { id } of usedUp) await blocksClient.giveBack(id, '');
	await numbers.remove([...gone, ...usedUp].map(({ id }) => id));
	return {
		here: here.filter((block) => !gone.includes(block) && !usedUp.includes(block)),
		elsewhere: mine.filter(({ id }) => !here.some((block) => block.id === id)),
		gone,
	};
}
