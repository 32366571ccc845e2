import { untrack } from 'svelte';
import type { DeviceWork } from '#client/device/device-work.svelte.ts';
import { KeptFact } from '#client/kept-fact.ts';

/** Reasons for rejecting rows of an order that are being written, by position; the device keeps them. */
export class KeptReasons {
	written = $state<Record<number, string>>({});
	#kept: KeptFact<Record<number, string>>;
	#isDurable: boolean;
	#isRead = $state(false);

	constructor(device: Pick<DeviceWork, 'store' | 'troubled'>, orderId: string) {
		this.#isDurable = device.store.isDurable;
		this.#kept = new KeptFact(device.store, `order-reasons:${orderId}`, (code) => {
			if (code !== undefined) device.troubled(code);
		});
		void this.#kept.read().then((kept) => {
			this.written = { ...kept, ...this.written };
			this.#isRead = true;
		});
	}

	/** Leaving would lose some. */
	get isAtRisk(): boolean {
		return !this.#isDurable && Object.values(this.written).some((why) => why.trim() !== '');
	}

	/** Keeps what is written now; for an effect, which runs again when something is. */
	keep(): void {
		const written = $state.snapshot(this.written);
		const isEmpty = Object.values(written).every((why) => why.trim() === '');
		if (this.#isRead) untrack(() => void this.#kept.keep(isEmpty ? null : written));
	}
}
