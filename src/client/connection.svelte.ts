import { isRefusal } from '#domain/base/refusal.ts';
import { PERSON_HEADER } from '#sync/person-header.ts';
import { LiveSocket } from './live-socket.ts';

/**
 * `http`: the server answers, but no WebSocket gets through (a proxy in between); work goes on over HTTP, more slowly.
 */
export type ConnectionStatus = 'connecting' | 'connected' | 'http' | 'disconnected';

/** Without a WebSocket for this long while the server answers, it is taken to be blocked. */
const BLOCKED_AFTER_MS = 8000;
const PROBE_MS = 2500;
const HTTP_TURN_MS = 4000;

/** What a question over HTTP found out about the server. */
export type Probe =
	| { readonly kind: 'answers'; readonly lineage: string }
	/** Refusal code: signed out, disabled, too old, or not reached at all. */
	| { readonly kind: 'refused'; readonly code: string };

/** The one WebSocket of this tab, and how it is doing; why not, when it is not. */
export class Connection {
	readonly socket: LiveSocket;
	#status = $state.raw<ConnectionStatus>('connecting');
	#reason = $state.raw<string | undefined>(undefined);
	#probe: () => Promise<Probe>;
	#onAnswer: (lineage: string) => Promise<void>;
	#url: URL;
	#downSince: number | undefined;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#httpTurns = new Set<() => Promise<void>>();
	#isProbing = false;
	#isClosed = false;

	/**
	 * @param parts.probe asks the server over HTTP
	 * @param parts.onAnswer called with the history of the log after each answer, before the socket is tried again
	 */
	constructor(parts: {
		url: URL;
		personId: string;
		lineage: string | undefined;
		probe: () => Promise<Probe>;
		onAnswer: (lineage: string) => Promise<void>;
	}) {
		this.#url = new URL(parts.url);
		// A socket comes back by itself, and somebody else may have signed in meanwhile.
		this.#url.searchParams.set(PERSON_HEADER, parts.personId);
		this.#probe = parts.probe;
		this.#onAnswer = parts.onAnswer;
		this.#downSince = performance.now();
		this.socket = new LiveSocket({
			url: this.#urlFor(parts.lineage),
			autoConnect: false,
			// Both are needed: with `delay` alone and jitter on, the provider never connects.
			delay: 500,
			minDelay: 250,
			maxDelay: 10_000,
			onStatus: ({ status }) => {
				if (status === 'connected') this.#connected();
				else if (this.#status === 'connected') this.#lost(undefined);
			},
			onClose: ({ event }) => {
				this.#lost(event.reason || undefined);
				// Signed out elsewhere: trying again would only be refused; the person signs in again.
				if (event.code === 4401) this.socket.disconnect();
			},
		});
		addEventListener('online', this.#online);
		addEventListener('offline', this.#offline);
		if (parts.lineage === undefined) this.#lost('client.unreachable');
		else void this.socket.connect();
		this.#probeSoon();
	}

	get status(): ConnectionStatus {
		return this.#status;
	}

	/** Refusal code of what keeps it from being connected. */
	get reason(): string | undefined {
		return this.#reason;
	}

	/** The server takes edits, one way or the other. */
	get isOnline(): boolean {
		return this.#status === 'connected' || this.#status === 'http';
	}

	/** Called again and again while work goes over HTTP. @returns ends it */
	onHttpTurn(turn: () => Promise<void>): () => void {
		this.#httpTurns.add(turn);
		return () => this.#httpTurns.delete(turn);
	}

	/** Tries at once: the person signed in again, or asks. */
	retry(): void {
		this.#reason = undefined;
		clearTimeout(this.#timer);
		void this.#ask();
	}

	/** Ends the socket for good. */
	close(): void {
		this.#isClosed = true;
		clearTimeout(this.#timer);
		removeEventListener('online', this.#online);
		removeEventListener('offline', this.#offline);
		this.socket.destroy();
	}

	#connected(): void {
		this.#status = 'connected';
		this.#reason = undefined;
		this.#downSince = undefined;
		clearTimeout(this.#timer);
	}

	#lost(reason: string | undefined): void {
		if (this.#isClosed) return;
		this.#downSince ??= performance.now();
		// A failed attempt to come back says nothing new while HTTP works.
		if (this.#status !== 'http') this.#status = 'disconnected';
		if (reason !== undefined) this.#reason = reason;
		else this.#reason ??= 'client.unreachable';
		this.#probeSoon();
	}

	#probeSoon(): void {
		clearTimeout(this.#timer);
		if (!this.#isClosed && this.#status !== 'connected')
			this.#timer = setTimeout(() => void this.#ask(), this.#status === 'http' ? HTTP_TURN_MS : PROBE_MS);
	}

	async #ask(): Promise<void> {
		if (this.#isProbing || this.#isClosed) return;
		this.#isProbing = true;
		try {
			const probe = await this.#probe();
			if (this.#isClosed || this.socket.status === 'connected') return;
			if (probe.kind === 'refused') {
				this.#status = 'disconnected';
				this.#reason = probe.code;
				return;
			}
			try {
				await this.#onAnswer(probe.lineage);
			} catch (error) {
				if (!isRefusal(error)) throw error;
				this.#status = 'disconnected';
				this.#reason = error.code;
				return;
			}
			this.socket.configuration.url = this.#urlFor(probe.lineage);
			const downMs = performance.now() - (this.#downSince ?? performance.now());
			if (downMs > BLOCKED_AFTER_MS) {
				this.#status = 'http';
				this.#reason = 'client.no-websocket';
				for (const turn of [...this.#httpTurns]) await turn();
			} else if (this.#status === 'disconnected') this.#status = 'connecting';
			void this.socket.connect();
		} finally {
			this.#isProbing = false;
			this.#probeSoon();
		}
	}

	#online = (): void => this.retry();

	#offline = (): void => {
		if (this.#status !== 'connected') this.#lost('client.unreachable');
	};

	/** A server with another history of its log refuses the socket, before anything could mix. */
	#urlFor(lineage: string | undefined): string {
		const url = new URL(this.#url);
		if (lineage !== undefined) url.searchParams.set('lineage', lineage);
		return url.href;
	}
}
