import type { EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { can, demand, type Person } from '#domain/permissions/permissions.ts';
import { actorOf, type Identity } from '#server/permissions/identity.ts';
import type { Catalogue } from '../catalogue.ts';
import type { DryRunReport, ImportProgress, ImportRequest, ImportResult } from './import-report.ts';
import type { Imports, ImportSummary, UndoResult } from './imports.ts';

interface Running {
	readonly onProgress: (progress: ImportProgress) => void;
	readonly signal: AbortSignal;
}

export interface ImportDeskParts {
	readonly imports: Imports;
	readonly catalogue: Pick<Catalogue, 'thingOf' | 'fondsOf'>;
	/** Rows came below an entry, or at the top, or went. */
	readonly onChanged: (under: EntryId | null) => void;
	readonly onUndone: (importId: string) => void;
}

/** What people do with imports, as far as they may. */
export class ImportDesk {
	#parts: ImportDeskParts;

	constructor(parts: ImportDeskParts) {
		this.#parts = parts;
	}

	async dryRun(identity: Identity, request: ImportRequest, running: Running): Promise<DryRunReport> {
		return this.#parts.imports.dryRun(await this.#allowed(identity, request), running);
	}

	async run(identity: Identity, request: ImportRequest, running: Running): Promise<ImportResult> {
		const { imports, onChanged } = this.#parts;
		const result = await imports.run(await this.#allowed(identity, request), actorOf(identity), running);
		onChanged((request.under ?? null) as EntryId | null);
		return result;
	}

	/** Accepted and undone imports that lie in the fonds of the person, newest first. */
	async list(person: Person): Promise<ImportSummary[]> {
		demand(person, 'see', { kind: 'import' });
		const all = await this.#parts.imports.list();
		const within = await Promise.all(all.map(({ rootIds }) => this.#isWithin(person, rootIds)));
		return all.filter((_, index) => within[index]);
	}

	/** @param all also entries that somebody has edited since */
	async undo(identity: Identity, importId: string, all: boolean): Promise<UndoResult> {
		const { person } = identity;
		const { imports, onChanged, onUndone } = this.#parts;
		demand(person, 'import', { kind: 'import' });
		const known = (await imports.list()).find((each) => each.id === importId);
		if (known && !(await this.#isWithin(person, known.rootIds)))
			throw new Refusal('permissions.denied', { action: 'delete', thing: 'entry' }, 403);
		const result = await imports.undo(importId, { all, fonds: person.fonds }, actorOf(identity));
		onUndone(importId);
		onChanged(null);
		return result;
	}

	/** Where an import goes, and whether the person may put it there. */
	async #allowed({ person }: Identity, request: ImportRequest): Promise<ImportRequest> {
		demand(person, 'import', { kind: 'import' });
		const mayMakeFonds = can(person, 'create', { kind: 'archive' });
		if (request.under === undefined) demand(person, 'create', { kind: 'archive' });
		else {
			const thing = await this.#parts.catalogue.thingOf(request.under as EntryId);
			if (!thing) throw new Refusal('catalogue.unknown-entry', { id: request.under }, 404);
			demand(person, 'import', thing);
		}
		return { ...request, mayMakeFonds };
	}

	/** Whether all these entries lie in fonds the person works with. */
	async #isWithin({ fonds }: Person, ids: readonly EntryId[]): Promise<boolean> {
		return fonds === null || (await this.#parts.catalogue.fondsOf(ids)).every((id) => fonds.includes(id));
	}
}
