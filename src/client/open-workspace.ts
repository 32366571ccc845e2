import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import { createId } from '#domain/base/ids.ts';
import { loadShippedProfiles, useLocalFields } from '#domain/catalogue/profiles.ts';
import type { LocalFieldInUse } from '#domain/catalogue/registers/local-field.ts';
import type { Workspace } from './contract.ts';
import {
	askOtherTabs,
	DevicePeople,
	handOver,
	whyNothingIsKept,
	type KnownPerson,
} from './device/device-people.ts';
import type { DeviceStore } from './device/device-store.ts';
import { DeviceWork, type DeviceWorkParts } from './device/device-work.svelte.ts';
import { IndexedStore } from './device/indexed-store.ts';
import { MemoryStore } from './device/memory-store.ts';
import { syncApiBy } from './device/sync-api.ts';
import type { Vault } from './device/vault.ts';
import { askAs, request } from './requests.ts';
import { serverClock } from './server-clock.ts';
import { LiveWorkspace } from './workspace.svelte.ts';

/** What the server says of the person and the archive; kept on the device for the times without it. */
export interface Me {
	readonly me: Workspace['me'];
	readonly archive: Workspace['archive'];
	readonly lineage: string;
	readonly protocol: number;
	/** The server's time, ISO UTC. */
	readonly now: string;
	readonly waitingForArchive: number;
	readonly unreadNotices: number;
	/** The newest number of what was purged; devices have deleted what they had up to one of them. */
	readonly purged: number;
	/** Not for readers. */
	readonly openConflicts?: number;
	/** Not for readers. */
	readonly reviewWork?: number;
	/** Fields the archive adds to its profiles; what was kept before there were any has none. */
	readonly localFields?: readonly LocalFieldInUse[];
}

/** A person who wants to work without the server opens what they kept here. */
export type Unlock = (
	people: readonly KnownPerson[],
	device: DevicePeople,
) => Promise<{ readonly person: KnownPerson; readonly vault: Vault }>;

/**
 * Opens the workspace of this tab: signed in at the server, or without it, from what the device keeps.
 * @throws {Refusal} 'permissions.sign-in' · 'client.unreachable' when the device keeps nothing either
 */
export async function openWorkspace(unlock: Unlock): Promise<LiveWorkspace> {
	const people = new DevicePeople();
	const profiles = loadShippedProfiles();
	askAs(undefined);
	let me: Me | undefined;
	try {
		me = await readMe();
	} catch (error) {
		if (!isRefusal(error) || error.code !== 'client.unreachable') throw error;
	}
	await profiles;
	if (me) askAs(me.me.id);
	return me ? openSignedIn(me, people) : openAlone(people, unlock);
}

/** The app opens from the device when the server has not said who is signed in by then. */
const ME_MS = 8000;

/** Who is signed in. Also how the connection asks whether the server is there. */
export async function readMe(): Promise<Me> {
	const me = await request<Me>('/api/me', {}, ME_MS);
	serverClock.heard(me.now);
	useLocalFields(me.localFields ?? []);
	return me;
}

async function openSignedIn(me: Me, people: DevicePeople): Promise<LiveWorkspace> {
	const { store, vault, known, why } = await storeOf(me, people);
	const device = workOf({
		personId: me.me.id,
		deviceId: known?.device ?? createId<string>(),
		store,
		api: syncApiBy(request),
		why,
		secrets: known ?? { hasPin: false, hasPasskey: false },
	});
	try {
		await keepMe(device, me);
		// Before anything connects: what a restored server lost is offered to it.
		await device.reached(me.lineage);
	} catch (error) {
		// Whoever tries again gets another one.
		device.close();
		throw error;
	}
	return new LiveWorkspace({ me, device, people, isReached: true, stopHandOver: offer(me.me.id, vault) });
}

async function keepMe(device: DeviceWork, me: Me): Promise<void> {
	try {
		await device.store.keepFact('me', me);
	} catch (error) {
		// A full disk must not keep anybody from their work.
		if (!isRefusal(error)) throw error;
		device.troubled(error.code);
	}
}

async function openAlone(people: DevicePeople, unlock: Unlock): Promise<LiveWorkspace> {
	const list = whyNothingIsKept() === undefined ? await people.list() : [];
	if (list.length === 0) throw new Refusal('client.unreachable');
	const { person, vault } = (await handedOver(list)) ?? (await unlock(list, people));
	askAs(person.id);
	const store = await IndexedStore.open(person.id, vault, replaced);
	const me = await store.fact<Me>('me');
	if (!me) throw new Refusal('client.unreachable');
	useLocalFields(me.localFields ?? []);
	const device = workOf({
		personId: person.id,
		deviceId: person.device,
		store,
		api: syncApiBy(request),
		why: undefined,
		secrets: person,
	});
	return new LiveWorkspace({ me, device, people, isReached: false, stopHandOver: offer(person.id, vault) });
}

function workOf(parts: DeviceWorkParts): DeviceWork {
	const device = new DeviceWork(parts);
	addEventListener('lantai-replaced', () => device.replaced(), { once: true });
	return device;
}

async function handedOver(
	list: readonly KnownPerson[],
): Promise<{ readonly person: KnownPerson; readonly vault: Vault } | undefined> {
	for (const person of list) {
		const vault = await askOtherTabs(person.id);
		if (vault) return { person, vault };
	}
	return undefined;
}

/** The durable store of a signed-in person, or the one in memory with the reason why. */
async function storeOf(
	me: Me,
	people: DevicePeople,
): Promise<{
	readonly store: DeviceStore;
	readonly vault?: Vault;
	readonly known?: KnownPerson;
	readonly why: string | undefined;
}> {
	const why = whyNothingIsKept();
	// A reader changes nothing, and gets rows only: nothing of theirs is kept.
	if (why !== undefined || me.me.role === 'reader')
		return { store: new MemoryStore(), why: why ?? (me.me.role === 'reader' ? 'device.reader' : undefined) };
	try {
		const { vault, known } = await people.openWithServer(me.me);
		return { store: await IndexedStore.open(me.me.id, vault, replaced), vault, known, why: undefined };
	} catch (error) {
		if (!isRefusal(error)) return { store: new MemoryStore(), why: 'device.unusable' };
		if (error.code === 'permissions.sign-in' || error.code === 'client.unreachable') throw error;
		return { store: new MemoryStore(), why: error.code };
	}
}

function offer(personId: string, vault: Vault | undefined): () => void {
	return vault ? handOver(personId, vault) : () => undefined;
}

/** A newer version of the page took over the database: this one cannot keep anything any more. */
function replaced(): void {
	dispatchEvent(new CustomEvent('lantai-replaced'));
}
