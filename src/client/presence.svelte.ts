import { HocuspocusProvider, type HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import { createSubscriber } from 'svelte/reactivity';
import * as Y from 'yjs';
import type { EntryId } from '#domain/base/ids.ts';
import { PRESENCE_DOC_NAME } from '#sync/entry-doc.ts';
import type { PresentPerson } from './contract.ts';
import { presentPeople } from './present-people.ts';

/** After this long without a key or pointer a person is shown as away. */
const IDLE_MS = 3 * 60_000;

/** What the server tells everybody in the archive. */
export type Heard =
	| {
			readonly type: 'changed';
			readonly ids: readonly EntryId[];
			readonly parents: readonly (EntryId | null)[];
	  }
	| { readonly type: 'deposited'; readonly id: EntryId; readonly version: string; readonly seq: number };

/** Who is in the archive and at which entry, and what the server tells those who are. */
export class Presence {
	#provider: HocuspocusProvider;
	#doc = new Y.Doc();
	#watch: () => void;
	#at: EntryId | null = null;
	#isIdle = false;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(parts: { socket: HocuspocusProviderWebsocket; onHeard: (message: Heard) => void }) {
		this.#provider = new HocuspocusProvider({
			name: PRESENCE_DOC_NAME,
			document: this.#doc,
			websocketProvider: parts.socket,
			token: null,
			onStateless: ({ payload }) => parts.onHeard(JSON.parse(payload) as Heard),
			onSynced: () => this.#say(),
		});
		this.#watch = createSubscriber((update) => {
			this.#provider.awareness?.on('change', update);
			return () => this.#provider.awareness?.off('change', update);
		});
		this.#provider.attach();
		for (const type of ['keydown', 'pointerdown'] as const)
			addEventListener(type, this.#active, { passive: true });
		this.#say();
		this.#active();
	}

	get people(): readonly PresentPerson[] {
		this.#watch();
		return presentPeople(this.#provider.awareness?.getStates(), this.#doc.clientID);
	}

	/** I am at this entry now. */
	at(id: EntryId): void {
		this.#at = id;
		this.#say();
	}

	close(): void {
		clearTimeout(this.#timer);
		for (const type of ['keydown', 'pointerdown'] as const) removeEventListener(type, this.#active);
		this.#provider.destroy();
	}

	#active = (): void => {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.#setIdle(true), IDLE_MS);
		this.#setIdle(false);
	};

	#setIdle(isIdle: boolean): void {
		if (this.#isIdle === isIdle) return;
		this.#isIdle = isIdle;
		this.#say();
	}

	#say(): void {
		this.#provider.awareness?.setLocalState({ entryId: this.#at, field: null, idle: this.#isIdle });
	}
}
