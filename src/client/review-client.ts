import type { EntryId } from '#domain/base/ids.ts';
import type { Board, BoardPage, ReviewStep } from '#domain/catalogue/review-states.ts';
import type { Params } from '#domain/base/refusal.ts';
import { request, requestWithProgress } from './requests.ts';

/** What a step is taken with. */
export type StepTargets =
	| { readonly entries: readonly { readonly id: EntryId; readonly seen?: number }[] }
	| { readonly under: readonly EntryId[] };

/** What became of a step. */
export interface StepOutcome {
	readonly done: number;
	readonly refusedCount: number;
	readonly refused: readonly { readonly entryId: EntryId; readonly code: string; readonly params: Params }[];
	readonly left: number;
}

/** How far a step over many entries has come. */
export interface StepProgress {
	readonly done: number;
	readonly total: number;
}

/** Review over HTTP. */
export const reviewClient = {
	board: (board: Board, offset: number, limit: number) =>
		request<BoardPage & { readonly counts: Readonly<Record<Board, number>> }>(
			`/api/review/boards?${new URLSearchParams({ board, offset: String(offset), limit: String(limit) })}`,
		),
	take: (
		step: ReviewStep,
		targets: StepTargets,
		why: string,
		onProgress: (progress: StepProgress) => void = () => undefined,
		signal: AbortSignal = new AbortController().signal,
	) =>
		requestWithProgress<StepProgress, StepOutcome>(
			'/api/review/steps',
			{ step, targets, why },
			onProgress,
			signal,
		),
};
