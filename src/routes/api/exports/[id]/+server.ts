import { Refusal } from '#domain/base/refusal.ts';
import { json } from '@sveltejs/kit';
import { isRefusal } from '#domain/base/refusal.ts';
import { demandPerson, readId } from '../../person.ts';

/** A subtree as a file: `?format=ead3|json`. */
export const GET = async ({ locals, params, url }) => {
	try {
		const person = demandPerson(locals);
		const format = url.searchParams.get('format') ?? 'ead3';
		if (format !== 'ead3' && format !== 'json')
			throw new Refusal('catalogue.unknown-format', { format: format.slice(0, 40) });
		const exported = await locals.app.exportSubtree(person, readId(params.id), format);
		const encoder = new TextEncoder();
		const iterator = exported.text[Symbol.asyncIterator]();
		const stream = new ReadableStream<Uint8Array>({
			async pull(controller) {
				const { done, value } = await iterator.next();
				if (done) controller.close();
				else controller.enqueue(encoder.encode(value));
			},
			async cancel() {
				await iterator.return?.(undefined);
			},
		});
		return new Response(stream, {
			headers: {
				'content-type':
					format === 'ead3' ? 'application/xml; charset=utf-8' : 'application/json; charset=utf-8',
				'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(exported.fileName)}`,
				'x-content-type-options': 'nosniff',
			},
		});
	} catch (error) {
		if (!isRefusal(error)) throw error;
		return json({ refusal: { code: error.code, params: error.params } }, { status: error.status });
	}
};
