import type {
	ConflictChoice,
	ConflictFilter,
	ConflictGroup,
	ConflictPreview,
	ConflictRow,
	DecisionOutcome,
	DecisionRow,
} from '#domain/collaboration/conflicts.ts';
import { request, requestWithProgress } from './requests.ts';

/** How far a decision has come, in fields. */
export interface DecisionProgress {
	readonly done: number;
	readonly total: number;
}

type OnProgress = (progress: DecisionProgress) => void;

/** The queue of conflicts over HTTP. */
export const conflictsClient = {
	list: (filter: ConflictFilter, offset: number, limit: number) =>
		request<{ readonly total: number; readonly offset: number; readonly rows: readonly ConflictRow[] }>(
			`/api/conflicts?${new URLSearchParams({ ...filter, offset: String(offset), limit: String(limit) })}`,
		),
	groups: (filter: ConflictFilter) =>
		request<readonly ConflictGroup[]>(`/api/conflicts/groups?${new URLSearchParams({ ...filter })}`),
	people: () => request<readonly { readonly id: string; readonly name: string }[]>('/api/conflicts/people'),
	preview: (filter: ConflictFilter, choice: ConflictChoice) =>
		request<ConflictPreview>('/api/conflicts/preview', {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ filter, choice }),
		}),
	settle: (
		decision: { readonly filter: ConflictFilter; readonly choice: ConflictChoice; readonly why: string },
		onProgress: OnProgress,
		signal: AbortSignal,
	) =>
		requestWithProgress<DecisionProgress, DecisionOutcome>(
			'/api/conflicts/settle',
			decision,
			onProgress,
			signal,
		),
	decisions: () => request<readonly DecisionRow[]>('/api/conflicts/decisions'),
	undo: (decisionId: string, onProgress: OnProgress, signal: AbortSignal) =>
		requestWithProgress<DecisionProgress, DecisionOutcome>(
			`/api/conflicts/decisions/${decisionId}/undo`,
			{},
			onProgress,
			signal,
		),
};
