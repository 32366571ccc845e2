import { error } from '@sveltejs/kit';
import { pageOf } from '../register-pages.ts';

export const load = ({ params }) => {
	const shown = pageOf(params.register);
	if (!shown) error(404, { message: 'catalogue.unknown-register', params: { register: params.register } });
	return { shown };
};
