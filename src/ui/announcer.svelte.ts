/** One message at the edge of the window. */
export interface Notice {
	readonly id: number;
	readonly text: string;
	readonly tone: 'plain' | 'accent';
	readonly action?: { readonly label: string; readonly run: () => void };
}

/** At once, unless more wait to be read. */
const MOST_SHOWN = 3;

/** Words for screen readers and short notices for everybody. One per tab, shown by `Announcer.svelte`. */
class Announcements {
	/** What a screen reader says next. */
	spoken = $state.raw('');
	notices = $state.raw<readonly Notice[]>([]);
	#next = 1;

	say(text: string): void {
		// The same words twice are spoken twice only if the text differs.
		this.spoken = this.spoken === text ? `${text}\u00a0` : text;
	}

	show(notice: Omit<Notice, 'id'>, forMs: number): void {
		const id = this.#next++;
		// Room is made by the oldest of those that would leave by themselves; the others wait to be read.
		let over = this.notices.length + 1 - MOST_SHOWN;
		const staying = this.notices.filter(({ tone }) => tone === 'accent' || over-- <= 0);
		this.notices = [...staying, { ...notice, id }];
		if (forMs > 0) setTimeout(() => this.dismiss(id), forMs);
	}

	dismiss(id: number): void {
		this.notices = this.notices.filter((notice) => notice.id !== id);
	}
}

/** What `Announcer.svelte` shows. */
export const announcements = new Announcements();

/** Says something to screen readers without showing it. */
export function announce(text: string): void {
	announcements.say(text);
}

/** Shows a short notice. It leaves by itself; one with the tone `accent` stays until it is dismissed. */
export function notify(
	text: string,
	options: { readonly tone?: Notice['tone']; readonly action?: Notice['action'] } = {},
): void {
	const tone = options.tone ?? 'plain';
	announcements.show(
		{ text, tone, ...(options.action ? { action: options.action } : {}) },
		tone === 'accent' ? 0 : options.action ? 10_000 : 5000,
	);
}
