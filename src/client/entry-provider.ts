import { HocuspocusProvider, MessageType } from '@hocuspocus/provider';
import { createDecoder, readVarString, readVarUint } from 'lib0/decoding';

/** The server asks for all it lacks. @see y-protocols, sync step 1 */
const ASKS = 0;

/**
 * Tells the server of edits only after it was answered what it lacked. Stock Hocuspocus keeps edits that are made while
 * it connects, and sends them first: they rest on earlier ones that the server does not have yet, so it refuses them.
 * Nothing is left out: the answer holds the whole document.
 */
export class EntryProvider extends HocuspocusProvider {
	#hasAnswered = false;

	override onOpen(event: Event): Promise<void> {
		this.#hasAnswered = false;
		return super.onOpen(event);
	}

	override onClose(): void {
		this.#hasAnswered = false;
		super.onClose();
	}

	override onMessage(event: MessageEvent<ArrayBuffer>): void {
		super.onMessage(event);
		const message = createDecoder(new Uint8Array(event.data));
		// The name of the document comes first.
		readVarString(message);
		if (readVarUint(message) === Number(MessageType.Sync) && readVarUint(message) === ASKS)
			this.#hasAnswered = true;
	}

	override send(...[message, given]: Parameters<HocuspocusProvider['send']>): void {
		const isEdit = 'update' in (given as object);
		if (!isEdit || this.#hasAnswered) super.send(message, given);
	}
}
