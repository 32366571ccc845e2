import type { WebSocket } from 'ws';

/** How often the other side is asked whether it is there. */
const ASK_MS = 10_000;
/** Nothing heard for so long: the line is gone without a close, a laptop shut or a cable pulled. */
const SILENT_MS = 25_000;

/**
 * Ends a socket whose other side is there no more: people would be shown as present, and what is sent to them would
 * gather. Browsers and WebSocket libraries answer by themselves.
 */
export function watchLine(webSocket: WebSocket, times = { askMs: ASK_MS, silentMs: SILENT_MS }): void {
	let heardAt = performance.now();
	const heard = (): void => void (heardAt = performance.now());
	webSocket.on('message', heard);
	webSocket.on('pong', heard);
	webSocket.on('ping', heard);
	let askedAt = heardAt;
	const timer = setInterval(() => {
		const now = performance.now();
		const wasBusy = now - askedAt > 2 * times.askMs;
		askedAt = now;
		// What is not read here, or still on its way there, says nothing of the line; nor does a server that was busy.
		if (wasBusy || webSocket.isPaused || webSocket.bufferedAmount > 0) heardAt = now;
		if (now - heardAt > times.silentMs) webSocket.terminate();
		else if (webSocket.readyState === webSocket.OPEN) webSocket.ping();
	}, times.askMs);
	timer.unref();
	webSocket.on('close', () => clearInterval(timer));
}
