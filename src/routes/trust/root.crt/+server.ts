import { error } from '@sveltejs/kit';

/** The certificate to be trusted, in the form every system opens by a double click. */
export const GET = ({ locals }) => {
	const { root } = locals.app.tls;
	if (!root) error(404, { message: 'server.not-found' });
	return new Response(new Uint8Array(root.der), {
		headers: {
			'content-type': 'application/x-x509-ca-cert',
			'content-disposition': 'attachment; filename="lantai-root.crt"',
			'cache-control': 'no-store',
		},
	});
};
