import { HocuspocusProviderWebsocket } from '@hocuspocus/provider';

/**
 * A WebSocket that drops what is said while there is no line. As it comes it would send it later, before the handshake of
 * the next line: a barrier would be answered for edits that went down with the old one, and an edit would arrive without
 * those before it. The handshake says all of it again.
 */
export class LiveSocket extends HocuspocusProviderWebsocket {
	override send(message: Parameters<HocuspocusProviderWebsocket['send']>[0]): void {
		if (this.webSocket?.readyState === WebSocket.OPEN) super.send(message);
	}
}
