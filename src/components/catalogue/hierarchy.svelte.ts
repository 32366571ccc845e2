import { createContext } from 'svelte';
import type { Workspace } from '#client/contract.ts';
import type { EntryId } from '#domain/base/ids.ts';
import type { EntryRow } from '#domain/catalogue/rows.ts';
import { TreeModel } from '#ui/tree.svelte.ts';
import { compareSiblings } from './entry-order.ts';
import { entryName } from './entry-words.ts';

/** Changes that come together are read together. */
const GATHER_MS = 120;

/** The hierarchy of the archive as the tree shows it: loaded where opened, read again where changed. */
export class Hierarchy {
	readonly tree: TreeModel<EntryRow>;
	#workspace: Workspace;

	constructor(workspace: Workspace) {
		this.#workspace = workspace;
		const { rows } = workspace;
		this.tree = new TreeModel<EntryRow>({
			children: (parentId, offset, limit) => rows.children(parentId as EntryId | null, offset, limit),
			read: (id) => rows.entry(id as EntryId),
			id: (row) => row.id,
			childCount: (row) => row.childCount,
			text: entryName,
			compare: compareSiblings,
		});
	}

	/** Follows changes until the returned function is called. */
	follow(): () => void {
		const parents = new Set<EntryId | null>();
		const ids = new Set<EntryId>();
		let timer: ReturnType<typeof setTimeout> | undefined;
		const stop = this.#workspace.rows.onChanged((change) => {
			if (change.all) {
				void this.tree.reload();
				return;
			}
			for (const parent of change.parents) parents.add(parent);
			for (const id of change.ids) ids.add(id);
			clearTimeout(timer);
			timer = setTimeout(() => {
				// The number of children stands on the parent's own line, in the list above.
				void this.tree.refresh([...parents], [...ids, ...[...parents].filter((id) => id !== null)]);
				parents.clear();
				ids.clear();
			}, GATHER_MS);
		});
		return () => {
			clearTimeout(timer);
			stop();
		};
	}

	/** The row of an entry, if the tree has it loaded. */
	row(id: EntryId | null): EntryRow | undefined {
		return id === null ? undefined : this.tree.place(id)?.node;
	}

	/** Opens the way to an entry and puts the keyboard on it. */
	async reveal(id: EntryId): Promise<void> {
		if (this.tree.place(id)) {
			this.tree.activeId = id;
			return;
		}
		await this.tree.reveal(
			this.#workspace.rows.entry(id).then(({ path }) => [...path.map((each) => each.id), id]),
		);
	}
}

/** The hierarchy, below the catalogue layout. */
export const [useHierarchy, provideHierarchy] = createContext<Hierarchy>();
