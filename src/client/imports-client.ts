import { Refusal } from '#domain/base/refusal.ts';
import type { ImportOptions, ImportProgress, ImportReport, ImportsClient } from './contract.ts';
import { request, requestWithProgress, whoAsks } from './requests.ts';

/** Withdrawing a whole finding aid takes a while. */
const UNDO_MS = 600_000;

/** Imports over HTTP: upload once, read as often as wanted, then accept. */
export const importsClient: ImportsClient = {
	upload(file, onProgress, signal) {
		// XMLHttpRequest, because fetch reports no progress of sending.
		return new Promise((resolve, reject) => {
			const sending = new XMLHttpRequest();
			sending.open('PUT', `/api/uploads?name=${encodeURIComponent(file.name)}`);
			for (const [name, value] of Object.entries(whoAsks())) sending.setRequestHeader(name, value);
			sending.responseType = 'json';
			sending.upload.onprogress = (event) => onProgress(event.loaded, event.total);
			sending.onload = () => {
				const answer = sending.response as {
					uploadId?: string;
					refusal?: { code: string; params: Record<string, string> };
				} | null;
				if (sending.status === 200 && answer?.uploadId) resolve({ uploadId: answer.uploadId });
				else
					reject(
						new Refusal(
							answer?.refusal?.code ?? 'client.failed',
							answer?.refusal?.params ?? { reason: String(sending.status) },
							sending.status,
						),
					);
			};
			sending.onerror = () => reject(new Refusal('client.unreachable'));
			sending.onabort = () => reject(signal.reason);
			signal.addEventListener('abort', () => sending.abort(), { once: true });
			sending.send(file);
		});
	},
	dryRun: (options, onProgress, signal) =>
		requestWithProgress<ImportProgress, ImportReport>(
			'/api/imports/dry-run',
			options satisfies ImportOptions,
			onProgress,
			signal,
		),
	accept: (options, onProgress, signal) => requestWithProgress('/api/imports', options, onProgress, signal),
	list: () => request('/api/imports'),
	undo: (importId, all) =>
		request(
			`/api/imports/${importId}/undo`,
			{
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({ all }),
			},
			UNDO_MS,
		),
};
