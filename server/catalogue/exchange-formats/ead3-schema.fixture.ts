/** For tests: the published schema of EAD3, where the shared material is at hand. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'vitest';
import { validateXML } from 'xmllint-wasm';

/** Material that stands beside the repository on machines that have it; nothing of it is copied here. */
export const SHARED = path.resolve(import.meta.dirname, '../../../..', 'shared');

const SCHEMA = path.join(SHARED, 'schemas/ead3.xsd');

/** The first complaint of the schema, or nothing. Skips the test, saying why, where the schema is absent. */
export async function whyNotValid(xml: string, context: TestContext): Promise<string | undefined> {
	if (!existsSync(SCHEMA)) context.skip(`${SCHEMA} is not there`);
	const result = await validateXML({
		xml: { fileName: 'export.xml', contents: xml },
		schema: { fileName: 'ead3.xsd', contents: readFileSync(SCHEMA, 'utf8') },
	});
	return result.valid ? undefined : (result.errors[0]?.rawMessage ?? 'invalid');
}
