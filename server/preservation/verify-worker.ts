import { parentPort } from 'node:worker_threads';
import { must } from '#domain/base/assert.ts';
import { verify, type Verdict } from './ocfl-verify.ts';
import { errorAnswer } from './worker-client.ts';

/** What the verify worker is asked. It is not the deposit worker: reading a whole store must not keep versions waiting. */
export interface VerifyAsks {
	verify: { ask: { readonly path: string; readonly againMs: number }; answer: Verdict };
}

const port = must(parentPort, 'this file runs as a worker');
port.on('message', ({ id, ask }: { id: number; ask: VerifyAsks['verify']['ask'] }) => {
	try {
		port.postMessage({ id, result: verify(ask.path, { againMs: ask.againMs }) });
	} catch (error) {
		port.postMessage({ id, error: errorAnswer(error) });
	}
});
