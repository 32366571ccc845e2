/** Ends the session of the browser that asks. */
export const POST = async ({ locals, request }) => {
	const { setCookie } = await locals.app.permissions.signOut(request.headers);
	const response = new Response(JSON.stringify({}), { headers: { 'content-type': 'application/json' } });
	for (const cookie of setCookie) response.headers.append('set-cookie', cookie);
	return response;
};
