import type { EntryId } from '#domain/base/ids.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import type { ReservedBlock } from '#domain/catalogue/reference-codes/code-block.ts';
import type { DeviceStore } from './device-store.ts';

/** Fact: the blocks of numbers this device took along. */
const BLOCKS = 'blocks';

/** A block on this device, with what was made of it here. */
export interface KeptBlock extends ReservedBlock {
	/** ISO UTC. */
	readonly reservedAt: string;
	readonly why: string;
	readonly used: readonly { readonly number: number; readonly entryId: EntryId }[];
}

/** A number of a block that is an entry's from now on. */
export interface TakenNumber {
	readonly blockId: string;
	readonly entryId: EntryId;
	readonly code: string;
	/** What the entry says with it. */
	readonly fields: Readonly<Record<FieldKey, FieldValue>>;
	/** The order key behind which it stands at least; empty for none. */
	readonly lastOrder: string;
}

/** The code that comes next; undefined when all are used. */
export function nextCode(block: KeptBlock): string | undefined {
	return block.codes[nextPlace(block)];
}

/** The last number of a block as its code writes it. */
export function lastNumber({ codes, to }: KeptBlock): string {
	return /\d+$/.exec(codes.at(-1) ?? '')?.[0] ?? String(to);
}

/** How many numbers are left. */
export function leftOf(block: KeptBlock): number {
	return Math.max(0, block.codes.length - nextPlace(block));
}

/** Behind the highest used: numbers rise as entries are made, and none comes back while another may have been seen. */
function nextPlace({ from, used }: KeptBlock): number {
	return Math.max(from - 1, ...used.map(({ number }) => number)) - from + 1;
}

/** The blocks of one person on this device. Tabs take their turn, so no number is taken twice. */
export class NumberBlocks {
	#store: Pick<DeviceStore, 'fact' | 'keepFact' | 'isDurable'>;
	#personId: string;

	constructor(store: Pick<DeviceStore, 'fact' | 'keepFact' | 'isDurable'>, personId: string) {
		this.#store = store;
		this.#personId = personId;
	}

	/** @throws {Refusal} when the device cannot be read */
	async list(): Promise<readonly KeptBlock[]> {
		return (await this.#store.fact<readonly KeptBlock[]>(BLOCKS)) ?? [];
	}

	async add(block: KeptBlock): Promise<void> {
		await this.#change((blocks) => [...blocks.filter(({ id }) => id !== block.id), block]);
	}

	/** Resolves when the next number of a block is the entry's, written; undefined when none is left. */
	async take(blockId: string, entryId: EntryId): Promise<TakenNumber | undefined> {
		let taken: TakenNumber | undefined;
		await this.#change((blocks) =>
			blocks.map((block) => {
				const place = nextPlace(block);
				const code = block.codes[place];
				if (block.id !== blockId || code === undefined) return block;
				const { fields, final, lastOrder } = block.place;
				const written = /\d+$/.exec(code)?.[0] ?? '';
				taken = {
					blockId,
					entryId,
					code,
					fields: { ...fields, referenceCode: code, [final]: written },
					lastOrder,
				};
				return { ...block, used: [...block.used, { number: block.from + place, entryId }] };
			}),
		);
		return taken;
	}

	/** Takes blocks away: they were given back. */
	async remove(ids: readonly string[]): Promise<void> {
		await this.#change((blocks) => blocks.filter(({ id }) => !ids.includes(id)));
	}

	async #change(change: (blocks: readonly KeptBlock[]) => readonly KeptBlock[]): Promise<void> {
		await inTurn(this.#store.isDurable ? `lantai-blocks:${this.#personId}` : undefined, async () => {
			const before = await this.list();
			const after = change(before);
			if (after.length > 0 || before.length > 0) await this.#store.keepFact(BLOCKS, after);
		});
	}
}

let last: Promise<unknown> = Promise.resolve();

/** One after the other: in this tab, and by a lock among all of the person's. */
function inTurn(lock: string | undefined, work: () => Promise<void>): Promise<void> {
	const turn = last.then(() =>
		lock === undefined ? work() : navigator.locks.request(lock, () => work()),
	) as Promise<void>;
	last = turn.catch(() => undefined);
	return turn;
}
