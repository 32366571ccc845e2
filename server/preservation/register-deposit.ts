import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { isoAt } from '#domain/base/clock.ts';
import { userOf } from './entry-deposit.ts';
import { canonicalJson } from './entry-snapshot.ts';
import type { RecordParts } from './record-deposits.ts';

/** The object of a register: one for each. */
export const registerObject = (register: string): string => `urn:lantai:register:${register}`;

/** Versions in one file. A full file never changes again, so that a version of the object adds only the last one. */
const VERSIONS_PER_FILE = 1000;

/** Brings a register into the store as it is, with every version of its records; nothing new when it is there. */
export async function depositRegister(parts: RecordParts, register: string): Promise<string | undefined> {
	const { storage, worker, clock, software, dataDir } = parts;
	const { db } = storage;
	const known = await db
		.selectFrom('register_deposit')
		.select('version_id')
		.where('register', '=', register)
		.executeTakeFirst();
	const newest = await db
		.selectFrom('register_version')
		.select(['id', 'actor_id', 'actor_name'])
		.where('register', '=', register)
		.orderBy('id', 'desc')
		.limit(1)
		.executeTakeFirst();
	if (!newest || (known && known.version_id >= newest.id)) return undefined;
	const folder = join(dataDir, 'staging', `register-${register}`);
	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	try {
		const files: [string, { readonly path: string }][] = [];
		for (let after = 0, count = VERSIONS_PER_FILE; count === VERSIONS_PER_FILE;) {
			const rows = await db
				.selectFrom('register_version')
				.selectAll()
				.where('register', '=', register)
				.where('id', '>', after)
				.where('id', '<=', newest.id)
				.orderBy('id')
				.limit(VERSIONS_PER_FILE)
				.execute();
			count = rows.length;
			after = rows.at(-1)?.id ?? after;
			if (count === 0) break;
			const name = `versions-${String(files.length + 1).padStart(6, '0')}.jsonl`;
			const path = join(folder, name);
			const file = createWriteStream(path);
			for (const { id: _, register: __, ...row } of rows) file.write(`${canonicalJson(row)}\n`);
			file.end();
			await finished(file);
			files.push([name, { path }]);
		}
		const about = { schema: 'lantai-register/1', register, files: files.map(([name]) => name) };
		const { version } = await worker.put('record', {
			objectId: registerObject(register),
			files: [['register.json', canonicalJson(about)], ...files],
			record: { schema: 'lantai-record/1', kind: 'register', register, software },
			about: {
				created: isoAt(clock),
				message: `register: ${register}`,
				user: userOf({ id: newest.actor_id, name: newest.actor_name }),
			},
		});
		await db
			.insertInto('register_deposit')
			.values({ register, version_id: newest.id })
			.onConflict((conflict) => conflict.column('register').doUpdateSet({ version_id: newest.id }))
			.execute();
		return version;
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}
