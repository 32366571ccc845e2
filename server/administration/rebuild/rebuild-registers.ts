import { registerObject } from '#server/preservation/register-deposit.ts';
import { eachLines, filling, segmentsOf, type Rebuilding } from './rebuilding.ts';

const VERSION = [
	'register',
	'record_id',
	'version',
	'entry_id',
	'content',
	'withdrawn',
	'why',
	'actor_id',
	'actor_name',
	'via',
	'at',
] as const;

type Row = Readonly<Record<(typeof VERSION)[number], unknown>>;

/** Registers with every version of their records. */
export async function rebuildRegisters(rebuilding: Rebuilding): Promise<void> {
	const { storage, scan, counts } = rebuilding;
	const versions = filling<Row>(storage, 'register_version', VERSION);
	for (const folder of scan.records.register) {
		const { objectId, files } = await segmentsOf(rebuilding, folder, 'register.json');
		const register = objectId.slice(registerObject('').length);
		for (const name of files)
			await eachLines<Omit<Row, 'register'>>(rebuilding, folder, name, async (lines) => {
				await storage.bulk([versions.of(lines.map((line) => ({ ...line, register })))]);
				counts.registerVersions += lines.length;
			});
		await storage.db
			.insertInto('register_deposit')
			.columns(['register', 'version_id'])
			.expression((select) =>
				select
					.selectFrom('register_version')
					.select((each) => [each.val(register).as('register'), each.fn.max('id').as('version_id')])
					.where('register', '=', register)
					.having((each) => each.fn.countAll(), '>', 0),
			)
			.execute();
	}
}
