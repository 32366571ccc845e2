import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import type { Person } from '#domain/permissions/permissions.ts';
import { runCli } from '#server/cli.ts';
import { serveCommands } from '#server/cli/command-socket.ts';
import type { FixityRunReport } from '#server/preservation/fixity/fixity.ts';
import type { FixityReport } from '#server/preservation/fixity/fixity-report.ts';
import { premisXml } from '#server/preservation/fixity/premis.ts';
import { objectPath } from '#server/preservation/ocfl-layout.ts';
import { runVerb } from '#server/cli/verbs.ts';
import { aMadeEntry } from '#tests/support/entries.ts';
import { flipBit } from '#tests/support/fixity.ts';
import { aFolder, PASSWORD, startTestServer, type TestServer } from '#tests/support/server.ts';

async function lantai(
	args: readonly string[],
	language: 'zh-CN' | 'en' = 'en',
): Promise<{ code: number; out: string; err: string }> {
	let out = '';
	let err = '';
	const code = await runCli(args, {
		stdin: Readable.from(['']),
		stdout: { write: (text) => (out += text) },
		stderr: { write: (text) => (err += text) },
		language,
		signal: new AbortController().signal,
	});
	return { code, out, err };
}

async function json<T>(args: readonly string[]): Promise<readonly [number, T]> {
	const { code, out, err } = await lantai([...args, '--json']);
	return [code, JSON.parse(out || err) as T] as const;
}

/** Where the published schemas lie: beside the repository or further up, on machines that have them. */
function schemas(folder = import.meta.dirname): string | undefined {
	const here = join(folder, 'shared/schemas');
	if (existsSync(join(here, 'premis-3-0.xsd'))) return here;
	return dirname(folder) === folder ? undefined : schemas(dirname(folder));
}

/** The first complaint of the schema; undefined where it is valid, or the schema is absent. */
async function whyNotValid(xml: string): Promise<string | undefined> {
	const folder = schemas();
	if (folder === undefined) return undefined;
	const schema = (name: string): string => join(folder, name);
	const result = await validateXML({
		xml: { fileName: 'premis.xml', contents: xml },
		schema: { fileName: 'premis-3-0.xsd', contents: readFileSync(schema('premis-3-0.xsd'), 'utf8') },
		preload: [{ fileName: 'xlink.xsd', contents: readFileSync(schema('xlink.xsd'), 'utf8') }],
	});
	return result.valid ? undefined : (result.errors[0]?.rawMessage ?? 'invalid');
}

async function aDamagedArchive(): Promise<
	TestServer & { readonly id: string; readonly file: string; readonly close: () => Promise<void> }
> {
	const server = await startTestServer();
	const id = await aMadeEntry(server.app, { title: '甲 & <乙>' });
	await server.app.preservation.depositNow(id);
	await server.app.preservation.flush('demand');
	const commands = await serveCommands(
		server.dataDir,
		(request, running) => runVerb(server.app, request, running),
		() => undefined,
	);
	onTestFinished(commands.close);
	const file = join(server.dataDir, 'archive', objectPath(`urn:uuid:${id}`), 'v1/content/entry.json');
	return { ...server, id, file, close: commands.close };
}

it('fixity run and report, through the socket and on a stopped directory: code 1 and the exact place', async () => {
	const { dataDir, id, file, close, stop } = await aDamagedArchive();
	const data = ['--data', dataDir];
	expect(await json(['fixity', 'run', '--all', '--rate', '0', ...data])).toMatchObject([
		0,
		{ outcome: 'complete', objects: 3, failures: 0, failed: [] },
	]);
	flipBit(file);
	const failed = [
		{ objectId: `urn:uuid:${id}`, findings: [{ code: 'E092', path: 'v1/content/entry.json' }] },
	];
	expect(await json<FixityRunReport>(['fixity', 'run', id, ...data])).toMatchObject([
		1,
		{ objects: 1, failed },
	]);
	const [, report] = await json<FixityReport>(['fixity', 'report', ...data]);
	expect(report).toMatchObject({
		objects: 3,
		checked: 3,
		neverChecked: 0,
		failureCount: 1,
		failures: [{ ...failed[0], kind: 'entry', title: '甲 & <乙>', entryId: id }],
		runs: [
			{ scope: 'objects', trigger: 'demand', failures: 1 },
			{ scope: 'all', failures: 0 },
		],
		schedule: { everyDays: 90, megabytesPerSecond: 20, overdue: 0 },
	});
	expect((await lantai(['fixity', 'report', ...data], 'zh-CN')).out).toContain('未解决的失败 1 处');
	const events = await json<{ events: unknown[] }>(['fixity', 'report', id, ...data]);
	expect(events[1].events).toMatchObject([{ outcome: 'success' }, { outcome: 'failure', version: 1 }]);
	await close();
	await stop();
	const human = await lantai(['fixity', 'run', '--all', '--rate', '0', ...data]);
	expect(human).toMatchObject({ code: 1, err: '' });
	expect(human.out.split('\n').slice(0, 2)).toEqual([
		`urn:uuid:${id}`,
		'  E092  v1/content/entry.json  the bytes are not those the inventory names (sha512)',
	]);
	expect(human.out).toContain('Failed: failures 1; objects 3');
	flipBit(file);
	expect(await json(['fixity', 'run', `urn:uuid:${id}`, ...data])).toMatchObject([0, { failures: 0 }]);
	expect(await json(['fixity', 'report', '--since', '2026-01-01', ...data])).toMatchObject([
		0,
		{ failureCount: 0, failures: [] },
	]);
});

it('arguments that make no sense are refused, and who may not is told no', async () => {
	const { dataDir, app, id, token } = await aDamagedArchive();
	const data = ['--data', dataDir];
	await token('读者', 'reader');
	const code = async (...args: string[]): Promise<string> =>
		(await json<{ error: { code: string } }>([...args, ...data]))[1].error.code;
	expect(await code('fixity', 'run', 'nobody')).toBe('preservation.unknown-object');
	expect(await code('fixity', 'run', '--rate', 'x')).toBe('cli.bad-argument');
	expect(await code('fixity', 'report', '--since', 'soon')).toBe('cli.bad-argument');
	expect(await code('fixity', 'report', id, '--premis')).toBe('cli.usage');
	expect(await code('fixity', 'run', '--all', '--as', '读者')).toBe('permissions.denied');
	expect(await code('fixity', 'report', '--as', '读者')).toBe('permissions.denied');
	expect((await app.preservation.fixity.report({ fonds: null })).runs).toEqual([]);
});

it('who works with one fonds is told nothing of the objects of others', async () => {
	const { app, dataDir, origin, id, file } = await aDamagedArchive();
	const data = ['--data', dataDir];
	const own = await aMadeEntry(app, { title: '水务局', level: 'fonds' });
	await app.preservation.depositNow(own);
	flipBit(file);
	await lantai(['fixity', 'run', '--all', '--rate', '0', ...data]);
	const admin = { id: 'test', name: 'test', via: 'cli' };
	const rights = { name: '张三', role: 'archivist', fonds: [own], password: PASSWORD } as const;
	const { id: personId } = await app.administration.people.add(rights, admin);
	const as = ['--as', '张三', ...data];
	const refused = async (...args: string[]): Promise<string> =>
		(await json<{ error: { code: string } }>([...args, ...as]))[1].error.code;

	const [code, run] = await json<FixityRunReport>(['fixity', 'run', '--all', '--rate', '0', ...as]);
	expect([code, run.failures, run.failed]).toEqual([1, 1, []]);
	const [, report] = await json<FixityReport>(['fixity', 'report', ...as]);
	expect(report).toMatchObject({ failureCount: 1, unseenFailures: 1, failures: [] });
	expect((await lantai(['fixity', 'report', ...as])).out).toContain(
		'1 more failure is outside of your fonds',
	);
	const path = join(await aFolder(), 'premis.xml');
	expect(await refused('fixity', 'run', id)).toBe('preservation.unknown-object');
	expect(await refused('fixity', 'report', id)).toBe('preservation.unknown-object');
	expect(await refused('fixity', 'report', id, '--premis', '-o', path)).toBe('preservation.unknown-object');
	expect(await refused('archive', 'verify')).toBe('permissions.denied');
	expect(await json(['fixity', 'report', own, ...as])).toMatchObject([
		0,
		{ events: [{ outcome: 'success' }, {}] },
	]);

	const person = (await app.permissions.personByName('张三')) as Person;
	expect((await app.storeReport(person)).fixity).toMatchObject({ failures: [], unseenFailures: 1 });
	const { token } = await app.permissions.createToken(personId, { name: 't', scopes: ['read'], days: 1 });
	const headers = { authorization: `Bearer ${token}` };
	const premis = (object: string): Promise<Response> =>
		fetch(`${origin}/api/store/premis?object=${object}`, { headers });
	expect((await premis(id)).status).toBe(404);
	expect((await premis(`urn:uuid:${id}`)).status).toBe(404);
	expect(await (await premis(own)).text()).toContain(`urn:uuid:${own}`);
});

it('PREMIS of an object is valid, and has its files, versions, checks and agents', async () => {
	const { dataDir, id } = await aDamagedArchive();
	const data = ['--data', dataDir];
	await lantai(['fixity', 'run', id, ...data]);
	const path = join(await aFolder(), 'premis.xml');
	expect(await json(['fixity', 'report', id, '--premis', '-o', path, ...data])).toMatchObject([0, { path }]);
	const xml = readFileSync(path, 'utf8');
	expect(await whyNotValid(xml)).toBeUndefined();
	for (const part of [
		'<messageDigestAlgorithm>SHA-512</messageDigestAlgorithm>',
		'<formatName>application/json</formatName>',
		'<originalName>entry.json</originalName>',
		'<eventType>ingestion</eventType>',
		'<eventType>fixity check</eventType>',
		'<eventOutcome>success</eventOutcome>',
		'<agentName>Lantai</agentName>',
		`<objectIdentifierValue>urn:uuid:${id}</objectIdentifierValue>`,
	])
		expect(xml).toContain(part);
});

it('PREMIS says whatever a store may hold, and stays well-formed', async () => {
	const xml = premisXml({
		inventory: {
			id: 'urn:x:"<&\u0000]]>',
			type: 'https://ocfl.io/1.1/spec/#inventory',
			digestAlgorithm: 'sha256',
			head: 'v1',
			manifest: { AB: ['v1/content/甲<&>.TIF'] },
			versions: {
				v1: {
					created: '2026-01-01T00:00:00Z',
					message: 'a\u0007 & \uD800 <b>',
					user: { name: '<甲>' },
					state: { AB: ['甲<&>.TIF'] },
				},
			},
		},
		sizes: {},
		events: [],
		software: { name: 'Lantai', version: '0' },
	});
	expect(await whyNotValid(xml)).toBeUndefined();
	expect(xml).toContain('<formatName>image/tiff</formatName>');
	expect(xml).toContain('<messageDigest>ab</messageDigest>');
});
