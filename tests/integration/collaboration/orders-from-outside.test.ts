import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EntryId } from '#domain/base/ids.ts';
import type {
	OrderDetail,
	OrderOutcome,
	OrderPreview,
	ShownSample,
} from '#server/collaboration/orders/shown-order.ts';
import { resultText } from '#server/cli/output.ts';
import { runVerb } from '#server/cli/verbs.ts';
import { aFolder } from '#tests/support/folder.ts';
import { aFonds, fieldsOf } from '#tests/support/orders.ts';
import { startTestServer, type TestServer } from '#tests/support/server.ts';

interface Answered {
	readonly status: number;
	readonly body: unknown;
}

function as(server: TestServer, token: string) {
	return async (path: string, body?: unknown): Promise<Answered> => {
		const answer = await fetch(`${server.origin}/api/orders${path}`, {
			headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
			...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
		});
		const lines = (await answer.text()).trim().split('\n');
		return { status: answer.status, body: JSON.parse(lines.at(-1) ?? '') as unknown };
	};
}

describe('over HTTP', () => {
	it('an order is previewed, made, sampled, judged, decided with progress, and taken back', async () => {
		const server = await startTestServer();
		const { fonds, items } = await aFonds(server.app, ['区府甲', '区府乙', '县府丙']);
		const proposer = as(server, await server.token('提', 'reviewer'));
		const checker = as(server, await server.token('审', 'archivist'));
		const rule = { kind: 'replace', under: fonds, field: 'title', words: '区府', by: '区政府' };
		expect(await proposer('/preview', { rule })).toMatchObject({ status: 200, body: { rows: 2 } });
		const { body } = await proposer('', { rule, why: '统一简称' });
		const { id, number } = body as OrderDetail;
		expect(await checker('?show=waiting&limit=10')).toMatchObject({ body: { total: 1, orders: [{ id }] } });
		expect(await proposer(`/${number}/sample`, {})).toMatchObject({
			status: 403,
			body: { refusal: { code: 'collaboration.own-order' } },
		});
		const sample = (await checker(`/${number}/sample`, { size: 1 })).body as ShownSample;
		expect(await checker(`/${id}/rows?sample=${sample.id}&limit=5`)).toMatchObject({ body: { total: 1 } });
		expect(await checker(`/${id}/judge`, { which: [1], verdict: 'rejected', why: '非简称' })).toEqual({
			status: 200,
			body: {},
		});
		expect(await checker(`/${id}/decide`, { verdict: 'approve' })).toMatchObject({
			body: { result: { state: 'applied', isWhole: true, states: { applied: 1, rejected: 1 } } },
		});
		expect((await fieldsOf(server.app, items[0] as EntryId))['title']).toBe('区政府甲');
		expect(await proposer(`/${id}`)).toMatchObject({ body: { state: 'applied', can: { undo: false } } });
		expect(await checker(`/${id}/undo`, {})).toMatchObject({ body: { result: { state: 'undone' } } });
		expect(await checker(`/${id}/undo`, {})).toMatchObject({
			body: { refusal: { code: 'collaboration.order-not-applied' } },
		});
	});

	it('a list comes as rows or as a file in any encoding; a draft is submitted, an order withdrawn', async () => {
		const server = await startTestServer();
		const { items } = await aFonds(server.app, ['甲']);
		const proposer = as(server, await server.token('提', 'reviewer'));
		// 档号,著录项,新值 / X001-0000,title,乙 in GB18030
		const base64 = Buffer.from(
			'b5b5bac52cd6f8c2bccfee2cd0c2d6b50a583030312d303030302c7469746c652cd2d20a',
			'hex',
		).toString('base64');
		const file = { kind: 'file', name: '更正.csv', base64 };
		const drafted = (await proposer('', { rule: file, why: '核对', isDraft: true })).body as OrderDetail;
		expect(drafted).toMatchObject({ state: 'draft', rule: { kind: 'rows', file: '更正.csv', count: 1 } });
		expect(await proposer(`/${drafted.id}/rows`)).toMatchObject({
			body: { rows: [{ from: '甲', to: '乙' }] },
		});
		expect(await proposer(`/${drafted.id}/submit`, {})).toMatchObject({ status: 200 });
		expect(await proposer(`/${drafted.id}/withdraw`, {})).toMatchObject({ status: 200 });
		const rows = [{ entry: items[0], field: 'title', value: '丙' }];
		expect(await proposer('', { rule: { kind: 'rows', rows }, why: '核对' })).toMatchObject({ status: 200 });
		expect(await proposer('', { rule: { kind: 'rows', rows: [{ entry: 1 }] } })).toMatchObject({
			status: 400,
			body: { refusal: { code: 'server.bad-request' } },
		});
		expect(await proposer('/2020-0001')).toMatchObject({ status: 404 });
		expect(await proposer('?state=nothing')).toMatchObject({ status: 400 });
		expect((await fetch(`${server.origin}/api/orders`)).status).toBe(401);
	});
});

it('from the command line an order is made, shown, checked and taken back', async () => {
	const { app } = await startTestServer();
	const { fonds, items } = await aFonds(app, ['区府甲', '区府乙']);
	const run = (verb: string, who: string, args: object): Promise<unknown> =>
		runVerb(
			app,
			{ verb, args, as: who, user: 'test', language: 'zh-CN' },
			{ signal: new AbortController().signal, progress: () => undefined },
		);
	const given = {
		under: fonds,
		field: 'title',
		words: '区府',
		by: '区政府',
		isDraft: false,
		why: '统一简称',
	};
	const preview = (await run('order-create', '著录员', { ...given, isPreview: true })) as OrderPreview;
	expect(resultText('order-create', preview, 'zh-CN')).toContain('将更正 2 个条目的 2 处');
	const made = (await run('order-create', '著录员', { ...given, isPreview: false })) as OrderDetail;
	expect(resultText('order-create', made, 'zh-CN')).toContain(`${made.number}：2 行`);
	await run('order-sample', '审核员', { order: made.number, size: 1 });
	await run('order-judge', '审核员', { order: made.number, verdict: 'rejected', rows: [0], why: '非简称' });
	const shown = await run('order-show', '审核员', { order: made.number, rows: 20 });
	expect(resultText('order-show', shown, 'zh-CN')).toMatch(/区府甲 → 区政府甲 +rejected +非简称/);
	expect(
		resultText('order-list', await run('order-list', '审核员', { show: 'waiting', limit: 5 }), 'en'),
	).toContain(made.number);
	const done = (await run('order-decide', '审核员', {
		order: made.number,
		verdict: 'approve',
		why: '',
	})) as OrderOutcome;
	expect(resultText('order-decide', done, 'en')).toBe(
		`Order ${made.number}: applied (applied 1 · rejected 1)`,
	);
	await run('order-undo', '审核员', { order: made.id, why: '' });
	expect((await fieldsOf(app, items[1] as EntryId))['title']).toBe('区府乙');

	const file = join(await aFolder(), 'list.csv');
	await writeFile(file, 'entry,field,value\nX001-0001,title,\n');
	const listed = { file, why: '核对', isDraft: false, isPreview: true };
	expect(await run('order-create', '著录员', listed)).toMatchObject({ rows: 1, examples: [{ to: null }] });
	await expect(run('order-create', '著录员', { ...listed, file: `${file}x` })).rejects.toMatchObject({
		code: 'import.no-file',
	});
	await expect(run('order-create', '著录员', { ...listed, file: undefined })).rejects.toMatchObject({
		code: 'cli.bad-argument',
		params: { argument: '--under' },
	});
});
