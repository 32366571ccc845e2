import type {
	Board,
	BoardPage,
	ReviewStep,
	StepOutcome,
	StepTargets,
} from '#domain/catalogue/review-states.ts';
import { request, requestWithProgress } from './requests.ts';

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
