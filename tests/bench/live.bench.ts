import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EntryId } from '#domain/base/ids.ts';
import { createApp } from '#server/app.ts';
import { readConfig } from '#server/config.ts';
import { serve } from '#server/http.ts';
import { aMadeEntry } from '#tests/support/entries.ts';
import { startBareHocuspocus } from './bare-hocuspocus.ts';
import { builtStates } from './built-states.ts';
import type { LoadReport, LoadTask } from './live-editors.ts';
import { startPlainRelay } from './plain-relay.ts';

const SCENES = [
	{ name: '20 editors on one entry', editors: 20, entries: 1, budget: 0.5 },
	{ name: '400 editors on 200 entries', editors: 400, entries: 200, budget: 0.7 },
];
/** Twice each, in turns, so that a machine that changes its speed meanwhile counts for both. */
const ROUNDS = 2;
const SECONDS = 4;

interface Peer {
	readonly port: number;
	readonly ids: readonly EntryId[];
	readonly token: string;
	readonly close: () => Promise<void>;
}

/**
 * Edits acknowledged in a second by the real server, durably, beside those by a bare Hocuspocus that stores nothing:
 * the same clients, in a process of their own, each sending its next edit when the last is acknowledged.
 */
export async function run(): Promise<void> {
	for (const { name, editors, entries, budget } of SCENES) {
		const durable: LoadReport[] = [];
		const bare: LoadReport[] = [];
		for (let round = 0; round < ROUNDS; round++) {
			bare.push(await measured(await startBare(entries), editors));
			durable.push(await measured(await startOurs(entries), editors));
		}
		say(`${name}, bare Hocuspocus: ${summary(bare)}`);
		say(`${name}, durable: ${summary(durable)}`);
		say(`${name}, ratio: ${(rateOf(durable) / rateOf(bare)).toFixed(2)} (budget ${budget})`);
	}
	await comparePlain();
}

/** The same with plain Yjs clients, beside a relay that does nothing but tell everybody. */
async function comparePlain(): Promise<void> {
	const durable: LoadReport[] = [];
	const bare: LoadReport[] = [];
	for (let round = 0; round < ROUNDS; round++) {
		bare.push(await measured(await startRelay(1), 20, 'yjs'));
		durable.push(await measured(await startOurs(1), 20, 'yjs'));
	}
	const name = '20 plain Yjs clients on one entry';
	say(`${name}, bare relay: ${summary(bare)}`);
	say(`${name}, durable: ${summary(durable)}`);
	say(`${name}, ratio: ${(rateOf(durable) / rateOf(bare)).toFixed(2)}`);
}

async function measured(
	peer: Peer,
	editors: number,
	protocol: LoadTask['protocol'] = 'hocuspocus',
): Promise<LoadReport> {
	const { port, ids, token } = peer;
	const child: ChildProcess = fork(fileURLToPath(new URL('live-editors.ts', import.meta.url)));
	try {
		child.send({ port, ids, token, editors, seconds: SECONDS, protocol } satisfies LoadTask);
		const [report] = (await once(child, 'message')) as [LoadReport];
		return report;
	} finally {
		child.kill();
		await peer.close();
	}
}

async function startOurs(entries: number): Promise<Peer> {
	const folder = await mkdtemp(join(process.env['LANTAI_BENCH_DIR'] ?? tmpdir(), 'lantai-bench-'));
	const app = await createApp(readConfig({ data: folder, port: '0' }, { LANTAI_LOG_LEVEL: 'silent' }));
	await app.administration.setUp({
		archiveName: '合成测试档案馆',
		archiveCode: '000000',
		adminName: '管理员',
		password: 'synthetic-password-1',
		holdings: 'empty',
	});
	const ids: EntryId[] = [];
	for (let index = 0; index < entries; index++) ids.push(await aMadeEntry(app, { title: `合成 ${index}` }));
	const { id } = await app.administration.people.add(
		{ name: 'bench', role: 'archivist', password: 'synthetic-password-1' },
		{ id: 'bench', name: 'bench', via: 'cli' },
	);
	const tokens = await app.permissions.createToken(id, { name: 'bench', scopes: ['read', 'write'], days: 1 });
	const server = await serve(app);
	return {
		port: Number(new URL(server.address).port),
		ids,
		token: tokens.token,
		async close() {
			await Promise.all([server.close(), app.close()]);
			await rm(folder, { recursive: true, force: true });
		},
	};
}

async function startRelay(entries: number): Promise<Peer> {
	const { ids, states } = builtStates(entries);
	return { ...(await startPlainRelay(states)), ids, token: 'bench' };
}

async function startBare(entries: number): Promise<Peer> {
	const { ids, states } = builtStates(entries);
	return { ...(await startBareHocuspocus(states)), ids, token: 'bench' };
}

function rateOf(reports: readonly LoadReport[]): number {
	return reports.reduce((sum, report) => sum + report.perSecond, 0) / reports.length;
}

function summary(reports: readonly LoadReport[]): string {
	const times = reports.flatMap((report) => report.timesMs).toSorted((one, other) => one - other);
	const at = (share: number): string =>
		`${(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN).toFixed(1)} ms`;
	return `${rateOf(reports).toFixed(0)} acknowledged edits/s, p50 ${at(0.5)}, p95 ${at(0.95)}`;
}

function say(line: string): void {
	process.stdout.write(`${line}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await run();
