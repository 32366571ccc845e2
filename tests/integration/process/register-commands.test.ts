import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SheetOutcome } from '#server/catalogue/registers/sheet-desk.ts';
import { parseCommandLine } from '#server/cli/command-line.ts';
import { resultText } from '#server/cli/output.ts';
import type { ResolveOutcome } from '#server/collaboration/authorities/resolve-desk.ts';
import { runVerb } from '#server/cli/verbs.ts';
import { aFolder, startTestServer } from '#tests/support/server.ts';

describe('registers on the command line', () => {
	it('a list is imported, listed, a short form resolved, and the gates told', async () => {
		const { app } = await startTestServer();
		const file = join(await aFolder(), '名录.csv');
		const run = async <T>(line: readonly string[]): Promise<{ result: T; text: string }> => {
			const { verb, args } = parseCommandLine(line, { language: 'zh-CN' } as never);
			const request = { verb, args, as: undefined, user: 'test', language: 'zh-CN' as const };
			const result = await runVerb(app, request, {
				signal: new AbortController().signal,
				progress: () => undefined,
			});
			return { result: result as T, text: resultText(verb, result, 'zh-CN') };
		};
		await writeFile(file, '名称,简称\n沧浦区水务局（2001–）,水务局\n沧浦区教育局（2001–1999）,\n');
		const tried = await run<SheetOutcome>(['authority', 'import', file]);
		expect(tried.result).toMatchObject({ isSaved: false, counts: { wrong: 1 } });
		expect(tried.text).toContain('第 3 行，名称：');
		await writeFile(file, '名称,简称\n沧浦区水务局（2001–）,水务局\n');
		expect((await run<SheetOutcome>(['authority', 'import', file, '--trial'])).result.isSaved).toBe(false);
		const imported = await run<SheetOutcome>(['authority', 'import', file]);
		expect(imported.text).toContain('新增 1');
		expect(imported.text).toContain('表中没有的栏：种类、机关代字、前身、全宗号、职务、备注；');
		const listed = await run<{ records: readonly { id: string }[] }>(['authority', 'list']);
		expect(listed.text).toContain('沧浦区水务局');
		const [body] = listed.result.records;
		const decided = await run<ResolveOutcome>([
			...['authority', 'resolve', '区水务', '--body', body?.id ?? '', '--from', '2001', '--why', '统一'],
		]);
		expect(decided.result).toMatchObject({ isSaved: true, rows: 0 });
		expect(app.registers.get('authority', body?.id ?? '')?.content['shortNames']).toHaveLength(2);
		expect((await run(['gates'])).text).toContain('案卷级目录  — %  0/0');
	});
});
