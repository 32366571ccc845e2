/** Who did something, as the log, the audit and the archival store record it. */
export interface Actor {
	/** Account id; `system:<user>` for the command line on this machine, `server` for the product itself. */
	readonly id: string;
	readonly name: string;
	/** How, when not by hand in the workspace: `cli`, `import`, `server`, `token`. */
	readonly via: string | null;
}
