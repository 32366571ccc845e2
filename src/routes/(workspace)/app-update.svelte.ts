/** How often a page that stays open looks for a newer version. */
const LOOK_MS = 15 * 60_000;

/**
 * The version of the page this tab runs, and whether a newer one waits. The service worker keeps the app; a new
 * version waits until the person takes it, so nothing changes under somebody's hands.
 */
class AppUpdate {
	#isWaiting = $state.raw(false);
	#isReplaced = $state.raw(false);
	#registration: ServiceWorkerRegistration | undefined;

	/** A newer version is ready to be taken. */
	get isWaiting(): boolean {
		return this.#isWaiting;
	}

	/** Another tab took a newer version over this tab's database. */
	get isReplaced(): boolean {
		return this.#isReplaced;
	}

	/** @returns ends it */
	start(): () => void {
		const replaced = (): void => {
			this.#isReplaced = true;
		};
		addEventListener('lantai-replaced', replaced);
		let timer: ReturnType<typeof setInterval> | undefined;
		if ('serviceWorker' in navigator)
			void this.#register().then(() => {
				timer = setInterval(() => void this.#look(), LOOK_MS);
			});
		return () => {
			removeEventListener('lantai-replaced', replaced);
			clearInterval(timer);
		};
	}

	/** Takes the new version: this page is loaded anew with it. */
	apply(): void {
		navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
		this.#registration?.waiting?.postMessage('take-over');
	}

	async #register(): Promise<void> {
		const registration = await navigator.serviceWorker.register('/service-worker.js', {
			type: import.meta.env.DEV ? 'module' : 'classic',
		});
		this.#registration = registration;
		const follow = (worker: ServiceWorker | null): void => {
			worker?.addEventListener('statechange', () => this.#seen());
			this.#seen();
		};
		follow(registration.installing);
		registration.addEventListener('updatefound', () => follow(registration.installing));
		this.#seen();
	}

	#seen(): void {
		// The first worker of all has nothing to replace.
		this.#isWaiting = Boolean(this.#registration?.waiting) && navigator.serviceWorker.controller !== null;
	}

	async #look(): Promise<void> {
		try {
			await this.#registration?.update();
		} catch (error) {
			// Without the server there is no newer version to be had.
			if (!(error instanceof TypeError)) throw error;
		}
	}
}

export const appUpdate = new AppUpdate();
