/** What a protocol makes of the frames and close codes between a socket and Hocuspocus. */
export interface Dialect {
	/** What Hocuspocus is told before the first frame of the client. */
	opening(): Uint8Array | undefined;
	/**
	 * A frame of the client as Hocuspocus takes it; undefined when it is not for it.
	 * @throws {Error} when it is no frame of this protocol
	 */
	fromClient(frame: Uint8Array): Uint8Array | undefined;
	/** A frame of Hocuspocus as the client takes it; undefined when it means nothing to the client. */
	toClient(frame: Uint8Array): Uint8Array | undefined;
	/** Asked when the socket is closed. */
	closeCode(code: number): number;
}

/** Our own pages and other Hocuspocus providers: everything passes as it is. */
export const HOCUSPOCUS: Dialect = {
	opening: () => undefined,
	fromClient: (frame) => frame,
	toClient: (frame) => frame,
	closeCode: (code) => code,
};
