import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { FieldValue } from '#domain/catalogue/entry.ts';
import { distinctValues, elementsOf, fieldValuesOf, setField } from '#sync/field-values.ts';
import { EntryHistory, type HistoryTarget } from './entry-history.svelte.ts';

const RUNS = process.env['LANTAI_TEST_LONG'] ? 10_000 : 300;
const EDITOR = Symbol('editor');

/** One person's copy of an entry. */
class Replica implements HistoryTarget {
	readonly doc = new Y.Doc();
	readonly fragment = this.doc.getXmlFragment('body:scope');
	history = new EntryHistory(this);
	#who: string;
	#next = 0;

	constructor(who: string) {
		this.#who = who;
	}

	get elements() {
		return (field: string) => elementsOf(fieldValuesOf(this.doc), field);
	}

	values(field: string) {
		return distinctValues(this.elements(field).toReversed()).map(({ id, value, by }) => ({
			elementId: id,
			value,
			actorName: by,
		}));
	}

	set(field: string, value: FieldValue): void {
		setField(fieldValuesOf(this.doc), field, value, {
			id: `${this.#who}${this.#next++}`,
			by: this.#who,
			at: '2026-01-01T00:00:00Z',
		});
	}

	othersIn(field: string): string | undefined {
		return this.elements(field).findLast(({ by }) => by !== this.#who)?.by;
	}

	/** Types at the end of the long text, as the editor does. */
	type(words: string): void {
		this.#editor();
		this.doc.transact(() => this.fragment.push([new Y.XmlText(words)]), EDITOR);
	}

	/** Takes the last paragraph out, whoever wrote it. */
	erase(): void {
		this.#editor();
		if (this.fragment.length > 0)
			this.doc.transact(() => this.fragment.delete(this.fragment.length - 1, 1), EDITOR);
	}

	reopen(): void {
		this.history = new EntryHistory(this, this.history.steps);
	}

	#editor(): void {
		this.history.joinText(
			'scope',
			this.fragment,
			() => new Y.UndoManager(this.fragment, { trackedOrigins: new Set([EDITOR]), captureTimeout: 0 }),
		);
	}
}

function exchange(a: Replica, b: Replica): void {
	Y.applyUpdate(a.doc, Y.encodeStateAsUpdate(b.doc, Y.encodeStateVector(a.doc)));
	Y.applyUpdate(b.doc, Y.encodeStateAsUpdate(a.doc, Y.encodeStateVector(b.doc)));
}

function saysOf(replica: Replica): unknown {
	return [replica.values('title')[0]?.value ?? null, replica.values('year')[0]?.value ?? null];
}

describe('the history of one person in one entry', () => {
	it('takes back and makes again fields and long texts in one order', () => {
		const mine = new Replica('a');
		mine.history.set('title', '一');
		mine.type('甲');
		mine.history.set('title', '二');
		mine.type('乙');
		const text = (): string => mine.fragment.toJSON();
		expect(mine.history.undo()).toEqual({ kind: 'text', fieldId: 'scope' });
		expect(text()).toBe('甲');
		expect(mine.history.undo()).toEqual({ kind: 'value', key: 'title', value: '一' });
		expect(mine.history.undo()).toMatchObject({ kind: 'text' });
		expect(mine.history.undo()).toEqual({ kind: 'value', key: 'title', value: null });
		expect(mine.history.undo()).toBeUndefined();
		for (let count = 0; count < 4; count++) mine.history.redo();
		expect([saysOf(mine), text()]).toEqual([['二', null], '甲乙']);
		expect(mine.history.redo()).toBeUndefined();
	});

	it('takes back as one, and makes again as one, what was done together', () => {
		const mine = new Replica('a');
		mine.history.set('title', '民国二十六年');
		mine.history.together(() => {
			mine.history.set('title', '19370000');
			mine.type('原作民国二十六年。');
		});
		mine.type('后写的');
		const shown = (): unknown => [saysOf(mine), mine.fragment.toJSON()];
		mine.history.undo();
		expect(shown()).toEqual([['19370000', null], '原作民国二十六年。']);
		mine.history.undo();
		expect(shown()).toEqual([['民国二十六年', null], '']);
		mine.history.redo();
		expect(shown()).toEqual([['19370000', null], '原作民国二十六年。']);
		mine.history.undo();
		expect(shown()).toEqual([['民国二十六年', null], '']);
		mine.history.undo();
		expect(shown()).toEqual([[null, null], '']);
	});

	it('leaves what somebody else set since, says who, and goes on with the rest', () => {
		const [mine, other] = [new Replica('a'), new Replica('b')];
		mine.history.set('year', '1949');
		mine.history.set('title', '一');
		mine.history.set('title', '二');
		exchange(mine, other);
		other.history.set('title', '三');
		exchange(mine, other);
		expect(mine.history.undo()).toEqual({ kind: 'overtaken', key: 'title', by: 'b' });
		expect(mine.history.undo()).toEqual({ kind: 'value', key: 'year', value: null });
		expect(saysOf(mine)).toEqual(['三', null]);
	});

	it('leaves the word of somebody who said the same on their own', () => {
		const [mine, other] = [new Replica('a'), new Replica('b')];
		mine.history.set('title', '一');
		other.history.set('title', '一');
		exchange(other, mine);
		for (const [one, by] of [
			[mine, 'b'],
			[other, 'a'],
		] as const)
			expect(one.history.undo()).toEqual({ kind: 'overtaken', key: 'title', by });
		expect(mine.elements('title')).toHaveLength(2);
	});

	it('does not settle a conflict by taking back', () => {
		const [mine, other] = [new Replica('a'), new Replica('b')];
		mine.history.set('title', '一');
		other.history.set('title', '二');
		exchange(mine, other);
		expect(mine.history.undo()).toMatchObject({ kind: 'overtaken' });
		expect(mine.values('title')).toHaveLength(2);
	});

	it('makes nothing again after a new step, in whichever field', () => {
		const mine = new Replica('a');
		mine.type('甲');
		mine.history.undo();
		mine.history.set('title', '一');
		expect(mine.history.canRedo).toBe(false);
		expect(mine.history.redo()).toBeUndefined();
		expect(mine.fragment.toJSON()).toBe('');
	});

	it('passes over writing that others have taken out', () => {
		const [mine, other] = [new Replica('a'), new Replica('b')];
		mine.history.set('title', '一');
		mine.type('甲');
		exchange(mine, other);
		other.erase();
		exchange(mine, other);
		expect(mine.history.undo()).toEqual({ kind: 'value', key: 'title', value: null });
	});

	it('goes on with fields when the entry is opened again', () => {
		const mine = new Replica('a');
		mine.history.set('title', '一');
		mine.type('甲');
		mine.reopen();
		expect(mine.history.undo()).toMatchObject({ kind: 'value', key: 'title' });
		expect(mine.history.redo()).toMatchObject({ kind: 'value', key: 'title' });
	});
});

const steps = fc.array(
	fc.record({
		kind: fc.constantFrom('set', 'undo', 'redo', 'exchange', 'type', 'erase', 'reopen'),
		who: fc.nat(2),
		other: fc.nat(2),
		field: fc.constantFrom('title', 'year'),
		value: fc.constantFrom('一', '二', '三', null),
	}),
	{ minLength: 1, maxLength: 60 },
);

it('never makes current a value that nobody set, and takes away nobody else’s', { timeout: 600_000 }, () => {
	fc.assert(
		fc.property(steps, (run) => {
			const replicas = ['a', 'b', 'c'].map((who) => new Replica(who));
			const written = new Map<string, Set<FieldValue>>([
				['title', new Set<FieldValue>([null])],
				['year', new Set<FieldValue>([null])],
			]);
			for (const { kind, who, other, field, value } of run) {
				const replica = replicas[who] as Replica;
				const before = new Map(['title', 'year'].map((key) => [key, replica.elements(key)]));
				if (kind === 'set') {
					replica.history.set(field, value);
					written.get(field)?.add(value);
				} else if (kind === 'exchange') exchange(replica, replicas[other] as Replica);
				else if (kind === 'type') replica.type(`${value}`);
				else if (kind === 'erase') replica.erase();
				else if (kind === 'reopen') replica.reopen();
				else {
					replica.history[kind as 'undo' | 'redo']();
					for (const [key, stood] of before) {
						const stands = replica.elements(key);
						for (const { value: now } of stands) expect(written.get(key)).toContain(now);
						const gone = stood.filter(({ id }) => !stands.some((each) => each.id === id));
						expect(gone.every(({ by }) => by === ['a', 'b', 'c'][who])).toBe(true);
					}
				}
			}
			const [first, ...others] = replicas;
			for (let round = 0; round < 2; round++) for (const each of others) exchange(first as Replica, each);
			for (const each of others) {
				expect(saysOf(each)).toEqual(saysOf(first as Replica));
				expect(each.fragment.toJSON()).toBe((first as Replica).fragment.toJSON());
			}
		}),
		{ numRuns: RUNS },
	);
});

it('taking everything back alone, and making it again, goes through the same states', () => {
	fc.assert(
		fc.property(steps, (run) => {
			const mine = new Replica('a');
			const says = (): unknown => [saysOf(mine), mine.fragment.toJSON()];
			const states = [says()];
			for (const { kind, field, value } of run) {
				if (kind === 'set') mine.history.set(field, value);
				else if (kind === 'type') mine.type(`${value}`);
				else continue;
				if (JSON.stringify(says()) !== JSON.stringify(states.at(-1))) states.push(says());
			}
			for (const state of states.toReversed().slice(1)) {
				mine.history.undo();
				expect(says()).toEqual(state);
			}
			expect(mine.history.canUndo).toBe(false);
			for (const state of states.slice(1)) {
				mine.history.redo();
				expect(says()).toEqual(state);
			}
		}),
		{ numRuns: RUNS },
	);
});
