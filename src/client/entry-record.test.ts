import { expect, it } from 'vitest';
import { createId } from '#domain/base/ids.ts';
import type { EntryDetail } from '#domain/catalogue/rows.ts';
import { EntryRecord } from './entry-record.ts';

it('an answer that comes late does not undo a newer one', async () => {
	const answers: ((detail: EntryDetail) => void)[] = [];
	const shown: string[] = [];
	const record = new EntryRecord({
		id: createId(),
		rows: { entry: () => new Promise((resolve) => answers.push(resolve)) },
		keep: () => Promise.resolve(),
		onDetail: ({ title }) => shown.push(title),
		onRefused: (code) => expect.unreachable(code),
	});
	const reads = [record.read(), record.read(), record.read()];
	const detail = (title: string) => ({ title, state: 'server' }) as EntryDetail;
	answers[1]?.(detail('second'));
	await reads[1];
	answers[0]?.(detail('first'));
	await reads[0];
	answers[2]?.(detail('third'));
	await reads[2];
	expect(shown).toEqual(['second', 'third']);
	expect(record.detail?.title).toBe('third');
	record.close();
});
