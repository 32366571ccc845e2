import { answer } from '../answers.ts';
import { demandPerson } from '../person.ts';

/** The gates of the archive, or of a fonds: `?fonds=B001`. */
export const GET = ({ locals, url }) =>
	answer(async () =>
		locals.app.gates.board(demandPerson(locals), { fonds: url.searchParams.get('fonds') ?? undefined }),
	);
