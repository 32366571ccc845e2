import { Readable } from 'node:stream';
import { Refusal } from '#domain/base/refusal.ts';
import { json } from '@sveltejs/kit';
import { isRefusal } from '#domain/base/refusal.ts';
import { demandPerson, readId } from '../../person.ts';

const TYPES = {
	ead3: 'application/xml; charset=utf-8',
	json: 'application/json; charset=utf-8',
	bagit: 'application/zip',
};

/** A subtree as a file, made while it is sent: `?format=ead3|json|bagit`. */
export const GET = async ({ locals, params, url }) => {
	try {
		const person = demandPerson(locals);
		const format = url.searchParams.get('format') ?? 'ead3';
		if (!isFormat(format)) throw new Refusal('catalogue.unknown-format', { format: format.slice(0, 40) });
		const { fileName, content } =
			format === 'bagit'
				? await locals.app.exchange.sendBag(person, readId(params.id))
				: await textOf(locals.app.exportSubtree(person, readId(params.id), format));
		return new Response(Readable.toWeb(content) as ReadableStream<Uint8Array>, {
			headers: {
				'content-type': TYPES[format],
				'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}`,
				'x-content-type-options': 'nosniff',
			},
		});
	} catch (error) {
		if (!isRefusal(error)) throw error;
		return json({ refusal: { code: error.code, params: error.params } }, { status: error.status });
	}
};

function isFormat(format: string): format is keyof typeof TYPES {
	return Object.hasOwn(TYPES, format);
}

async function textOf(
	exported: Promise<{ readonly fileName: string; readonly text: AsyncIterable<string> }>,
): Promise<{ readonly fileName: string; readonly content: Readable }> {
	const { fileName, text } = await exported;
	return { fileName, content: Readable.from(text, { objectMode: false }) };
}
