import { redirect } from '@sveltejs/kit';

/** The workspace is the product's first page. */
export const load = () => redirect(303, '/catalogue');
