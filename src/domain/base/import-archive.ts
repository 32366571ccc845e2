/** Where an accepted import is kept for good. A port: the catalogue does not know the archival store. */
export interface ImportArchive {
	/** Takes the files of an accepted import from its staging folder; resolves when they are in the store. */
	depositImport(importId: string): Promise<void>;
}
