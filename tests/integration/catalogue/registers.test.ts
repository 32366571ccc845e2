import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '#domain/base/clock.ts';
import type { RegisterDefinition } from '#domain/catalogue/registers/register.ts';
import { rebuildArchive } from '#server/administration/rebuild/rebuild.ts';
import { ListedRecords } from '#server/catalogue/registers/listed-records.ts';
import { Registers } from '#server/catalogue/registers/registers.ts';
import { openStorage } from '#server/storage/sqlite/open-sqlite.ts';
import type { Storage } from '#server/storage/storage.ts';
import { anArchive, type Archive } from '#tests/support/archive.ts';
import { aFolder } from '#tests/support/folder.ts';
import { TESTER } from '#tests/support/people.ts';

/** Records with a name that no two have. */
const definition: RegisterDefinition = {
	id: 'authority',
	label: { zh: '规范名册', en: 'Authorities' },
	check: ({ name }) => (typeof name === 'string' && name !== '' ? [] : [{ field: 'name', code: 'empty' }]),
	titleOf: ({ name }) => String(name),
	checkAmong: (changed, all) => {
		const byName = Map.groupBy(all, ({ content }) => content['name']);
		return [...byName.values()]
			.filter((records) => records.length > 1)
			.flat()
			.filter(({ id }) => changed.has(id))
			.map(({ id }) => ({ id, field: 'name', code: 'taken' }));
	},
};

async function open(storage: Storage): Promise<Registers> {
	return Registers.open({ storage, clock: systemClock, definitions: [definition] });
}

async function aRegister(): Promise<{ archive: Archive; registers: Registers }> {
	const archive = await anArchive();
	const registers = await open(archive.storage);
	registers.onChanged((register) => archive.preservation.noteRegister(register));
	return { archive, registers };
}

const named = (registers: Registers): [string, unknown][] =>
	registers.list('authority').map(({ id, content }) => [id, content['name']]);

describe('a register', () => {
	it('keeps every version, and is as it was when opened again', async () => {
		const { archive, registers } = await aRegister();
		const saved = async (content: { name: string }, based: number, isWithdrawn?: boolean) =>
			registers.save(
				'authority',
				[
					{
						id: 'a',
						based,
						content,
						...(isWithdrawn === undefined ? {} : { isWithdrawn }),
					},
				],
				`因为 ${based}`,
				TESTER,
			);
		await saved({ name: '沧浦县水利局' }, 0);
		await saved({ name: '沧浦区水务局' }, 1);
		// Nothing new is no version.
		await saved({ name: '沧浦区水务局' }, 2);
		await saved({ name: '沧浦区水务局' }, 2, true);
		for (const each of [registers, await open(archive.storage)]) {
			expect(each.get('authority', 'a')).toMatchObject({
				version: 3,
				isWithdrawn: true,
				content: { name: '沧浦区水务局' },
				actorName: TESTER.name,
			});
			expect(
				(await each.history('authority', 'a')).map(({ version, content, why }) => [version, content, why]),
			).toEqual([
				[3, { name: '沧浦区水务局' }, '因为 2'],
				[2, { name: '沧浦区水务局' }, '因为 1'],
				[1, { name: '沧浦县水利局' }, '因为 0'],
			]);
		}
	});

	it('saves all or nothing, and says which change is wrong', async () => {
		const { registers } = await aRegister();
		const change = (id: string, name: string) => ({ id, based: 0, content: { name } });
		const refused = await registers.save(
			'authority',
			[change('a', '甲'), change('b', ''), change('c', '丙')],
			'',
			TESTER,
		);
		expect(refused).toEqual({ saved: [], problems: [{ index: 1, id: 'b', field: 'name', code: 'empty' }] });
		const twins = await registers.save('authority', [change('a', '甲'), change('b', '甲')], '', TESTER);
		expect(twins.problems.map(({ index, code }) => [index, code])).toEqual([
			[0, 'taken'],
			[1, 'taken'],
		]);
		expect(named(registers)).toEqual([]);
		const trial = await registers.save('authority', [change('a', '甲')], '', TESTER, { isTrial: true });
		expect([trial.saved.length, named(registers)]).toEqual([1, []]);
	});

	it('is listed by name, those out of use at the end, and found by words, also after a change', async () => {
		const { registers } = await aRegister();
		const listed = new ListedRecords(registers);
		const idsOf = async (...words: string[]) => (await listed.found('authority', words)).map(({ id }) => id);
		const record = (id: string, name: string, isWithdrawn = false) => ({
			id,
			based: 0,
			content: { name, note: `注${id}` },
			isWithdrawn,
		});
		const all = [record('x', '阿一', true), record('c', '乙10'), record('b', '乙9'), record('a', '甲')];
		await registers.save('authority', all, '', TESTER);
		expect(await idsOf()).toEqual(['a', 'b', 'c', 'x']);
		expect(await idsOf('乙', '注')).toEqual(['b', 'c']);
		const renamed = { id: 'b', based: 1, content: { name: '丁', note: '换' } };
		await registers.save('authority', [renamed], '', TESTER);
		expect(await idsOf()).toEqual(['b', 'a', 'c', 'x']);
		expect(await idsOf('乙')).toEqual(['c']);
		expect(await idsOf('换')).toEqual(['b']);
	});

	it('joins what two people changed, and loses nothing where both set the same field', async () => {
		const { registers } = await aRegister();
		await registers.save('authority', [{ id: 'a', based: 0, content: { name: '甲', note: '' } }], '', TESTER);
		const [first, second] = await Promise.all([
			registers.save('authority', [{ id: 'a', based: 1, content: { name: '乙', note: '' } }], '', TESTER),
			registers.save('authority', [{ id: 'a', based: 1, content: { name: '甲', note: '说明' } }], '', TESTER),
		]);
		expect([first.problems, second.problems]).toEqual([[], []]);
		expect(registers.get('authority', 'a')?.content).toEqual({ name: '乙', note: '说明' });
		const late = await registers.save(
			'authority',
			[{ id: 'a', based: 1, content: { name: '丙', note: '' } }],
			'',
			TESTER,
		);
		expect(late.problems).toEqual([
			{
				index: 0,
				id: 'a',
				field: 'name',
				code: 'changed_meanwhile',
				params: { name: TESTER.name, version: 3 },
			},
		]);
		expect(registers.get('authority', 'a')?.content['name']).toBe('乙');
	});

	it('lies in the archival store with all its versions, and comes back from it', async () => {
		const { archive, registers } = await aRegister();
		const many = Array.from({ length: 2300 }, (_, n) => ({ based: 0, content: { name: `机构${n}` } }));
		await registers.save('authority', many, '清单', TESTER);
		await archive.preservation.flush('demand');
		const [one] = registers.list('authority');
		await registers.save(
			'authority',
			[{ id: one?.id as string, based: 1, content: { name: '改名' } }],
			'',
			TESTER,
		);
		await archive.preservation.flush('demand');
		// Written once only: what is full stays as it is.
		const object = archive.store.inventory('urn:lantai:register:authority');
		expect(object?.head).toBe('v2');
		expect(
			Object.values(object?.manifest ?? {})
				.flat()
				.filter((path) => path.includes('versions-')),
		).toHaveLength(4);
		await archive.close();

		const folder = await aFolder();
		const dataDir = join(folder, 'rebuilt');
		const answer = await rebuildArchive(
			{ from: archive.root, into: dataDir, compare: join(archive.dataDir, 'lantai.sqlite') },
			TESTER,
			systemClock,
			{ signal: new AbortController().signal, progress: () => undefined },
		);
		expect(answer).toMatchObject({ registerVersions: 2301, notDeposited: { differences: [] } });
		const storage = await openStorage({ dataDir });
		onTestFinished(() => storage.close());
		const rebuilt = await open(storage);
		expect(rebuilt.list('authority')).toEqual(registers.list('authority'));
		expect(await rebuilt.history('authority', one?.id as string)).toHaveLength(2);
	});
});
