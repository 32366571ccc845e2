import type { Connection, Document } from '@hocuspocus/server';
import type { EntryId } from '#domain/base/ids.ts';
import { can, type EntryThing } from '#domain/permissions/permissions.ts';
import type { PlacesMessage } from '#sync/presence.ts';
import type { ConnectionContext } from './connection-context.ts';

interface Place {
	readonly connection: Connection;
	readonly entryId: EntryId;
}

/**
 * At which entries people are, told to each connection by itself: an awareness goes to everybody alike, and who works
 * with some fonds must not learn what is being done in others.
 */
export class PresentPlaces {
	#thingsOf: (ids: readonly EntryId[]) => Promise<ReadonlyMap<EntryId, EntryThing>>;
	#places = new Map<number, Place>();
	/** One telling after another: a place must not arrive after the one that followed it. */
	#telling: Promise<void> = Promise.resolve();

	constructor(thingsOf: (ids: readonly EntryId[]) => Promise<ReadonlyMap<EntryId, EntryThing>>) {
		this.#thingsOf = thingsOf;
	}

	/** A client says where it is. Resolves when everybody else was told. */
	async moved(
		document: Document,
		connection: Connection,
		clientId: number,
		entryId: EntryId | null,
	): Promise<void> {
		if ((this.#places.get(clientId)?.entryId ?? null) === entryId) return;
		if (entryId === null) this.#places.delete(clientId);
		else this.#places.set(clientId, { connection, entryId });
		this.#forgetLeft(document);
		await this.#inTurn(async () => {
			const place = this.#places.get(clientId);
			const visible = await this.#visibleTo(place ? [[clientId, place]] : []);
			for (const other of document.getConnections())
				say(other, { type: 'places', all: false, places: [[clientId, visible(other, clientId)]] });
		});
	}

	/** Tells somebody who just came where the others are. */
	async joined(document: Document, connection: Connection): Promise<void> {
		await this.#inTurn(async () => {
			this.#forgetLeft(document);
			const places = [...this.#places];
			const visible = await this.#visibleTo(places);
			say(connection, {
				type: 'places',
				all: true,
				places: places.flatMap(([clientId]) => {
					const entryId = visible(connection, clientId);
					return entryId === null ? [] : [[clientId, entryId] as const];
				}),
			});
		});
	}

	async #visibleTo(
		places: readonly (readonly [number, Place])[],
	): Promise<(connection: Connection, clientId: number) => EntryId | null> {
		const known = new Map(places);
		const things = await this.#thingsOf([...new Set(places.map(([, { entryId }]) => entryId))]);
		return (connection, clientId) => {
			const place = known.get(clientId);
			const thing = place && things.get(place.entryId);
			// Who claims to be at an entry they may not see is at none.
			return thing && mayKnow(connection, thing) && mayKnow(place.connection, thing) ? place.entryId : null;
		};
	}

	#forgetLeft(document: Document): void {
		for (const [clientId, { connection }] of this.#places)
			if (!document.hasConnection(connection)) this.#places.delete(clientId);
	}

	#inTurn(tell: () => Promise<void>): Promise<void> {
		const told = this.#telling.then(tell);
		this.#telling = told.catch(() => undefined);
		return told;
	}
}

function mayKnow(connection: Connection, thing: EntryThing): boolean {
	return can((connection.context as ConnectionContext).identity?.person, 'see', thing);
}

function say(connection: Connection, message: PlacesMessage): void {
	connection.sendStateless(JSON.stringify(message));
}
