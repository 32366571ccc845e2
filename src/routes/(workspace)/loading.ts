import { error } from '@sveltejs/kit';
import { isRefusal } from '#domain/base/refusal.ts';

/** Runs the `load` of a page; a refusal becomes the error page inside the workspace, with its words. */
export async function loading<T>(load: () => Promise<T>): Promise<T> {
	try {
		return await load();
	} catch (thrown) {
		if (!isRefusal(thrown)) throw thrown;
		error(thrown.status, { message: thrown.code, params: thrown.params });
	}
}
