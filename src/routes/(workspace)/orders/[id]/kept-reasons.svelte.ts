import { untrack } from 'svelte';
import type { DeviceWork } from '#client/device/device-work.svelte.ts';
import { KeptFact } from '#client/kept-fact.ts';

/** Reasons that are being written about an order; the device keeps them until they are taken. */
export class KeptReasons {
	/** For rejecting rows, by position. */
	written = $state<Record<number, string>>({});
	/** For deciding the order or a group of it, by what is decided: never a number. */
	decisions = $state<Record<string, string>>({});
	#kept: KeptFact<Record<string, string>>;
	#isDurable: boolean;
	#isRead = $state(false);

	constructor(device: Pick<DeviceWork, 'store' | 'troubled'>, orderId: string) {
		this.#isDurable = device.store.isDurable;
		this.#kept = new KeptFact(device.store, `order-reasons:${orderId}`, (code) => {
			if (code !== undefined) device.troubled(code);
		});
		void this.#kept.read().then((kept) => {
			const all = Object.entries(kept ?? {});
			const rows = all.filter(([key]) => /^\d+$/.test(key));
			const decisions = all.filter(([key]) => !/^\d+$/.test(key));
			this.written = { ...Object.fromEntries(rows), ...this.written };
			this.decisions = { ...Object.fromEntries(decisions), ...this.decisions };
			this.#isRead = true;
		});
	}

	/** Leaving would lose some. */
	get isAtRisk(): boolean {
		return !this.#isDurable && Object.values(this.#all()).some((why) => why.trim() !== '');
	}

	/** Keeps what is written now; for an effect, which runs again when something is. */
	keep(): void {
		const all = this.#all();
		const isEmpty = Object.values(all).every((why) => why.trim() === '');
		if (this.#isRead) untrack(() => void this.#kept.keep(isEmpty ? null : all));
	}

	/** They are not shown any more. */
	leave(): void {
		this.#kept.leave();
	}

	#all(): Record<string, string> {
		return { ...$state.snapshot(this.written), ...$state.snapshot(this.decisions) };
	}
}
