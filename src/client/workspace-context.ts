import { createContext } from 'svelte';
import type { Workspace } from './contract.ts';

/** The workspace of the tab, below the workspace layout. */
export const [useWorkspace, provideWorkspace] = createContext<Workspace>();
