import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Page } from '@playwright/test';
import { CLI, NODE, PASSWORD, run } from './command-line.ts';
import { fillDirectory, type Holdings } from './templates.ts';

export { PASSWORD };

/** A real server over a real data directory, for a browser. */
export interface Archive {
	readonly origin: string;
	readonly port: number;
	readonly dataDir: string;
	/** Runs a verb of the command line; its JSON. */
	verb<T>(args: readonly string[], input?: string): Promise<T>;
	/** At another address of the same server, a proxy for one, when given. */
	signIn(page: Page, name: string, at?: string): Promise<void>;
	addPerson(name: string, role: string): Promise<void>;
	/** Id of an entry at item level. */
	anItem(): Promise<string>;
	/** Ends the server at once, as a power cut would. */
	kill(): Promise<void>;
	/** Starts it again at the same address. */
	startAgain(): Promise<void>;
	/** Ids of all entries at item level, in order. */
	items(): Promise<string[]>;
	/** The newest title, as the server has it. */
	titleOf(id: string): string;
	/** How far the entry has come in review. */
	reviewStateOf(id: string): string;
	/** How often the log holds a value for a field of an entry. */
	timesLogged(id: string, field: string, value: string): number;
	/** When each value that people set for a field was received, and when its device says it was set. */
	timesOf(id: string, field: string): { received_at: string; claimed_at: string }[];
	/** An entry a reader sees, one they do not, and the titles of all of the second kind. */
	hiddenFromReaders(): { visibleId: string; id: string; titles: string[] };
	stop(): Promise<void>;
}

/** Starts a server as people start it; stop it at the end of the test. */
export async function startArchive(
	options: {
		readonly isSetUp?: boolean;
		readonly holdings?: Holdings;
		readonly tls?: 'auto';
		/** Further environment of the server. */
		readonly env?: Readonly<Record<string, string>>;
	} = {},
): Promise<Archive> {
	const dataDir = await mkdtemp(join(tmpdir(), 'lantai-e2e-'));
	const verb = async <T>(args: readonly string[], input = ''): Promise<T> => {
		const { code, out, err } = await run([...args, '--data', dataDir, '--json'], input);
		if (code !== 0) throw new Error(`lantai ${args.join(' ')}: ${err || out}`);
		return (out ? JSON.parse(out) : undefined) as T;
	};
	if (options.isSetUp !== false) await fillDirectory(dataDir, options.holdings ?? 'empty');
	const serve = (port: number): Promise<{ child: ChildProcess; port: number }> => {
		const child = spawn(
			NODE,
			[
				CLI,
				'serve',
				'--port',
				String(port),
				'--data',
				dataDir,
				...(options.tls ? ['--tls', options.tls] : []),
			],
			{
				env: { ...process.env, LANTAI_LOG_LEVEL: 'warn', ...options.env },
			},
		);
		let said = '';
		return new Promise((resolve, reject) => {
			const hear = (chunk: Buffer): void => {
				said += chunk.toString();
				const found = /https?:\/\/127\.0\.0\.1:(\d+)/.exec(said);
				if (found) resolve({ child, port: Number(found[1]) });
			};
			child.stdout.on('data', hear);
			child.stderr.on('data', hear);
			child.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
		});
	};
	const end = async (signal: NodeJS.Signals): Promise<void> => {
		const { child } = running;
		if (child.exitCode !== null || child.signalCode !== null) return;
		const ended = new Promise((resolve) => child.on('exit', resolve));
		child.kill(signal);
		await ended;
	};
	let running = await serve(0);
	const { port } = running;
	const origin = `http://127.0.0.1:${port}`;
	const items = async (): Promise<string[]> => {
		type Node = { id: string; level: string; children?: Node[] };
		const below = (nodes: readonly Node[]): string[] =>
			nodes.flatMap((node) => (node.level === 'item' ? [node.id] : below(node.children ?? [])));
		return below(await verb<Node[]>(['tree', '--depth', '5']));
	};
	/** Reads beside the running server: cheaper than a verb, for polling. */
	const selectAll = (sql: string, ...values: string[]): Record<string, unknown>[] => {
		const db = new DatabaseSync(join(dataDir, 'lantai.sqlite'), { readOnly: true });
		try {
			return db.prepare(sql).all(...values);
		} finally {
			db.close();
		}
	};
	const select = (sql: string, ...values: string[]): Record<string, unknown> | undefined =>
		selectAll(sql, ...values)[0];
	return {
		origin,
		port,
		dataDir,
		verb,
		async signIn(page, name, at) {
			await page.goto(`${at ?? origin}/sign-in`);
			await page.locator('input[name=name]').fill(name);
			await page.locator('input[name=password]').fill(PASSWORD);
			await page.locator('form button').last().click();
			await page.waitForURL('**/catalogue**');
		},
		addPerson: (name, role) =>
			verb(['user', 'add', name, '--role', role, '--password-stdin'], `${PASSWORD}\n`),
		items,
		async anItem() {
			const [first] = await items();
			if (!first) throw new Error('there is no item');
			return first;
		},
		titleOf: (id) => String(select('select title from entry where id = ?', id)?.['title']),
		reviewStateOf: (id) =>
			String(select('select review_state from entry where id = ?', id)?.['review_state']),
		timesLogged: (id, field, value) =>
			Number(
				select(
					'select count(*) as times from entry_change where doc = ? and field = ? and to_value = ?',
					`entry:${id}`,
					field,
					JSON.stringify(value),
				)?.['times'],
			),
		timesOf: (id, field) =>
			selectAll(
				'select received_at, claimed_at from entry_change where doc = ? and field = ? and via is null',
				`entry:${id}`,
				field,
			).map((row) => ({
				received_at: String(row['received_at']),
				claimed_at: String(row['claimed_at']),
			})),
		hiddenFromReaders() {
			const hidden = selectAll(
				"select id, title from entry where access_status not in ('open', 'structural') and level = 'item'",
			);
			return {
				visibleId: String(
					select("select id from entry where access_status = 'open' and level = 'item'")?.['id'],
				),
				id: String(hidden[0]?.['id']),
				titles: hidden.map((row) => String(row['title'])),
			};
		},
		kill: () => end('SIGKILL'),
		async startAgain() {
			running = await serve(port);
		},
		async stop() {
			await end('SIGTERM');
			await rm(dataDir, { recursive: true, force: true });
		},
	};
}
