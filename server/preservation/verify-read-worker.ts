import { parentPort } from 'node:worker_threads';
import { must } from '#domain/base/assert.ts';
import { folderStorage } from './folder-storage.ts';
import { readAnswers, type ReadAsks } from './object-reading.ts';
import { errorAnswer } from './worker-client.ts';

const answers = readAnswers(folderStorage);
const port = must(parentPort, 'this file runs as a worker');
port.on('message', ({ id, kind, ask }: { id: number; kind: keyof ReadAsks; ask: never }) => {
	try {
		port.postMessage({ id, result: answers[kind](ask) });
	} catch (error) {
		port.postMessage({ id, error: errorAnswer(error) });
	}
});
