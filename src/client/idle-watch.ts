/** After this long without a key or pointer a person is shown as away. */
export const IDLE_MS = 3 * 60_000;

const SIGNS = ['keydown', 'pointerdown'] as const;

/** Tells when somebody is away from the keyboard, and when they are back. */
export class IdleWatch {
	#on: EventTarget;
	#idleMs: number;
	#onChange: (isIdle: boolean) => void;
	#isIdle = false;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(onChange: (isIdle: boolean) => void, on: EventTarget, idleMs = IDLE_MS) {
		this.#onChange = onChange;
		this.#on = on;
		this.#idleMs = idleMs;
		for (const type of SIGNS) on.addEventListener(type, this.#active, { passive: true });
		this.#active();
	}

	close(): void {
		clearTimeout(this.#timer);
		for (const type of SIGNS) this.#on.removeEventListener(type, this.#active);
	}

	#active = (): void => {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.#set(true), this.#idleMs);
		this.#set(false);
	};

	#set(isIdle: boolean): void {
		if (this.#isIdle === isIdle) return;
		this.#isIdle = isIdle;
		this.#onChange(isIdle);
	}
}
