import type { IncomingMessage, ServerResponse } from 'node:http';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import { MAX_STATE_BYTES, readBatch, RecoverBatch } from '#sync/sync-messages.ts';
import type { App } from '#server/app.ts';
import { headersOf, isOwnOrigin } from '#server/permissions/identity.ts';

/** A state in base64, with what is around it. */
const MAX_BODY_BYTES = Math.ceil(MAX_STATE_BYTES / 3) * 4 + 64 * 1024;

/** Rule S8: `POST /api/sync/recover`. Mounted before the pages, whose body limit is global and smaller than a state. */
export async function handleRecover(
	app: App,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const answer = (status: number, body: unknown): void => {
		response.writeHead(status, { 'content-type': 'application/json' });
		response.end(JSON.stringify(body));
	};
	try {
		if (request.method !== 'POST') throw new Refusal('server.method', {}, 405);
		const headers = headersOf(request);
		if (!isOwnOrigin(headers, app.config.origin)) throw new Refusal('permissions.foreign-origin', {}, 403);
		const { identity } = await app.permissions.identify(headers);
		if (!identity) throw new Refusal('permissions.sign-in', {}, 401);
		const batch = readBatch(await readJson(request), RecoverBatch);
		answer(200, await app.collaboration.sync.recover(batch, identity));
	} catch (error) {
		if (!isRefusal(error)) {
			app.logger.error({ err: error }, 'recovering failed');
			return answer(500, { refusal: { code: 'server.failed', params: {} } });
		}
		answer(error.status, { refusal: { code: error.code, params: error.params } });
	}
}

async function readJson(request: IncomingMessage): Promise<unknown> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		bytes += chunk.byteLength;
		if (bytes > MAX_BODY_BYTES)
			throw new Refusal('sync.batch-too-large', { bytes, limit: MAX_STATE_BYTES }, 413);
		chunks.push(chunk);
	}
	try {
		return JSON.parse(Buffer.concat(chunks).toString('utf8'));
	} catch {
		throw new Refusal('server.bad-request', { field: 'body' });
	}
}
