import { describe, expect, it } from 'vitest';
import type { EntryId } from '#domain/base/ids.ts';
import { parseCommandLine } from '#server/cli/command-line.ts';
import { resultText } from '#server/cli/output.ts';
import { runVerb } from '#server/cli/verbs.ts';
import { wordsOf } from '#server/words.ts';
import { aFondsEntry, anItem, registerFonds } from '#tests/support/codes.ts';
import { TESTER } from '#tests/support/people.ts';
import { startTestServer } from '#tests/support/server.ts';

const code = (number: number): string => `B002-WS·2011-Y-BGS-${String(number).padStart(4, '0')}`;

/** An archive with items 1, 2, 2 and 5 of one group, and a command line on it. */
async function aCommandLine() {
	const server = await startTestServer();
	const { app } = server;
	await registerFonds(app);
	const fonds = await aFondsEntry(app);
	const items: EntryId[] = [];
	for (const number of [1, 2, 2, 5])
		items.push(await anItem(app, fonds, `第${number}件`, { referenceCode: code(number) }));
	const run = async (...line: string[]) => {
		const as = line[0]?.startsWith('@') ? line.shift()?.slice(1) : undefined;
		const { verb, args } = parseCommandLine(line, { language: 'zh-CN' } as never);
		const result = await runVerb(
			app,
			{ verb, args, as, user: 'test', language: 'zh-CN' },
			{ signal: new AbortController().signal, progress: () => undefined },
		);
		return { result: result as Record<string, never>, text: resultText(verb, result, 'zh-CN') };
	};
	/** What is said instead of an answer: the code of the refusal, and its words. */
	const refused = async (...line: string[]): Promise<[string, string]> => {
		try {
			await run(...line);
		} catch (error) {
			const { code: of, params = {} } = error as { code: string; params: Record<string, string> };
			return [of, wordsOf({ code: of, params }, 'zh-CN')];
		}
		throw new Error(`${line.join(' ')} was not refused`);
	};
	return { ...server, fonds, items, run, refused };
}

describe('codes on the command line', () => {
	it('are read, written, listed, resolved, reserved and returned', async () => {
		const { run, items } = await aCommandLine();
		const b002 = ['--fonds', 'B002', '--category', 'WS', '--year', '2011'];
		expect((await run('code', 'parse', code(7), ...b002)).text).toMatch(/^B002-WS·2011-Y-BGS-0007\n/u);
		const unread = await run('code', 'parse', 'b002-WS·2011-Y-BGS-0007', ...b002);
		expect(unread.result['suggestion']).toBe(code(7));
		expect(unread.text).toContain('应为大写');
		const parts = ['fondsNumber=B002', 'categoryCode=WS', 'year=2011', 'retentionPeriod=Y'];
		expect(
			(await run('code', 'format', ...parts, 'orgOrMatter=BGS', 'itemNumber=7', '--regime', 'dat22-2015'))
				.text,
		).toBe(code(7));
		expect((await run('code', 'format', ...parts, '--regime', 'dat22-2015')).text).toContain('缺少此项');

		expect((await run('code', 'gaps', '--fonds', 'B002')).text).toMatch(/B002-WS·2011-Y-BGS-\s+3–4\s+\?/u);
		const twice = (await run('code', 'duplicates')).text;
		for (const id of items.slice(1, 3)) expect(twice).toContain(id);
		expect((await run('code', 'resolve', code(5))).text).toContain(items[3]);
		expect((await run('code', 'resolve', code(99))).text).not.toContain('B002');

		const block = await run('code', 'reserve', '--like', items[0] as string, '--count', '3', '--why', '外出');
		expect(block.result['codes']).toEqual([6, 7, 8].map(code));
		expect((await run('code', 'return', String(block.result['id']))).result).toEqual({ unused: 3 });
	});

	it('say which renumberings there were, and what one of them leaves to redo', async () => {
		const { run, refused, app, fonds, items } = await aCommandLine();
		expect((await run('code', 'renumberings')).text).toContain('还没有重编或插入过');
		await app.collaboration.setField(items[2] as EntryId, 'referenceCode', code(3), TESTER);
		await run('renumber', fonds, '--insert-at', '5', '--why', '留一号');
		const { result, text } = await run('code', 'renumberings');
		expect(result).toMatchObject({ total: 1, renumberings: [{ why: '留一号', changed: 1, state: 'done' }] });
		expect(text).toMatch(/重编 1 次\n.+B002-WS·2011-Y-BGS-\s+1\/1\s+已执行\s+留一号/u);
		const [{ id }] = result['renumberings'] as unknown as [{ id: string }];
		const report = (await run('code', 'renumberings', id)).text;
		expect(report).toMatch(new RegExp(`${code(5)}\\s+→\\s+${code(6)}`, 'u'));
		expect(report).toContain('归档章 1');
		expect((await refused('code', 'renumberings', 'none'))[1]).toContain('没有这次重编');
	});

	it('name what cannot be read, in words', async () => {
		const { refused, fonds, items } = await aCommandLine();
		const like = items[0] as string;
		expect(await refused('code', 'parse', code(7))).toEqual([
			'cli.bad-argument',
			expect.stringContaining('--regime'),
		]);
		expect(await refused('code', 'parse', code(7), '--regime', 'dat99')).toEqual([
			'catalogue.code-unknown-regime',
			expect.stringContaining('dat99'),
		]);
		expect((await refused('code', 'parse', 'Z', '--fonds', 'Z999'))[1]).toContain('Z999');
		expect((await refused('code', 'parse', 'Z', '--fonds', 'B002', '--year', '1950'))[1]).toContain('1950');
		expect((await refused('code', 'format', 'colour=red', '--regime', 'dat22-2015'))[1]).toContain(
			'colour=red',
		);
		expect((await refused('code', 'format', 'itemNumber=x', '--regime', 'dat22-2015'))[1]).toContain(
			'itemNumber',
		);
		expect((await refused('code', 'reserve', '--like', like, '--count', '1001'))[1]).toContain('1000');
		expect((await refused('code', 'reserve', '--like', fonds, '--count', '1'))[0]).toBe(
			'catalogue.code-level',
		);
		expect((await refused('code', 'return', 'no-block'))[1]).toContain('no-block');
	});

	it('are not for readers, and a reserved block is returned by who has it', async () => {
		const { token, refused, run, items } = await aCommandLine();
		for (const [name, role] of [
			['读者', 'reader'],
			['甲', 'archivist'],
			['乙', 'archivist'],
		] as const)
			await token(name, role);
		const like = items[0] as string;
		for (const line of [
			['code', 'parse', code(7), '--regime', 'dat22-2015'],
			['code', 'format', 'year=2011', '--regime', 'dat22-2015'],
			['code', 'gaps'],
			['code', 'duplicates'],
			['code', 'renumberings'],
			['code', 'renumberings', 'none'],
			['code', 'reserve', '--like', like, '--count', '1'],
			['code', 'return', 'no-block'],
		])
			expect([line[1], (await refused('@读者', ...line))[0]]).toEqual([line[1], 'permissions.denied']);
		// What is not registered is nothing a reader can be led to.
		expect((await run('@读者', 'code', 'resolve', code(5))).result).toEqual({ entries: [] });
		const { result } = await run('@甲', 'code', 'reserve', '--like', like, '--count', '1');
		expect((await refused('@乙', 'code', 'return', String(result['id'])))[0]).toBe(
			'catalogue.code-block-other',
		);
		expect((await run('@甲', 'code', 'return', String(result['id']))).result).toEqual({ unused: 1 });
	});
});

describe('codes over HTTP', () => {
	it('are told, reserved and explained; rights and wrong fields are said', async () => {
		const { origin, token, items, fonds } = await aCommandLine();
		const as = { reader: await token('读', 'reader'), archivist: await token('编', 'archivist') };
		const ask = async (who: keyof typeof as | undefined, path: string, body?: object, method = 'POST') => {
			const answer = await fetch(`${origin}/api/codes${path}`, {
				...(body === undefined ? {} : { method, body: JSON.stringify(body) }),
				headers: {
					'content-type': 'application/json',
					...(who === undefined ? {} : { authorization: `Bearer ${as[who]}` }),
				},
			});
			return { status: answer.status, said: (await answer.json()) as Record<string, never> };
		};
		const groupKey = 'B002-WS·2011-Y-BGS-';
		const like = items[0] as string;
		const routes: [path: string, body: object | undefined, status: number][] = [
			['', undefined, 403],
			['/blocks', { like, count: 1 }, 403],
			['/notes', { groupKey, from: 3, to: 4, why: '退回' }, 403],
			// A reader is not even told that what is not registered is there.
			['/renumber', { under: fonds, from: 1 }, 404],
		];
		for (const [path, body, status] of routes) {
			expect([path, (await ask(undefined, path, body)).status]).toEqual([path, 401]);
			expect([path, (await ask('reader', path, body)).status]).toEqual([path, status]);
		}
		for (const [path, body, field] of [
			['/blocks', { like: 'x', count: 1 }, 'like'],
			['/blocks', { like, count: 0 }, 'count'],
			['/notes', { groupKey, from: 3, to: 'x', why: '退回' }, 'to'],
			['/renumber', { under: fonds, from: 1, colour: 'red' }, 'colour'],
			['?limit=x', undefined, 'limit'],
		] as const) {
			const { status, said } = await ask('archivist', path, body);
			expect([path, status, said]).toMatchObject([
				path,
				400,
				{ refusal: { code: 'server.bad-request', params: { field } } },
			]);
		}
		expect((await ask('archivist', '/notes', { groupKey: '没有', from: 1, to: 1, why: '退回' })).status).toBe(
			404,
		);
		expect((await ask('archivist', '/notes', { groupKey, from: 3, to: 4, why: '退回' })).status).toBe(200);
		expect((await ask('archivist', '?fonds=B002')).said).toMatchObject({
			groups: [{ groupKey, entries: 4, lowest: 1, highest: 5, missing: 2, next: code(6) }],
			gaps: [{ from: 3, to: 4, isExplained: true, reasons: [{ kind: 'note', why: '退回' }] }],
		});
		expect((await ask('archivist', '/renumber')).said).toEqual({ total: 0, offset: 0, renumberings: [] });
		for (const [who, path, status] of [
			[undefined, '/renumber', 401],
			['reader', '/renumber', 403],
			[undefined, '/renumber/none', 401],
			['reader', '/renumber/none', 403],
			['archivist', '/renumber/none', 404],
		] as const)
			expect([who, path, (await ask(who, path)).status]).toEqual([who, path, status]);
		const { said } = await ask('archivist', '/blocks', { like, count: 2 });
		expect(said['codes']).toEqual([6, 7].map(code));
		expect((await ask('archivist', '?fonds=B002')).said).toMatchObject({ groups: [{ next: code(8) }] });
		expect((await ask('archivist', `/blocks/${said['id']}`, {}, 'DELETE')).said).toEqual({ unused: 2 });
		expect((await ask('archivist', '/resolve?code=%20')).said).toEqual({ entries: [] });
	});
});
