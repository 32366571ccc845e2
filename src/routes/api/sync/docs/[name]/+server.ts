import { demandProtocol } from '#sync/sync-messages.ts';
import { answer } from '../../../answers.ts';
import { demandPerson, readCount } from '../../../person.ts';

/** Rule S3: the state of one document: `?since=&protocol=`. */
export const GET = ({ locals, params, url, setHeaders }) =>
	answer(async () => {
		const person = demandPerson(locals);
		setHeaders({ 'cache-control': 'no-store' });
		if (url.searchParams.has('protocol')) demandProtocol(readCount(url, 'protocol', 0));
		return locals.app.collaboration.sync.load(params.name, readCount(url, 'since', 0), person);
	});
