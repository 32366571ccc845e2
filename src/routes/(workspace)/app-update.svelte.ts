import type { Workspace } from '#client/contract.ts';

/** How often a page that stays open looks for a newer version. */
const LOOK_MS = 15 * 60_000;

/** How long a new worker may take to come in the place of the one before. */
const TAKE_OVER_MS = 3000;

/**
 * The version of the page this tab runs, and whether a newer one waits. The service worker keeps the app; a new
 * version waits until the person takes it, so nothing changes under somebody's hands.
 */
class AppUpdate {
	#isWaiting = $state.raw(false);
	#isTaken = $state.raw(false);
	#isReplaced = $state.raw(false);
	#registration: ServiceWorkerRegistration | undefined;

	/** A newer version is ready to be taken, or another tab has taken it and this one still runs the one before. */
	get isWaiting(): boolean {
		return this.#isWaiting || this.#isTaken;
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
		const worker = 'serviceWorker' in navigator ? navigator.serviceWorker : undefined;
		let known = worker?.controller;
		const taken = (): void => {
			// The first worker of all replaces nothing.
			if (known) this.#isTaken = true;
			known = worker?.controller;
		};
		worker?.addEventListener('controllerchange', taken);
		if (worker)
			void this.#register().then(() => {
				timer = setInterval(() => void this.#look(), LOOK_MS);
			});
		return () => {
			removeEventListener('lantai-replaced', replaced);
			worker?.removeEventListener('controllerchange', taken);
			clearInterval(timer);
		};
	}

	/** Takes the new version: this page is loaded anew with it, once what was typed is safe. */
	async apply(workspace: Pick<Workspace, 'settled'>): Promise<void> {
		await workspace.settled();
		const waiting = this.#registration?.waiting;
		if (!waiting) return location.reload();
		// Without it too: the worker of before fetches pages from the server, and goes when it has nothing more to do.
		const timer = setTimeout(() => location.reload(), TAKE_OVER_MS);
		const reload = (): void => {
			clearTimeout(timer);
			location.reload();
		};
		navigator.serviceWorker.addEventListener('controllerchange', reload, { once: true });
		waiting.postMessage('take-over');
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
		// A page that was under way while the first worker came is not among those it claimed, and without it the parts
		// that are loaded later would be missing offline.
		const { active } = await navigator.serviceWorker.ready;
		if (navigator.serviceWorker.controller === null) active?.postMessage('claim');
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
