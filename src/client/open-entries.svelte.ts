import { untrack } from 'svelte';
import type { EntryId } from '#domain/base/ids.ts';
import type { DocKey } from '#sync/entry-doc.ts';
import type { HistorySteps } from './entry-history.svelte.ts';
import type { LiveEntrySession } from './entry-session.svelte.ts';

/** Of so many entries it is remembered what was done, so that it can be taken back after they were closed. */
const REMEMBERED = 200;

/** The entries open in a tab: one session for each, however many use it, and closed when none does. */
export class OpenEntries {
	#start: (id: EntryId, steps: HistorySteps | undefined) => LiveEntrySession;
	// Not state itself: while a component goes, Svelte shows it the state of before, which must not be written back.
	#sessions = new Map<EntryId, { readonly session: LiveEntrySession; users: number }>();
	/** What was done in entries that are closed, the one closed longest ago first. */
	#steps = new Map<EntryId, HistorySteps>();
	#version = $state.raw(0);

	constructor(start: (id: EntryId, steps: HistorySteps | undefined) => LiveEntrySession) {
		this.#start = start;
	}

	get ids(): EntryId[] {
		return [...this.#sessions.keys()];
	}

	/** Edits of this tab that are nowhere else, and those that are not known to be on the server. */
	get edits(): { readonly unwritten: number; readonly unsent: number } {
		void this.#version;
		let unwritten = 0;
		let unsent = 0;
		for (const { session } of this.#sessions.values()) {
			unwritten += session.unwritten;
			unsent += session.unsent;
		}
		return { unwritten, unsent };
	}

	/** The edits that are nowhere but in this tab, by entry. */
	async unwrittenUpdates(): Promise<ReadonlyMap<DocKey, readonly Uint8Array[]>> {
		return new Map(
			(
				await Promise.all([...this.#sessions.values()].map(({ session }) => session.unwrittenUpdates()))
			).flat(),
		);
	}

	/** The session of an entry, whose `close` gives back this use of it. */
	use(id: EntryId): LiveEntrySession {
		const known = this.#sessions.get(id);
		if (known) {
			known.users++;
			return shared(known.session, () => this.#release(id));
		}
		const session = this.#start(id, this.#steps.get(id));
		this.#sessions.set(id, { session, users: 1 });
		this.#changed();
		return shared(session, () => this.#release(id));
	}

	/** Makes a change that outlives its caller: resolves when the edit is safe. */
	async edit(id: EntryId, change: (session: LiveEntrySession) => void): Promise<void> {
		const session = this.use(id);
		try {
			await session.ready();
			change(session);
			await session.settled();
		} finally {
			session.close();
		}
	}

	/** A version of an entry arrived in the archival store. */
	deposited(id: EntryId, version: string): void {
		this.#sessions.get(id)?.session.deposited(version);
	}

	/** The person is away from this tab, or back. */
	showIdle(idle: boolean): void {
		for (const { session } of this.#sessions.values()) session.showIdle(idle);
	}

	close(): void {
		for (const { session } of this.#sessions.values()) session.close();
	}

	#release(id: EntryId): void {
		const known = this.#sessions.get(id);
		if (!known) return;
		if (known.users > 1) known.users--;
		// An entry with edits that are nowhere else stays open until they are.
		else if (known.session.mustStay) {
			void known.session.kept().then(
				() => this.#release(id),
				() => undefined,
			);
		} else {
			this.#sessions.delete(id);
			this.#remember(id, known.session.history.steps);
			known.session.close();
			this.#changed();
		}
	}

	#remember(id: EntryId, steps: HistorySteps): void {
		this.#steps.delete(id);
		if (steps.done.length + steps.undone.length > 0) this.#steps.set(id, steps);
		const [oldest] = this.#steps.keys();
		if (this.#steps.size > REMEMBERED && oldest !== undefined) this.#steps.delete(oldest);
	}

	#changed(): void {
		this.#version = untrack(() => this.#version) + 1;
	}
}

function shared(session: LiveEntrySession, release: () => void): LiveEntrySession {
	let isOpen = true;
	return new Proxy(session, {
		get(target, name) {
			if (name === 'close')
				return () => {
					if (isOpen) release();
					isOpen = false;
				};
			const value = Reflect.get(target, name, target) as unknown;
			return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
		},
	});
}
