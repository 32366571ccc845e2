import { createContext } from 'svelte';
import type { Ask } from '#client/requests.ts';
import { isRefusal } from '#domain/base/refusal.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { fieldIdOf } from '#domain/catalogue/entry.ts';
import { NO_NEWS, type FieldNews, type News, type TextNews } from '#domain/collaboration/news.ts';

/** What the server says is new at an entry. */
type Answer = News & { readonly seq: number | null; readonly at: string };

/** What others did to the entry of one card since the person was last there, until they say that they have seen it. */
export class CardNews {
	/** When the person was last there, ISO UTC. */
	at = $state.raw('');
	/** The server has said what is new, so that it is not overlooked. */
	isKnown = $state.raw(false);
	#news = $state.raw<News>(NO_NEWS);
	#id: EntryId;
	#ask: Ask;
	/** Position up to which the person had seen the entry; null for who was never there. */
	#since: number | null | undefined;

	constructor(id: EntryId, ask: Ask) {
		this.#id = id;
		this.#ask = ask;
	}

	get fields(): readonly FieldNews[] {
		return this.#news.fields;
	}

	get texts(): News['texts'] {
		return this.#news.texts;
	}

	get count(): number {
		return this.fields.length + this.texts.length;
	}

	/** Ids of the fields and long texts something is new in. */
	get fieldIds(): readonly string[] {
		return [
			...new Set([
				...this.fields.map(({ field }) => fieldIdOf(field)),
				...this.texts.map(({ text }) => text),
			]),
		];
	}

	/** The newest of a field and its items, or of a long text. */
	of(fieldId: string): FieldNews | TextNews | undefined {
		return (
			this.fields.findLast(({ field }) => fieldIdOf(field) === fieldId) ??
			this.texts.find(({ text }) => text === fieldId)
		);
	}

	/** Asks the server; what the visit that goes on has seen stays new. */
	async read(): Promise<void> {
		// Who was never there has seen everything for the first time.
		if (this.#since === null) return;
		const after = this.#since === undefined ? '' : `?after=${this.#since}`;
		try {
			const answer = await this.#ask<Answer>(`/api/rows/entry/${this.#id}/news${after}`);
			if (after !== '' && after !== `?after=${this.#since}`) return;
			this.#since = answer.seq;
			this.#news = answer;
			this.at ||= answer.at;
			this.isKnown = true;
		} catch (error) {
			// Without the server nothing is known to be new; it is asked again with the next change.
			if (!isRefusal(error)) throw error;
		}
	}

	/** Everything up to a position has been seen. */
	seen(seq: number): void {
		this.#since = seq;
		this.#news = NO_NEWS;
	}
}

/** What is new on the card around. */
export const [useCardNews, provideCardNews] = createContext<CardNews>();
