import type { IncomingMessage, ServerResponse } from 'node:http';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import { demand } from '#domain/permissions/permissions.ts';
import type { App } from '#server/app.ts';
import { actorOf, headersOf, isOwnOrigin } from '#server/permissions/identity.ts';

/**
 * `PUT /api/uploads?name=…`: the body is the file. Mounted before the pages, whose body limit is global.
 * Answers `{ uploadId, bytes }`.
 */
export async function handleUpload(
	app: App,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const answer = (status: number, body: unknown): void => {
		response.writeHead(status, { 'content-type': 'application/json' });
		response.end(JSON.stringify(body));
	};
	try {
		if (request.method !== 'PUT') throw new Refusal('server.method', {}, 405);
		const headers = headersOf(request);
		if (!isOwnOrigin(headers, app.config.origin)) throw new Refusal('permissions.foreign-origin', {}, 403);
		const { identity } = await app.permissions.identify(headers);
		demand(identity?.person, 'import', { kind: 'import' });
		const name = new URL(request.url ?? '/', 'http://localhost').searchParams.get('name') ?? '';
		answer(200, await app.imports.stage(request, name, actorOf(identity as NonNullable<typeof identity>)));
	} catch (error) {
		if (!isRefusal(error)) {
			app.logger.error({ err: error }, 'upload failed');
			return answer(500, { refusal: { code: 'server.failed', params: {} } });
		}
		answer(error.status, { refusal: { code: error.code, params: error.params } });
	}
}
