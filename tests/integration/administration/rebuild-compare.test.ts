import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { compareWith } from '#server/administration/rebuild/compare.ts';
import { NOT_HELD, TABLES, type ComparedTable } from '#server/administration/rebuild/compared-tables.ts';
import { rebuildText } from '#server/cli/rebuild-output.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import { words } from '#server/words.ts';
import { aFolder } from '#tests/support/folder.ts';

const compared = Object.entries(TABLES).filter(
	(each): each is [string, ComparedTable] => typeof each[1] !== 'string',
);

/** A database with one row in every table, all of them of the same things. */
async function aDatabase(): Promise<{ lost: string; copy: () => Promise<string> }> {
	const dataDir = await aFolder();
	await (await openStorage({ dataDir })).close();
	const lost = join(dataDir, 'lantai.sqlite');
	const database = writable(lost);
	// What follows from rows is not asked here.
	for (const { name } of database.prepare(`select name from sqlite_master where type = 'trigger'`).all())
		database.exec(`drop trigger "${String(name)}"`);
	for (const name of tablesIn(database)) {
		const columns = database.prepare(`select name, type from pragma_table_info('${name}')`).all();
		const filled = columns.filter((column) => column['name'] !== 'row_id' || name !== 'entry');
		if (name.startsWith('migration')) continue;
		database
			.prepare(
				`insert into "${name}" (${filled.map((each) => `"${String(each['name'])}"`).join(', ')}) values (${filled.map(() => '?').join(', ')})`,
			)
			.run(...filled.map((column) => valueOf(name, String(column['name']), String(column['type']))));
	}
	database.exec(
		`update log_head set updates = 2; update entry set import_row = 1; delete from setting where key <> 'x'`,
	);
	database.close();
	let copies = 0;
	return {
		lost,
		copy: async () => {
			const path = join(dataDir, `copy-${copies++}.sqlite`);
			await copyFile(lost, path);
			return path;
		},
	};
}

function writable(path: string): DatabaseSync {
	const database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
	database.exec('pragma journal_mode = delete; pragma synchronous = off');
	return database;
}

function valueOf(table: string, column: string, type: string): string | number | Uint8Array {
	if (column === 'state') return 'done';
	if (column === 'doc') return 'entry:x';
	if (table === 'log_update' && column === 'kind') return 'update';
	if (table === 'log_cold' && column === 'seq') return 2;
	if (table === 'log_cold' && column === 'kind') return 'update';
	if (/int/i.test(type)) return 1;
	return /blob/i.test(type) ? new Uint8Array([1]) : 'x';
}

/** Names and types. */
function columnsOf(path: string, table: string): (readonly [string, string])[] {
	const database = new DatabaseSync(path, { readOnly: true });
	const columns = database.prepare(`select name, type from pragma_table_info('${table}')`).all();
	database.close();
	return columns.map(({ name, type }) => [String(name), String(type)] as const);
}

function tablesIn(database: DatabaseSync): string[] {
	return database
		.prepare(
			`select name from sqlite_master where type = 'table' and name not like 'sqlite^_%' escape '^'
			and name not like 'entry^_text%' escape '^' order by name`,
		)
		.all()
		.map(({ name }) => String(name));
}

describe('what a lost database had', () => {
	it('is decided of every table: compared, or of a group that no archival store holds', async () => {
		const { lost } = await aDatabase();
		const database = new DatabaseSync(lost, { readOnly: true });
		const there = tablesIn(database);
		database.close();
		expect(there.filter((name) => !Object.hasOwn(TABLES, name))).toEqual([]);
		expect(Object.keys(TABLES).toSorted()).toEqual([...there, 'entry_text', 'log_line'].toSorted());
	});

	it('is equal to itself', async () => {
		const { lost, copy } = await aDatabase();
		expect(compareWith(lost, await copy())).toMatchObject({ differences: [], onlyStored: 0 });
	});

	it('is told where the store has no row of it, in every table that is compared', async () => {
		const { lost, copy } = await aDatabase();
		for (const [name, { of }] of compared) {
			const path = await copy();
			const rebuilt = writable(path);

			for (const table of name === 'log_line' ? ['log_update', 'log_cold'] : [name])
				rebuilt.exec(`delete from "${table}"`);
			rebuilt.close();
			const { differences } = compareWith(lost, path);
			expect(
				differences.map((each) => each.of),
				name,
			).toContain(of);
		}
	});

	it('is told where a row says something else, of entries in whichever column', async () => {
		const { lost, copy } = await aDatabase();
		for (const [name, { of, key = [], leftOut = [] }] of compared) {
			if (name === 'log_line') continue;
			const columns = columnsOf(lost, name).filter(
				([column]) => !leftOut.includes(column) && !key.includes(column),
			);
			for (const some of name === 'entry' ? columns.map((each) => [each]) : [columns]) {
				if (some.length === 0) continue;
				const path = await copy();
				const rebuilt = writable(path);
				const names = some.map(([column]) => `"${column}" = ?`).join(', ');
				rebuilt
					.prepare(`update "${name}" set ${names}`)
					.run(...some.map(([, type]) => (/int/i.test(type) ? 7 : 'other')));
				rebuilt.close();
				const { differences } = compareWith(lost, path);
				expect(
					differences.map((each) => each.of),
					`${name} ${names}`,
				).toContain(of);
			}
		}
	});

	it('says in words what differs, what no store holds, and only then that all was there', async () => {
		const { lost, copy } = await aDatabase();
		const path = await copy();
		const rebuilt = writable(path);
		rebuilt.exec(`update correction_order set state = 'submitted'; delete from decision`);
		rebuilt.exec(
			`insert into user (id, name, email, createdAt, updatedAt, username) values ('y', 'y', 'y', '', '', 'y')`,
		);
		rebuilt.close();
		const told = (against: string): string =>
			rebuildText(
				{
					damage: [],
					notDeposited: compareWith(lost, against),
					administrators: [],
					aside: [],
					seconds: 1,
					newestAt: null,
				} as never,
				(key, params) => words(key, params, 'en'),
			);
		const text = told(path);
		expect(text).toContain('correction order x  not alike  submitted → done');
		expect(text).toContain('decision over conflicts x  not in the store');
		expect(text).toContain('newer in the store: 1.');
		expect(text).toContain('API tokens (1)');
		expect(text).not.toContain('it had everything');
		const all = told(await copy());
		expect(all).toContain('it had everything');
		for (const group of NOT_HELD) expect(all).toContain(words(`cli_archive_not_held_${group}`, {}, 'en'));
		expect(words('cli_archive_not_held_anew', {}, 'zh-CN')).not.toContain('cli_');
	});

	it('is told once, where something that entries below inherit was changed', async () => {
		const { lost, copy } = await aDatabase();
		const database = writable(lost);
		database.exec(`create temp table below as select * from entry; update below set id = 'y', parent_id = 'x', row_id = 2;
			insert into entry select * from below`);
		database.close();
		const path = await copy();
		const rebuilt = writable(path);
		rebuilt.exec(`update entry set access_status = 'open'`);
		expect(compareWith(lost, path).differences.map(({ id }) => id)).toEqual(['x']);
		rebuilt.exec(`update entry set own_access = 'open' where id = 'x'`);
		rebuilt.close();
		expect(compareWith(lost, path).differences).toMatchObject([{ of: 'entry', id: 'x', is: 'different' }]);
	});

	it('has tables that a later version made: they are named, not passed over', async () => {
		const { lost, copy } = await aDatabase();
		const path = await copy();
		const later = new DatabaseSync(lost);
		later.exec('create table loan (id text primary key)');
		later.close();
		expect(compareWith(lost, path).differences).toMatchObject([{ of: 'table', id: 'loan', is: 'missing' }]);
	});
});
