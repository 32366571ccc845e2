import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { LiveServer } from './live-server.ts';

describe('documents in memory', () => {
	it('an older copy that is done does not take the newer one away', async () => {
		const server = new LiveServer({ quiet: true, debounce: 0 });
		const older = await server.openDirectConnection('entry:a');
		const olderDocument = older.document;
		await older.disconnect();
		expect(server.documents.has('entry:a')).toBe(false);
		await server.withDocument('entry:a', async (newer) => {
			expect(newer).not.toBe(olderDocument);
			// As its timer does, a moment after the last one has left.
			await server.unloadDocument(olderDocument as never);
			expect(server.documents.get('entry:a')).toBe(newer);
		});
		expect(server.documents.has('entry:a')).toBe(false);
	});

	it('however many come and go, all work on one copy at a time', async () => {
		const server = new LiveServer({ quiet: true, debounce: 0 });
		const inUse = new Map<Y.Doc, number>();
		const visit = async (turns: number): Promise<void> => {
			for (let turn = 0; turn < turns; turn++)
				await server.withDocument('entry:a', async (document) => {
					inUse.set(document, (inUse.get(document) ?? 0) + 1);
					await new Promise((resolve) => (turn % 3 ? setImmediate(resolve) : setTimeout(resolve, 1)));
					expect(inUse.size).toBe(1);
					expect(server.documents.get('entry:a')).toBe(document);
					const left = (inUse.get(document) as number) - 1;
					if (left === 0) inUse.delete(document);
					else inUse.set(document, left);
				});
		};
		await Promise.all([visit(60), visit(47), visit(31), visit(60)]);
	});
});
