import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as Y from 'yjs';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { disputeKeyOf } from '#domain/collaboration/conflicts.ts';
import { richTextOf } from '#domain/catalogue/rich-text.ts';
import type { Person } from '#domain/permissions/permissions.ts';
import { bodyOf } from '#sync/entry-doc.ts';
import { fillFragment } from '#sync/rich-text-fragment.ts';
import type { App } from '#server/app.ts';
import { aConflict, personOf } from './conflicts.ts';
import { aFondsEntry, anItem, registerFonds } from './codes.ts';
import { aMadeEntry, registerEntries, system } from './entries.ts';
import { eventually } from './eventually.ts';
import { by } from './orders.ts';

/** How much of each. */
export interface Variety {
	/** Rows of a generated list. */
	readonly rows: number;
	/** Of these, edited by hand. */
	readonly edited: number;
	readonly comments: number;
	readonly proposals: number;
}

/** Everything that can happen to entries, once each, and as much of the usual as asked for. All is deposited. */
export async function fillArchive(
	app: App,
	folder: string,
	{ rows, edited, comments, proposals }: Variety,
): Promise<{ readonly list: EntryId; readonly conflicting: EntryId; readonly items: readonly EntryId[] }> {
	const [a, b] = [await personOf(app, '甲'), await personOf(app, '乙')];
	const checker = await personOf(app, '审核员', 'reviewer');
	const actor = (person: Person) => ({ id: person.id, name: person.name, via: null });
	const list = await imported(app, folder, 'list.csv', rows, undefined);
	const found = await app.storage.db
		.selectFrom('entry')
		.select('id')
		.where('parent_id', '=', list)
		.orderBy('order_key')
		.execute();
	const items = found.map(({ id }) => id as EntryId);
	const fonds = await aMadeEntry(app, { title: '合成全宗', level: 'fonds' });
	const made: EntryId[] = [];
	for (const title of ['关于河道的通知', '区府甲', '区府乙', '会议纪要', '旧章程', '要删的'])
		made.push(await aMadeEntry(app, { title, parentId: fonds }));
	const [first, orderOne, orderTwo, conflicting, moved, gone] = made as [
		EntryId,
		EntryId,
		EntryId,
		EntryId,
		EntryId,
		EntryId,
	];
	// A list below an entry made by hand, and one that is undone with some of it edited.
	await imported(app, folder, 'below.csv', 5, fonds);
	const undone = await imported(app, folder, 'undone.csv', 8, undefined);
	const [kept] = (await app.catalogue.children(system, undone, 0, 10)).rows;
	await app.collaboration.setField(kept?.id as EntryId, 'title', '留下的', actor(a));
	const [undoneImport] = await app.imports.list();
	await app.importDesk.undo(by(system), undoneImport?.id ?? '', false);

	// Fields, long texts, repeatables, moves, deletions; everywhere else only who opened it.
	await app.collaboration.editMany(
		items.slice(0, edited).map((entryId, index) => ({
			entryId,
			change: (copy: Y.Doc) => {
				fillFragment(bodyOf(copy, 'scopeAndContent'), richTextOf(`第${index}号的范围与内容`));
				return true;
			},
		})),
		actor(a),
	);
	for (const id of items.slice(0, Math.min(edited, 5))) {
		await app.collaboration.setField(id, 'title', `${id} 的题名`, actor(b));
		await app.collaboration.setField(id, 'creators#1', { order: 'a0', text: '合成水务局' }, actor(a));
	}
	await app.preservation.flush('demand');
	await app.collaboration.setField(moved, 'parent', list, actor(a));
	await app.collaboration.setField(items[edited] as EntryId, 'parent', fonds, actor(b));
	await app.collaboration.setField(items[edited + 1] as EntryId, 'accessStatus', 'open', actor(b));
	await app.collaboration.setField(gone, 'status', 'deleted', actor(a));
	const opened = items[edited + 2] as EntryId;
	await app.collaboration.edit(opened, actor(a), () => false);

	// Two moves that did not see each other make a loop, of which one is not followed.
	const [one, other] = [
		await aMadeEntry(app, { title: '卷一', level: 'file', parentId: fonds }),
		await aMadeEntry(app, { title: '卷二', level: 'file', parentId: fonds }),
	];
	await loop(app, one, other, actor(a));

	// Conflicts: one stands, one is disputed, one is decided with many, one of those is taken back.
	const conflict = (id: EntryId, values: readonly [string, string]): Promise<void> =>
		aConflict(app, id, 'title', [
			{ by: a, value: values[0] },
			{ by: b, value: values[1] },
		]);
	await conflict(conflicting, ['甲的纪要', '乙的纪要']);
	await conflict(first, ['甲的通知', '乙的通知']);
	const elements = (await app.catalogue.entry(system, first)).conflicts['title'] ?? [];
	await app.collaboration.setField(
		first,
		disputeKeyOf('title'),
		{ reason: '待查', elements: elements.map(({ elementId }) => elementId) },
		actor(a),
	);
	const settled = await aMadeEntry(app, { title: '旧', level: 'fonds' });
	await conflict(settled, ['甲定', '乙定']);
	const decide = (kind: 'newest' | 'oldest') =>
		app.conflicts.settle(by({ ...a, fonds: [settled] }), { filter: {}, choice: { kind }, why: '核对' });
	const decision = await decide('oldest');
	await app.conflicts.undo(by(a), decision.decisionId);
	await decide('newest');

	// What is said: comments with answers, other wordings and withdrawals; proposals open, accepted, rejected.
	for (let index = 0; index < comments; index++)
		await say(app, items[index % items.length] as EntryId, checker, `意见 ${index}`);
	for (let index = 0; index < proposals; index++) {
		const id = items[(index + 3) % items.length] as EntryId;
		const proposed = (await app.proposals.propose(by(checker), id, 'title', `提议 ${index}`, '原件如此')) as {
			id: string;
		};
		if (index % 3 < 2)
			await app.proposals.decide(by(a), {
				id: proposed.id,
				verdict: index % 3 === 0 ? 'accepted' : 'rejected',
				why: index % 3 === 0 ? '' : '不改',
			});
	}

	// Review: alone and with many, edited and untouched, up to each state.
	await registerEntries(app, [orderOne, orderTwo, items.at(-1) as EntryId, items.at(-2) as EntryId]);
	// Edited entries only: these steps have no records of their own.
	await registerEntries(app, [await aMadeEntry(app, { title: '单独入库', parentId: fonds })]);
	const review = (step: 'submit' | 'return' | 'verify', person: Person, ids: readonly EntryId[]) =>
		app.review.take(
			by(person),
			step,
			{ entries: ids.map((id) => ({ id })) },
			step === 'return' ? '缺页' : '',
		);
	const [s1, s2, s3, s4] = items.slice(-6, -2) as [EntryId, EntryId, EntryId, EntryId];
	await review('submit', a, [s1, s2, s3, s4]);
	await review('return', checker, [s2]);
	await review('verify', checker, [s3, s4]);
	await app.collaboration.setField(s4, 'title', '核后又改', actor(b));

	// Orders: applied, taken back, rejected, and one of which rows are being judged.
	const order = async (entry: EntryId, value: string): Promise<string> =>
		(await app.orders.create(by(a), { kind: 'rows', rows: [{ entry, field: 'title', value }] }, '漏字')).id;
	const applied = await order(orderOne, '区政府甲');
	await app.orders.decide(by(checker), applied, 'approve', '属实');
	const back = await order(orderTwo, '区政府乙');
	await app.orders.decide(by(checker), back, 'approve', '属实');
	await app.orders.undo(by(checker), back, '弄错');
	await app.orders.decide(by(checker), await order(orderTwo, '区政府丙'), 'reject', '不改');
	const judging = await order(orderTwo, '区政府丁');
	await app.orders.sample(by(checker), judging, 1);
	await app.orders.judgeRows(by(checker), judging, [0], 'rejected', '与原件不符');

	// A check that set what it suggested, with an exception and somebody who deals with the rest.
	const flawed = await aMadeEntry(app, {
		title: '沧浦区水利局关于做好防汛准备工作的通知。',
		parentId: fonds,
		fields: { documentNumber: '沧水[2008]1号', documentDate: '20080305' },
	});
	const check = await app.campaigns.create(by(system), { name: '检查', under: fonds, rules: ['R28', 'R38'] });
	await app.campaigns.ended(by(system), check.id, {
		signal: new AbortController().signal,
		onProgress: () => undefined,
	});
	await app.fixes.apply(by(a), check.id, { rule: 'R38' }, '');
	await app.campaigns.assign(by(system), check.id, { rule: 'R28', fondsId: '', personId: a.id });
	await app.exceptions.accept(
		by(checker),
		{ entryId: flawed, rule: 'R28', field: 'title', value: '沧浦区水利局关于做好防汛准备工作的通知。' },
		'原件如此',
	);

	// A register, a number that was given out, and a former code.
	await registerFonds(app);
	const coded = await anItem(app, await aFondsEntry(app), '待编档号');
	await registerEntries(app, [coded]);
	const recode = await app.orders.create(
		by(a),
		{ kind: 'rows', rows: [{ entry: coded, field: 'referenceCode', value: 'B002-WS·2011-Y-BGS-0009' }] },
		'重编',
	);
	await app.orders.decide(by(checker), recode.id, 'approve', '属实');

	// Logs that were compacted before.
	await app.preservation.flush('demand');
	await app.collaboration.compact({ idleMs: -60_000, minRows: 3 });
	await app.collaboration.setField(items[0] as EntryId, 'title', '压缩之后', actor(a));
	await eventually(async () => {
		await app.preservation.flush('demand');
		expectNothingWaiting(app);
	}, 300_000);
	return { list, conflicting, items };
}

function expectNothingWaiting(app: App): void {
	const { waiting } = app.preservation.status();
	if (waiting > 0) throw new Error(`${waiting} wait for the store`);
}

/** Imports a generated list; its outermost entry. */
async function imported(
	app: App,
	folder: string,
	name: string,
	rows: number,
	under: EntryId | undefined,
): Promise<EntryId> {
	const lines = Array.from(
		{ length: rows },
		(_, index) =>
			`X001-WS·2014-D30-YW-${String(index).padStart(5, '0')},关于整治第${index}号河道的通知,合成水务局,20140521,永久`,
	);
	const path = join(folder, name);
	await writeFile(path, `档号,题名,责任者,文件日期,保管期限\n${lines.join('\n')}\n`);
	const { rootIds } = await app.importDesk.run(
		by(system),
		{ path, under },
		{ onProgress: () => undefined, signal: new AbortController().signal },
	);
	return rootIds[0] as EntryId;
}

/** Two people each move one entry into the other. */
async function loop(
	app: App,
	one: EntryId,
	other: EntryId,
	actor: { readonly id: string; readonly name: string; readonly via: null },
): Promise<void> {
	const { log } = app.storage;
	for (const [id, parent] of [
		[one, other],
		[other, one],
	] as const) {
		const doc = new Y.Doc();
		for (const { payload } of await log.read(`entry:${id}`)) Y.applyUpdate(doc, payload);
		const before = Y.encodeStateVector(doc);
		const { setField, fieldValuesOf } = await import('#sync/field-values.ts');
		const element = setField(fieldValuesOf(doc), 'parent', parent, {
			id: createId<string>(),
			by: actor.id,
			at: new Date().toISOString(),
		});
		const seq = await log.append({
			doc: `entry:${id}`,
			payload: Y.encodeStateAsUpdate(doc, before),
			actor,
			receivedAt: new Date().toISOString(),
			changes: [
				{
					elementId: element.id,
					field: 'parent',
					fromValues: '[]',
					toValue: JSON.stringify(parent),
					claimedBy: actor.id,
					claimedAt: element.at,
				},
			],
		});
		await app.collaboration.projected(id, seq);
		app.preservation.noteEdit(id, seq);
	}
}

/** Somebody writes a comment. */
export async function say(app: App, id: EntryId, person: Person, text: string): Promise<void> {
	const commentId = createId<string>();
	await app.collaboration.say(
		id,
		{ id: person.id, name: person.name, via: null },
		() => ({
			kind: 'comment',
			id: commentId,
			thread: commentId,
			anchor: { kind: 'entry' },
			text,
			mentions: [],
			by: person.id,
			at: new Date().toISOString(),
		}),
		'update',
	);
}
