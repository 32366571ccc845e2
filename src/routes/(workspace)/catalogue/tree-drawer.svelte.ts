import { MediaQuery } from 'svelte/reactivity';

/** Below this the hierarchy is a drawer over the page instead of a pane beside it. */
const NARROW = 'width < 68rem';

/** Whether the hierarchy is a drawer, and open. */
class TreeDrawer {
	#narrow = new MediaQuery(NARROW);
	isOpen = $state(false);

	get isDrawer(): boolean {
		return this.#narrow.current;
	}
}

/** The drawer of this tab. */
export const treeDrawer = new TreeDrawer();
