import { HocuspocusProviderWebsocket } from '@hocuspocus/provider';

/** The one WebSocket of this tab, and how it is doing. */
export class Connection {
	readonly socket: HocuspocusProviderWebsocket;
	#status = $state.raw<'connecting' | 'connected' | 'disconnected'>('connecting');
	#reason = $state.raw<string | undefined>(undefined);

	constructor(url: string) {
		this.socket = new HocuspocusProviderWebsocket({
			url,
			// Both are needed: with `delay` alone and jitter on, the provider never connects.
			delay: 500,
			minDelay: 250,
			maxDelay: 10_000,
			onStatus: ({ status }) => {
				this.#status = status;
				if (status === 'connected') this.#reason = undefined;
			},
			onClose: ({ event }) => {
				this.#status = 'disconnected';
				this.#reason = event.reason || 'client.unreachable';
				// Signed out elsewhere: trying again would only be refused; the person signs in again.
				if (event.code === 4401) this.socket.disconnect();
			},
		});
	}

	get status(): 'connecting' | 'connected' | 'disconnected' {
		return this.#status;
	}

	/** Refusal code of the last closing, while not connected. */
	get reason(): string | undefined {
		return this.#reason;
	}

	/** Ends the socket for good. */
	close(): void {
		this.socket.destroy();
	}
}
