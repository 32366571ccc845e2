import { fork } from 'node:child_process';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import type { App } from '#server/app.ts';
import { aMadeEntry } from '#tests/support/entries.ts';
import type { LoadReport, LoadTask } from './live-editors.ts';

/** People who edit meanwhile. */
export const EDITORS = 20;
/** Between two edits of each of them: four times as fast as people type into fields. */
const PAUSE_MS = 250;

/** People in a process of their own, each with an entry open; the function returned waits for what they measured. */
export async function startEditors(app: App, port: number): Promise<() => Promise<LoadReport>> {
	const ids = await Promise.all(
		Array.from({ length: EDITORS }, (_, index) => aMadeEntry(app, { title: `合成 ${index}` })),
	);
	const { id } = await app.administration.people.add(
		{ name: 'bench', role: 'archivist', password: 'synthetic-password-1' },
		{ id: 'bench', name: 'bench', via: 'cli' },
	);
	const { token } = await app.permissions.createToken(id, {
		name: 'bench',
		scopes: ['read', 'write'],
		days: 1,
	});
	const child = fork(fileURLToPath(new URL('live-editors.ts', import.meta.url)));
	child.send({
		port,
		ids,
		token,
		editors: EDITORS,
		seconds: 14,
		pauseMs: PAUSE_MS,
		protocol: 'hocuspocus',
	} satisfies LoadTask);
	const report = once(child, 'message');
	const before = await lastPosition(app);
	while ((await lastPosition(app)) < before + EDITORS)
		await new Promise((resolve) => setTimeout(resolve, 20));
	return async () => {
		const [measured] = (await report) as [LoadReport];
		child.kill();
		return measured;
	};
}

/** The end of the log. */
export async function lastPosition(app: App): Promise<number> {
	const { seq } = await app.storage.db
		.selectFrom('log_update')
		.select((select) => select.fn.max('seq').as('seq'))
		.executeTakeFirstOrThrow();
	return Number(seq ?? 0);
}

/** Seconds in which SQLite alone takes the log rows of a decision, in transactions of as many. */
export async function bareInsert(app: App, after: number, via: string, file: string): Promise<number> {
	const rows = await app.storage.db
		.selectFrom('log_update')
		.selectAll()
		.where('seq', '>', after)
		.where('via', '=', via)
		.execute();
	const database = new DatabaseSync(file);
	database.exec(
		'pragma journal_mode = wal; pragma synchronous = full; create table log_update (seq integer primary key, doc text, kind text, payload blob, actor_id text, actor_name text, via text, received_at text)',
	);
	const insert = database.prepare('insert into log_update values (?, ?, ?, ?, ?, ?, ?, ?)');
	const started = performance.now();
	for (let from = 0; from < rows.length; from += 500) {
		database.exec('begin');
		for (const row of rows.slice(from, from + 500))
			insert.run(
				row.seq,
				row.doc,
				row.kind,
				row.payload,
				row.actor_id,
				row.actor_name,
				row.via,
				row.received_at,
			);
		database.exec('commit');
	}
	const seconds = (performance.now() - started) / 1000;
	database.close();
	return seconds;
}

/** A quantile in words. */
export function at(times: readonly number[], share: number): string {
	return `${(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN).toFixed(1)} ms`;
}

/** Prints a line. */
export function say(line: string): void {
	process.stdout.write(`${line}\n`);
}
