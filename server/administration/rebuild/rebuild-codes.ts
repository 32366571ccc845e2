import { eachLines, filling, segmentsOf, type Rebuilding } from './rebuilding.ts';

const EVENT = [
	'kind',
	'fonds_number',
	'regime',
	'group_key',
	'number',
	'number_to',
	'suffix',
	'entry_id',
	'code',
	'new_code',
	'block_id',
	'why',
	'actor_id',
	'actor_name',
	'via',
	'at',
] as const;

type Row = Readonly<Record<(typeof EVENT)[number], unknown>>;

/**
 * What was done with reference codes. What codes say follows from rows and registers, and is read anew at the first start.
 */
export async function rebuildCodes(rebuilding: Rebuilding): Promise<void> {
	const { storage, scan, counts } = rebuilding;
	const events = filling<Row>(storage, 'code_event', EVENT);
	for (const folder of scan.records.codes) {
		const { files } = await segmentsOf(rebuilding, folder, 'codes.json');
		for (const name of files)
			await eachLines<Row>(rebuilding, folder, name, async (lines) => {
				await storage.bulk([events.of(lines)]);
				counts.codeEvents += lines.length;
			});
		await storage.db
			.insertInto('code_progress')
			.columns(['name', 'position'])
			.expression((select) =>
				select
					.selectFrom('code_event')
					.select((each) => [each.val('deposit').as('name'), each.fn.max('id').as('position')])
					.having((each) => each.fn.countAll(), '>', 0),
			)
			.execute();
	}
}
