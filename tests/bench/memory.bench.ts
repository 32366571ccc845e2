import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { richTextOf } from '#domain/catalogue/rich-text.ts';
import { createApp } from '#server/app.ts';
import { syntheticHoldings } from '#server/catalogue/synthetic/synthetic-holdings.ts';
import { readConfig } from '#server/config.ts';
import { buildEntryDoc, entryDocName, writeMeta } from '#sync/entry-doc.ts';
import { fieldValuesOf, setField } from '#sync/field-values.ts';
import type { Storage } from '#server/storage/storage.ts';
import { anEntryRow, bulkOf } from '#tests/support/entry-rows.ts';
import type { MemoryTask } from './memory-clients.ts';

const PROJECT = join(import.meta.dirname, '../..');
const DOCUMENTS = Number(process.env['LANTAI_BENCH_DOCUMENTS'] ?? 10_000);
const PER_SOCKET = 500;
/** Settings and long text an entry has gathered. */
const EDITS = 20;
const TEXT = '本卷为合成内容，记载年度工作计划的拟定、讨论与批复经过，供编目参考。'.repeat(8);
const LOADED_BUDGET_MB = 1200;
const IDLE_BUDGET_MB = 280;
const LIMIT_MS = 300_000;

/**
 * Memory of the real server process while many documents are open, each by a client, in a process of its own: loaded,
 * then each edited once, and when everybody has left.
 */
export async function run(): Promise<void> {
	const folder = await mkdtemp(join(process.env['LANTAI_BENCH_DIR'] ?? tmpdir(), 'lantai-bench-'));
	const children: ChildProcess[] = [];
	const late = setTimeout(() => {
		say(`given up after ${LIMIT_MS / 1000} s`);
		for (const child of children) child.kill('SIGKILL');
	}, LIMIT_MS);
	try {
		const { token, names, bytes } = await prepare(folder);
		const server = spawn(
			process.execPath,
			[join(PROJECT, 'server/cli.ts'), 'serve', '--port', '0', '--data', folder],
			{
				cwd: PROJECT,
				stdio: ['ignore', 'pipe', 'inherit'],
				env: { ...process.env, LANTAI_LOG_LEVEL: 'error' },
			},
		);
		children.push(server);
		const port = await portOf(server);
		const clients = fork(fileURLToPath(new URL('memory-clients.ts', import.meta.url)));
		children.push(clients);
		const tell = async (task: MemoryTask): Promise<void> => {
			clients.send(task);
			const [answer] = (await Promise.race([
				once(clients, 'message'),
				once(clients, 'exit').then(() => ['ended']),
			])) as [string];
			if (answer !== task.kind) throw new Error(`the clients ended while told to ${task.kind}`);
		};
		const measured = async (what: string, budget?: number): Promise<void> => {
			// A collection that is due happens by itself while nothing is asked.
			await wait(3000);
			const limit = budget === undefined ? '' : ` (budget ${budget} MB)`;
			say(`${what}: ${megabytesOf(server)} MB resident${limit}`);
		};
		await measured('idle', IDLE_BUDGET_MB);
		const since = performance.now();
		await tell({ kind: 'open', port, token, names, perSocket: PER_SOCKET });
		const seconds = ((performance.now() - since) / 1000).toFixed(1);
		await measured(
			`${DOCUMENTS} documents of ${(bytes / DOCUMENTS / 1024).toFixed(1)} kB open, after ${seconds} s`,
			LOADED_BUDGET_MB,
		);
		await tell({ kind: 'edit' });
		await measured('each edited once', LOADED_BUDGET_MB);
		await tell({ kind: 'leave' });
		await measured('everybody has left');
		clients.kill();
		server.kill('SIGTERM');
		await once(server, 'exit');
	} finally {
		clearTimeout(late);
		for (const child of children) child.kill('SIGKILL');
		await rm(folder, { recursive: true, force: true });
	}
}

/** An archive with as many edited entries. */
async function prepare(
	folder: string,
): Promise<{ readonly token: string; readonly names: readonly string[]; readonly bytes: number }> {
	const app = await createApp(readConfig({ data: folder, port: '0' }, { LANTAI_LOG_LEVEL: 'silent' }));
	await app.administration.setUp({
		archiveName: '合成测试档案馆',
		archiveCode: '000000',
		adminName: '管理员',
		password: 'synthetic-password-1',
		holdings: 'empty',
	});
	const { id } = await app.administration.people.add(
		{ name: 'bench', role: 'archivist', password: 'synthetic-password-1' },
		{ id: 'bench', name: 'bench', via: 'cli' },
	);
	const { token } = await app.permissions.createToken(id, {
		name: 'bench',
		scopes: ['read', 'write'],
		days: 1,
	});
	const names: string[] = [];
	let bytes = 0;
	const seeds = syntheticHoldings(20_260_801);
	for (let from = 0; from < DOCUMENTS; from += 500) {
		const ids = Array.from({ length: Math.min(500, DOCUMENTS - from) }, () => createId());
		await app.storage.bulk([
			bulkOf(ids.map((each) => anEntryRow({ id: each, projected_seq: Number.MAX_SAFE_INTEGER }))),
		]);
		for (const [index, each] of ids.entries()) {
			bytes += await logged(
				app.storage,
				each,
				seeds[(from + index) % seeds.length] as (typeof seeds)[number],
			);
			names.push(entryDocName(each));
		}
	}
	// What is to be measured is not the archival store catching up.
	await app.storage.db.updateTable('entry').set({ deposited_seq: Number.MAX_SAFE_INTEGER }).execute();
	await app.close();
	return { token, names, bytes };
}

async function logged(
	storage: Storage,
	id: EntryId,
	seed: ReturnType<typeof syntheticHoldings>[number],
): Promise<number> {
	const doc = new Y.Doc({ guid: id });
	const setting = { by: 'bench', at: new Date().toISOString(), newElementId: () => createId<string>() };
	writeMeta(doc, { schema: 1, profile: 'dat18' });
	buildEntryDoc(doc, { ...seed, parentId: null, bodies: { scopeAndContent: richTextOf(TEXT) } }, setting);
	const updates = [Y.encodeStateAsUpdate(doc)];
	doc.on('update', (update: Uint8Array) => updates.push(update));
	for (let edit = 0; edit < EDITS; edit++) {
		// Each by another device, as over years.
		doc.clientID = Math.trunc(Math.random() * 2 ** 32);
		setField(fieldValuesOf(doc), edit % 2 ? 'title' : 'retentionPeriod', `合成 ${edit}`, {
			id: createId<string>(),
			...setting,
		});
	}
	doc.destroy();
	await Promise.all(
		updates.map((payload) =>
			storage.log.append({
				doc: entryDocName(id),
				payload,
				actor: { id: 'bench', name: 'bench', via: 'cli' },
				receivedAt: setting.at,
				changes: [],
			}),
		),
	);
	return updates.reduce((sum, update) => sum + update.byteLength, 0);
}

function portOf(server: ChildProcess): Promise<number> {
	let text = '';
	return new Promise((resolve, reject) => {
		server.stdout?.on('data', (chunk: Buffer) => {
			text += chunk.toString();
			const found = /https?:\/\/[^\s/]+:(\d+)/.exec(text);
			if (found) resolve(Number(found[1]));
		});
		server.once('exit', () => reject(new Error(`the server ended: ${text}`)));
	});
}

function megabytesOf({ pid }: ChildProcess): number {
	const status = readFileSync(`/proc/${pid}/status`, 'utf8');
	return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024);
}

function say(line: string): void {
	process.stdout.write(`${line}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await run();
