import { isRefusal } from '#domain/base/refusal.ts';
import type { HeldDraft } from './device/draft-places.ts';
import type { DeviceStore } from './device/device-store.ts';
import type { DeviceWork } from './device/device-work.svelte.ts';

/** What of a device keeps drafts. */
export type DraftStore = Pick<DeviceStore, 'fact' | 'keepFact' | 'holdDraft'>;

/**
 * Something that is being written, kept on the device until it is sent: leaving the page does not lose it. Another tab
 * that writes the same keeps it beside this one.
 */
export class KeptFact<T> {
	#store: DraftStore;
	#draft: string;
	#onTrouble: (code: string | undefined) => void;
	#keeping: Promise<void> = Promise.resolve();
	#newest: T | null = null;
	/** What the device has of it, as text. */
	#written = '';
	#holding: Promise<HeldDraft> | undefined;
	#held: HeldDraft | undefined;
	/** Whoever has it open has left it. */
	#isLeft = false;

	/** @param onTrouble told the refusal code when the device does not keep it, and undefined when it does again */
	constructor(store: DraftStore, draft: string, onTrouble: (code: string | undefined) => void) {
		this.#store = store;
		this.#draft = draft;
		this.#onTrouble = onTrouble;
	}

	/** What was kept and no other tab writes; undefined when there is nothing, or nothing that opens. */
	async read(): Promise<T | undefined> {
		try {
			const { key } = await this.#hold();
			const kept = (await this.#store.fact<T | null>(key)) ?? undefined;
			this.#written = textOf(kept);
			return kept;
		} catch (error) {
			if (!isRefusal(error)) throw error;
			this.#onTrouble(error.code);
			return undefined;
		}
	}

	/** Leaves what was read where it is, for another time: from now on it is kept in a place beside. */
	async goBeside(): Promise<void> {
		const read = this.#held;
		try {
			this.#held = await this.#store.holdDraft(this.#draft, true);
			this.#written = '';
			read?.letGo(Promise.resolve());
		} catch (error) {
			if (!isRefusal(error)) throw error;
			this.#onTrouble(error.code);
		}
	}

	/** Keeps it as it is now, `null` for nothing: one after the other, and of several that wait only the newest. */
	keep(value: T | null): Promise<void> {
		this.#newest = value;
		const isLate = this.#isLeft;
		const keep = async (): Promise<void> => {
			if (this.#newest !== value) return;
			try {
				if (isLate) await this.#keepLate(value);
				else {
					await this.#store.keepFact((await this.#hold()).key, value);
					this.#written = textOf(value);
				}
				this.#onTrouble(undefined);
			} catch (error) {
				if (!isRefusal(error)) throw error;
				this.#onTrouble(error.code);
			}
		};
		// Told to whoever asked for it, a failure is nothing to those that come after.
		this.#keeping = this.#keeping.then(keep, keep);
		return this.#keeping;
	}

	/** Whoever opens it next goes on with it. What was sent may still be forgotten. */
	leave(): void {
		// A field that goes with its page still says what stood in it.
		const written = new Promise((resolve) => setTimeout(resolve)).then(() => {
			this.#isLeft = true;
			return this.#keeping;
		});
		if (this.#held) this.#held.letGo(written);
		else
			void (this.#holding ?? written.then(() => this.#held)).then(
				(held) => held?.letGo(written),
				() => undefined,
			);
	}

	async #hold(): Promise<HeldDraft> {
		if (this.#held) return this.#held;
		this.#holding ??= this.#store.holdDraft(this.#draft);
		try {
			return (this.#held = await this.#holding);
		} finally {
			this.#holding = undefined;
		}
	}

	/**
	 * For what comes after it was left. Words that come back have its place, if it is as it was left, or else one beside it;
	 * and forgotten is only what was left: another page may have gone on with it.
	 */
	async #keepLate(value: T | null): Promise<void> {
		const place = this.#held?.key ?? this.#draft;
		let held = await this.#store.holdDraft(place);
		if (held.key !== place || textOf(await this.#store.fact(held.key)) !== this.#written) {
			held.letGo(Promise.resolve());
			if (value === null) return;
			held = await this.#store.holdDraft(this.#draft, true);
		}
		this.#held = held;
		const keeping = this.#store.keepFact(held.key, value);
		held.letGo(keeping);
		await keeping;
		this.#written = textOf(value);
	}
}

function textOf(kept: unknown): string {
	return kept === undefined || kept === null ? '' : JSON.stringify(kept);
}

/** For what is written on a page that tells nothing of the device itself: trouble is told where all of the device's is. */
export function keptOn<T>(device: Pick<DeviceWork, 'store' | 'troubled'>, draft: string): KeptFact<T> {
	return new KeptFact(device.store, draft, (code) => {
		if (code !== undefined) device.troubled(code);
	});
}

/** Looks whether something is kept that no page writes; whoever opens it then goes on with it. */
export async function lookForKept<T>(
	device: Pick<DeviceWork, 'store' | 'troubled'>,
	draft: string,
): Promise<T | undefined> {
	const kept = keptOn<T>(device, draft);
	try {
		return await kept.read();
	} finally {
		kept.leave();
	}
}
