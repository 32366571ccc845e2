import { error } from '@sveltejs/kit';
import { registersClient } from '#client/registers-client.ts';
import type { RegisterRecord } from '#domain/catalogue/registers/register.ts';
import { loading } from '../../../loading.ts';
import { pageOf } from '../../register-pages.ts';

/** Records read at once. */
const PAGE = 1000;

export const load = ({ params, url }) => {
	const shown = pageOf(params.register);
	if (!shown) error(404, { message: 'catalogue.unknown-register', params: { register: params.register } });
	return loading(async () => {
		const id = url.searchParams.get('record');
		if (id)
			return { shown, isOne: true, records: [(await registersClient.record(shown.register, id)).record] };
		const records: RegisterRecord[] = [];
		for (let total = 1; records.length < total;) {
			const page = await registersClient.list(shown.register, {}, records.length, PAGE);
			records.push(...page.rows);
			total = page.rows.length === 0 ? 0 : page.total;
		}
		return { shown, isOne: false, records };
	});
};
