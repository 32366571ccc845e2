import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RuleException } from '#domain/catalogue/rules/exception-definition.ts';
import { verify } from '#server/preservation/ocfl-verify.ts';
import { aFondsEntry, anItem, registerFonds } from '#tests/support/codes.ts';
import { registerEntries, system } from '#tests/support/entries.ts';
import { TESTER } from '#tests/support/people.ts';
import { aPurge, SECRET } from '#tests/support/purges.ts';
import { findWords } from '#tests/support/raw-bytes.ts';
import { startTestServer } from '#tests/support/server.ts';

it('takes the code of an entry out of what was done with codes, and leaves that its number was given', async () => {
	const { app, dataDir } = await startTestServer();
	await registerFonds(app);
	const fonds = await aFondsEntry(app);
	const ids = [await anItem(app, fonds, '将要清除'), await anItem(app, fonds, '留下')];
	await registerEntries(app, ids);
	const codes = await Promise.all(
		ids.map(async (id) => (await app.catalogue.entry(system, id)).referenceCode),
	);
	expect(codes).toEqual(['B002-WS·2011-Y-BGS-0001', 'B002-WS·2011-Y-BGS-0002']);
	await app.preservation.flush('demand');
	const root = join(dataDir, 'archive');
	expect(findWords(root, [codes[0] as string]).length).toBeGreaterThan(0);

	expect(await aPurge(app, ids.slice(0, 1))).toMatchObject({ state: 'done', failure: null });
	expect(findWords(dataDir, [codes[0] as string])).toEqual([]);
	expect(findWords(root, [codes[1] as string]).length).toBeGreaterThan(0);
	expect(verify(root)).toMatchObject({ valid: true, errors: [] });

	// Given to nobody else, and what comes after goes into the store as before.
	const next = await anItem(app, fonds, '后来的');
	await registerEntries(app, [next]);
	expect((await app.catalogue.entry(system, next)).referenceCode).toBe('B002-WS·2011-Y-BGS-0003');
	await app.preservation.flush('demand');
	expect(verify(root)).toMatchObject({ valid: true, errors: [] });
});

it('takes out findings that were accepted, with what they quote, from memory, database and store', async () => {
	const { app, dataDir } = await startTestServer();
	const fonds = await aFondsEntry(app);
	const ids = [await anItem(app, fonds, `通知${SECRET}`), await anItem(app, fonds, '留下')];
	const accepted = ids.map((entryId, index) => ({
		based: 0,
		content: {
			entryId,
			rule: 'R28' as const,
			field: 'title',
			value: index === 0 ? SECRET : '留下',
			reason: index === 0 ? `原件如此${SECRET}` : '原件如此',
		} satisfies RuleException,
	}));
	expect((await app.registers.save('exception', accepted, '', TESTER)).problems).toEqual([]);
	await app.preservation.flush('demand');
	const root = join(dataDir, 'archive');
	expect(findWords(root, [SECRET]).some((each) => each.includes('versions-'))).toBe(true);

	expect(await aPurge(app, ids.slice(0, 1))).toMatchObject({ state: 'done', failure: null });
	expect(findWords(dataDir, [SECRET])).toEqual([]);
	expect(app.registers.list<RuleException>('exception').map(({ content }) => content.entryId)).toEqual([
		ids[1],
	]);
	expect(verify(root)).toMatchObject({ valid: true, errors: [] });
	await app.preservation.flush('demand');
	expect(verify(root)).toMatchObject({ valid: true, errors: [] });
});
