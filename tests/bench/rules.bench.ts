import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { acrossRules } from '#domain/catalogue/rules/across-rules.ts';
import { checkEntry } from '#domain/catalogue/rules/check-entry.ts';
import { cleanHoldings } from '#domain/catalogue/rules/clean-holdings.fixture.ts';
import { factsFor, preparedFor } from '#domain/catalogue/rules/rules-world.fixture.ts';

const ENTRIES = Number(process.env['BENCH_ENTRIES'] ?? 1_000_000);

/** The rules of description on synthetic entries in a worker: those that look at one entry, then those across entries. */
export async function run(): Promise<void> {
	const worker = new Worker(new URL(import.meta.url));
	try {
		await new Promise<void>((resolve, reject) => {
			worker.on('message', (line: string) => process.stdout.write(`${line}\n`));
			worker.on('error', reject);
			worker.on('exit', () => resolve());
		});
	} finally {
		await worker.terminate();
	}
}

/** Holdings are made in batches, and only the checking is timed: a million entries as objects would be the memory measured. */
function measure(): void {
	const BATCH = 20_000;
	let checked = 0;
	let findings = 0;
	let wallMs = 0;
	let cpuMs = 0;
	let acrossMs = 0;
	const across = new Map(
		['B001', 'B002', 'B004', 'B005', 'C002'].map((fonds) => [fonds, acrossRules(factsFor(fonds))]),
	);
	const before = heapMB();
	for (let seed = 1; checked < ENTRIES; seed++) {
		const holdings = cleanHoldings(seed, 240, Math.ceil((BATCH - 240 * 5 * 9) / 4));
		for (const { fonds, entries } of holdings) {
			const rules = preparedFor(fonds);
			const cpu = process.cpuUsage();
			const start = performance.now();
			for (const entry of entries) findings += checkEntry(entry, rules).length;
			wallMs += performance.now() - start;
			const used = process.cpuUsage(cpu);
			cpuMs += (used.user + used.system) / 1000;
			const reducer = across.get(fonds);
			// Batches repeat codes: each gets ids, files and a fonds number of its own.
			const number = `${fonds.charAt(0)}${String(seed).padStart(2, '0')}${fonds.at(-1)}`;
			const apart = entries.map((entry) => ({
				...entry,
				id: `${seed}/${entry.id}`,
				...(entry.parentId ? { parentId: `${seed}/${entry.parentId}` } : {}),
				fields: {
					...entry.fields,
					referenceCode: String(entry.fields['referenceCode']).replace(fonds, number),
				},
			}));
			const startAcross = performance.now();
			for (const entry of apart) reducer?.add(entry);
			acrossMs += performance.now() - startAcross;
			checked += entries.length;
		}
	}
	const start = performance.now();
	let crossing = 0;
	for (const reducer of across.values()) crossing += reducer.finish().length;
	const finishMs = performance.now() - start;
	const perSecond = (ms: number): string => Math.round((checked / ms) * 1000).toLocaleString('en');
	parentPort?.postMessage(
		[
			`entries ${checked.toLocaleString('en')}, findings ${findings}`,
			`rules of one entry: ${perSecond(wallMs)}/s by the clock, ${perSecond(cpuMs)}/s of processor time`,
			`rules across entries: ${perSecond(acrossMs)}/s taken in, ${Math.round(finishMs)} ms to finish (${crossing} findings), ${Math.round(heapMB() - before)} MB kept`,
		].join('\n'),
	);
}

function heapMB(): number {
	(globalThis as { gc?: () => void }).gc?.();
	return process.memoryUsage().heapUsed / 2 ** 20;
}

if (!isMainThread) measure();
