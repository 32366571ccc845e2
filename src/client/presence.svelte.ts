import { HocuspocusProvider, type HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import { createSubscriber } from 'svelte/reactivity';
import * as Y from 'yjs';
import type { EntryId } from '#domain/base/ids.ts';
import { PRESENCE_DOC_NAME } from '#sync/entry-doc.ts';
import type { PlacesMessage } from '#sync/presence.ts';
import type { PresentPerson } from './contract.ts';
import { IdleWatch } from './idle-watch.ts';
import { presentPeople } from './present-people.ts';

/** What the server tells everybody in the archive. */
export type Heard =
	| {
			readonly type: 'changed';
			readonly ids: readonly EntryId[];
			readonly parents: readonly (EntryId | null)[];
	  }
	| { readonly type: 'deposited'; readonly id: EntryId; readonly version: string; readonly seq: number }
	| { readonly type: 'register'; readonly register: string; readonly ids: readonly string[] }
	| PlacesMessage;

/** Who is in the archive and at which entry, and what the server tells those who are. */
export class Presence {
	#provider: HocuspocusProvider;
	#doc = new Y.Doc();
	#watch: () => void;
	#at: EntryId | null = null;
	#isIdle = false;
	/** At which entries others are, as far as I may know. */
	#places = new Map<number, EntryId | null>();
	#placesChanged: () => void = () => undefined;
	#idleWatch: IdleWatch;

	constructor(parts: {
		socket: HocuspocusProviderWebsocket;
		onHeard: (message: Heard) => void;
		onIdle: (isIdle: boolean) => void;
	}) {
		this.#provider = new HocuspocusProvider({
			name: PRESENCE_DOC_NAME,
			document: this.#doc,
			websocketProvider: parts.socket,
			token: null,
			onStateless: ({ payload }) => {
				const message = JSON.parse(payload) as Heard;
				if (message.type === 'places') this.#heardPlaces(message);
				else parts.onHeard(message);
			},
			onSynced: () => this.#say(),
		});
		this.#watch = createSubscriber((update) => {
			this.#provider.awareness?.on('change', update);
			this.#placesChanged = update;
			return () => {
				this.#placesChanged = () => undefined;
				this.#provider.awareness?.off('change', update);
			};
		});
		this.#provider.attach();
		this.#say();
		this.#idleWatch = new IdleWatch((isIdle) => {
			this.#isIdle = isIdle;
			this.#say();
			parts.onIdle(isIdle);
		}, window);
	}

	get people(): readonly PresentPerson[] {
		this.#watch();
		return presentPeople(
			this.#provider.awareness?.getStates(),
			this.#doc.clientID,
			(clientId) => this.#places.get(clientId) ?? null,
		);
	}

	/** I am at this entry now. */
	at(id: EntryId): void {
		this.#at = id;
		this.#say();
	}

	close(): void {
		this.#idleWatch.close();
		this.#provider.destroy();
	}

	#heardPlaces({ all, places }: PlacesMessage): void {
		if (all) this.#places.clear();
		for (const [clientId, entryId] of places) this.#places.set(clientId, entryId as EntryId | null);
		this.#placesChanged();
	}

	#say(): void {
		this.#provider.awareness?.setLocalState({ entryId: this.#at, field: null, idle: this.#isIdle });
	}
}
