import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EntryId } from '#domain/base/ids.ts';
import { aMadeEntry, system } from '#tests/support/entries.ts';
import { eventually } from '#tests/support/eventually.ts';
import { goodFrames, mutated, randomFrom } from '#tests/support/hostile-frames.ts';
import { joinLive, type LiveClient } from '#tests/support/live-client.ts';
import { joinPlain } from '#tests/support/plain-client.ts';
import { openRaw, type Endpoint, type RawSocket } from '#tests/support/raw-socket.ts';
import { startTestServer, type TestServer } from '#tests/support/server.ts';

const FRAMES = process.env['LANTAI_TEST_LONG'] ? 100_000 : 2_500;
const SEED = Number(process.env['LANTAI_SEED'] ?? Date.now() % 1_000_000);
const ATTACKERS = 8;
/** As many good ones whatever the count: the attacked document stays small. */
const GOOD_EVERY = FRAMES / 625;
/** Of server and attackers together, which share a process here. */
const MAX_GROWTH_BYTES = 32 * 1024 * 1024;

interface Scene {
	readonly server: TestServer;
	/** The document that is attacked, by somebody who may edit it. */
	readonly id: EntryId;
	/** A document in a fonds that the attacker does not work with. */
	readonly other: EntryId;
	readonly token: string;
	/** Edits the other document, all the time. */
	readonly witness: LiveClient;
}

async function aScene(): Promise<Scene> {
	// Hocuspocus says each refused frame. A spy would keep them all.
	const { error, warn } = console;
	console.error = console.warn = () => undefined;
	onTestFinished(() => void Object.assign(console, { error, warn }));
	const server = await startTestServer({ idleMs: 3_600_000 });
	const fonds = await aMadeEntry(server.app, { title: '甲全宗', level: 'fonds' });
	const foreign = await aMadeEntry(server.app, { title: '乙全宗', level: 'fonds' });
	const id = await aMadeEntry(server.app, { title: '题', parentId: fonds });
	const other = await aMadeEntry(server.app, { title: '旁', parentId: foreign });
	const token = await server.token('甲', 'archivist');
	const { db } = server.app.storage;
	const person = await db.selectFrom('user').select('id').where('name', '=', '甲').executeTakeFirstOrThrow();
	await server.app.administration.people.update(
		person.id,
		{ role: 'archivist', fonds: [fonds], accessStatuses: null },
		{ id: 'system:ops', name: 'ops', via: 'cli' },
	);
	const witness = await joinLive(server.port, other, {
		token: await server.token('乙', 'archivist'),
		by: '乙',
	});
	return { server, id, other, token, witness };
}

/** All that the log and the catalogue hold of the other documents. */
async function untouched({ server, id }: Scene): Promise<unknown> {
	const { db } = server.app.storage;
	const doc = `entry:${id}`;
	return {
		log: await db.selectFrom('log_update').selectAll().where('doc', '!=', doc).orderBy('seq').execute(),
		heads: await db.selectFrom('log_head').selectAll().where('doc', '!=', doc).orderBy('doc').execute(),
		changes: await db.selectFrom('entry_change').selectAll().where('doc', '!=', doc).orderBy('id').execute(),
		rows: await db.selectFrom('entry').selectAll().where('id', '!=', id).orderBy('id').execute(),
	};
}

async function othersGoOn({ server, id, other, token, witness }: Scene): Promise<void> {
	const mark = `如常 ${performance.now()}`;
	witness.set('title', mark);
	await witness.durable();
	await eventually(async () => expect((await server.app.catalogue.entry(system, other)).title).toBe(mark));
	// And so does the attacked document, for who keeps to the protocol.
	const good = await joinPlain(server.port, id, { token, by: '甲' });
	good.set('title', mark);
	await eventually(async () => expect((await server.app.catalogue.entry(system, id)).title).toBe(mark));
	good.close();
	expect(server.app.collaboration.isReady).toBe(true);
	expect(witness.closes).toEqual([]);
}

function heapBytes(): number {
	setFlagsFromString('--expose-gc');
	(runInNewContext('gc') as () => void)();
	return process.memoryUsage().heapUsed;
}

describe.each(['/collab', '/yjs'] as const)('%s', (endpoint: Endpoint) => {
	it(
		`${FRAMES / 2} broken frames (LANTAI_SEED=${SEED}): nobody else notices anything`,
		{ timeout: 60_000 + FRAMES * 20 },
		async () => {
			const scene = await aScene();
			const { server, id, other, token } = scene;
			const unhandled: unknown[] = [];
			const note = (error: unknown): void => void unhandled.push(error);
			process.on('unhandledRejection', note);
			process.on('uncaughtException', note);
			onTestFinished(() => {
				process.off('unhandledRejection', note);
				process.off('uncaughtException', note);
			});
			const reading = await joinPlain(server.port, id, { token });
			const random = randomFrom(SEED);
			const good = goodFrames(endpoint, {
				doc: reading.doc,
				id,
				by: '甲',
				others: [`entry:${other}`, 'presence:archive'],
				random,
			});
			const before = await untouched(scene);
			const pick = (): Uint8Array => (good[random(good.length)] as () => Uint8Array)();
			// Some pass as they are, so that the next one meets a client in the middle of its work.
			const hostile = (): Uint8Array => (random(GOOD_EVERY) === 0 ? pick() : mutated(pick(), pick(), random));
			let sent = 0;
			let sockets = 0;
			const attack = async (upTo: number): Promise<void> => {
				let socket: RawSocket | undefined;
				while (sent < upTo) {
					if (!socket?.isJoined()) {
						socket?.webSocket.terminate();
						socket = await openRaw(server.port, endpoint, `entry:${id}`, token);
						sockets++;
					}
					sent++;
					await socket.send(hostile());
				}
				socket?.webSocket.terminate();
			};
			const attackUpTo = (count: number): Promise<unknown> =>
				Promise.all(Array.from({ length: ATTACKERS }, () => attack(count)));
			await attackUpTo(FRAMES / 10);
			const early = heapBytes();
			await attackUpTo(FRAMES / 2);
			await eventually(() => expect(server.app.collaboration.socketCount).toBe(2));
			const growth = heapBytes() - early;
			expect(await untouched(scene)).toEqual(before);
			await othersGoOn(scene);
			expect(unhandled).toEqual([]);
			expect(growth).toBeLessThan(MAX_GROWTH_BYTES);
			const taken = (await server.app.storage.log.read(`entry:${id}`)).length;
			process.stdout.write(
				`${endpoint}: ${sent} frames on ${sockets} sockets, ${taken} updates in the log, heap ${(growth / 1e6).toFixed(1)} MB larger\n`,
			);
		},
	);
});
