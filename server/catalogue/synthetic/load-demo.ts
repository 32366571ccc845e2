import { Readable } from 'node:stream';
import type { Actor } from '#domain/base/actor.ts';
import type { ImportResult, Imports } from '../import/imports.ts';
import { syntheticHoldings } from './synthetic-holdings.ts';

/** The seed of the holdings everybody gets. */
export const DEMO_SEED = 20_260_801;

/**
 * Imports the demonstration holdings like any file: they are marked as synthetic, go to the archival store, and can be
 * undone.
 */
export async function loadDemo(imports: Imports, actor: Actor, seed = DEMO_SEED): Promise<ImportResult> {
	const lines = syntheticHoldings(seed).map((entry) => `${JSON.stringify(entry)}\n`);
	const { uploadId } = await imports.stage(
		Readable.from(lines.map((line) => Buffer.from(line))),
		`合成演示数据-${seed}.jsonl`,
		actor,
	);
	return imports.run({ uploadId, profile: 'dat18', synthetic: true }, actor);
}
