import { isRefusal } from '#domain/base/refusal.ts';
import type { DeviceStore } from './device/device-store.ts';
import type { DeviceWork } from './device/device-work.svelte.ts';

/** Something that is being written, kept on the device until it is sent: leaving the page does not lose it. */
export class KeptFact<T> {
	#store: Pick<DeviceStore, 'fact' | 'keepFact'>;
	#key: string;
	#onTrouble: (code: string | undefined) => void;
	#keeping: Promise<void> = Promise.resolve();
	#newest: T | null = null;

	/** @param onTrouble told the refusal code when the device does not keep it, and undefined when it does again */
	constructor(
		store: Pick<DeviceStore, 'fact' | 'keepFact'>,
		key: string,
		onTrouble: (code: string | undefined) => void,
	) {
		this.#store = store;
		this.#key = key;
		this.#onTrouble = onTrouble;
	}

	/** What was kept; undefined when there is nothing, or nothing that opens. */
	async read(): Promise<T | undefined> {
		try {
			return (await this.#store.fact<T | null>(this.#key)) ?? undefined;
		} catch (error) {
			if (!isRefusal(error)) throw error;
			this.#onTrouble(error.code);
			return undefined;
		}
	}

	/** Keeps it as it is now, `null` for nothing: one after the other, and of several that wait only the newest. */
	keep(value: T | null): Promise<void> {
		this.#newest = value;
		this.#keeping = this.#keeping.then(async () => {
			if (this.#newest !== value) return;
			try {
				await this.#store.keepFact(this.#key, value);
				this.#onTrouble(undefined);
			} catch (error) {
				if (!isRefusal(error)) throw error;
				this.#onTrouble(error.code);
			}
		});
		return this.#keeping;
	}
}

/** For what is written on a page that tells nothing of the device itself: trouble is told where all of the device's is. */
export function keptOn<T>(device: Pick<DeviceWork, 'store' | 'troubled'>, key: string): KeptFact<T> {
	return new KeptFact(device.store, key, (code) => {
		if (code !== undefined) device.troubled(code);
	});
}
