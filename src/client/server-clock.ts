/**
 * Time as the server tells it: the device's clock, corrected by how far it was off when the server last spoke. A device
 * may be a year wrong, and what is counted in days must not be.
 */
class ServerClock {
	#offsetMs = 0;

	/** Server's time minus the device's. */
	get offsetMs(): number {
		return this.#offsetMs;
	}

	/** Milliseconds since 1970, as far as is known. */
	now(): number {
		return Date.now() + this.#offsetMs;
	}

	/** ISO UTC, as far as is known. */
	isoNow(): string {
		return new Date(this.now()).toISOString();
	}

	/** The server said its time just now. */
	heard(serverTime: string): void {
		this.#offsetMs = Date.parse(serverTime) - Date.now();
	}

	/** Without the server: what it said last time. */
	remember(offsetMs: number): void {
		this.#offsetMs = offsetMs;
	}
}

/** The clock of this tab. */
export const serverClock = new ServerClock();
