import { SYNC_PROTOCOL } from '#sync/sync-messages.ts';
import { demandPerson } from '../person.ts';
import { answer } from '../answers.ts';

/** Who is signed in, and which archive this is, by its history too: a device knows by it whether its copies follow. */
export const GET = ({ locals }) =>
	answer(async () => {
		const person = demandPerson(locals);
		const [
			settings,
			synthetic,
			{ lineage, restored },
			waitingForArchive,
			unreadNotices,
			openConflicts,
			reviewWork,
			purged,
		] = await Promise.all([
			locals.app.administration.settings.all(),
			locals.app.catalogue.hasSynthetic(),
			locals.app.collaboration.sync.lineage(),
			locals.app.catalogue.waitingForArchive(person),
			locals.app.comments.unread(person),
			locals.app.conflicts.openCount(person),
			locals.app.reviewBoards.work(person),
			locals.app.purges.lastNumber(),
		]);
		return {
			me: { id: person.id, name: person.name, role: person.role, language: locals.language },
			archive: { name: settings['archive.name'], code: settings['archive.code'], synthetic },
			lineage,
			protocol: SYNC_PROTOCOL,
			now: new Date().toISOString(),
			restoredAt: restored?.at ?? null,
			waitingForArchive,
			unreadNotices,
			openConflicts,
			reviewWork,
			purged,
			localFields: locals.app.localFields(),
		};
	});
