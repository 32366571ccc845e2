import type { Loss, ReadProblem, ReadResult } from './reader.ts';

// Paths and problems are made of names in the source, which a hostile file may vary without end.
const MOST_PATHS = 2000;
const LONGEST_PATH = 500;
const REST = '…';

/** What a reader took and left while it read, counted by path. */
export class ReadingReport {
	readonly #losses = new Map<string, { path: string; count: number; firstLine: number }>();
	readonly #understood = new Map<string, { source: string; field: string; count: number }>();
	readonly #problems = new Map<string, ReadProblem & { params: { count: number } }>();

	/** Counts a part of the source that is not taken. */
	lose(path: string, line: number): void {
		if (path.length > LONGEST_PATH) return this.lose(REST, line);
		const known = this.#losses.get(path);
		if (known) known.count += 1;
		else if (this.#losses.size < MOST_PATHS) this.#losses.set(path, { path, count: 1, firstLine: line });
		else if (path !== REST) this.lose(REST, line);
		else this.#losses.set(REST, { path: REST, count: 1, firstLine: line });
	}

	/** Counts a part of the source that became (part of) a field. */
	understand(source: string, field: string): void {
		const key = `${source} ${field}`;
		const known = this.#understood.get(key);
		if (known) known.count += 1;
		else if (this.#understood.size < MOST_PATHS) this.#understood.set(key, { source, field, count: 1 });
	}

	/** Records a problem; the same again only raises its `count`. False once there are too many different ones. */
	warn(code: string, line: number, params: Record<string, string> = {}): boolean {
		const key = JSON.stringify([code, params]);
		const known = this.#problems.get(key);
		if (known) known.params.count += 1;
		else if (this.#problems.size >= MOST_PATHS) return false;
		else this.#problems.set(key, { severity: 'warning', line, code, params: { ...params, count: 1 } });
		return true;
	}

	/** The whole report, in order of first occurrence. */
	result(format: string, profile: string): ReadResult {
		const losses: Loss[] = [...this.#losses.values()];
		return {
			format,
			profile,
			losses,
			problems: [...this.#problems.values()],
			understood: [...this.#understood.values()],
		};
	}
}
