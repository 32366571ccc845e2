import { setImmediate as nextTurn } from 'node:timers/promises';
import { AuthorityIndex } from '#domain/catalogue/authorities/authority-index.ts';
import type { AuthorityLookup } from '#domain/catalogue/authorities/authority-lookup.ts';
import type { Authority } from '#domain/catalogue/authorities/authority.ts';
import { loadPinyin } from '#domain/catalogue/authorities/pinyin.ts';
import { suggest, SuggestIndex, type Suggestion } from '#domain/catalogue/authorities/suggest.ts';
import { must } from '#domain/base/assert.ts';
import { Turns } from '../registers/turns.ts';
import type { Registers } from '../registers/registers.ts';

/** Characters of the list, as JSON, that a device keeps: some thousand bodies. Beyond it, the server is asked while typing. */
export const MAX_KEPT_CHARACTERS = 2_000_000;

/** How long a list is made before others get their turn. */
const SLICE_MS = 8;

/** An authority as pages keep it for typing: its texts with their syllables. */
export interface ListedAuthority {
	readonly id: string;
	readonly content: Authority;
}

/** The list for typing: whole, or a word that it is too long for a device. */
export type PickList =
	| {
			readonly isWhole: true;
			/** Changes with every change of the list. */
			readonly edition: string;
			readonly authorities: readonly ListedAuthority[];
			/** Syllables by text. */
			readonly spoken: Readonly<Record<string, string>>;
	  }
	| { readonly isWhole: false; readonly edition: string };

/** The authorities of an archive, found by text, and while somebody types; kept current with their register. */
export class AuthorityList {
	#registers: Registers;
	#index: AuthorityIndex;
	#suggestions: Promise<SuggestIndex> | undefined;
	#pickList: { readonly edition: string; readonly list: Promise<PickList> } | undefined;

	constructor(registers: Registers) {
		this.#registers = registers;
		this.#index = new AuthorityIndex(registers.list<Authority>('authority'));
		registers.onChanged((register, ids) => {
			if (register !== 'authority') return;
			const changed = ids.map((id) => must(registers.get<Authority>('authority', id), 'a saved record'));
			for (const record of changed) this.#index.put(record);
			const put = async (suggestions: SuggestIndex): Promise<void> => {
				const turns = new Turns();
				for (const { id } of changed) {
					// As it stands by then: a later save may have been quicker.
					suggestions.put(must(registers.get<Authority>('authority', id), 'a saved record'));
					if (turns.isOver) await turns.next();
				}
			};
			// A failure is told to whoever typed, and what is prepared anew has the change.
			void this.#suggestions?.then(put, () => undefined);
		});
	}

	get lookup(): AuthorityLookup {
		return this.#index;
	}

	/** Whom what was typed can mean; see `suggest`. */
	async suggest(
		typed: string,
		options: { readonly day?: string; readonly limit: number },
	): Promise<readonly Suggestion[]> {
		this.#suggestions ??= this.#prepared().catch((error: unknown) => {
			this.#suggestions = undefined;
			throw error;
		});
		return suggest(await this.#suggestions, typed, options);
	}

	/** How everything is read aloud takes long: people at work get their turn between. */
	async #prepared(): Promise<SuggestIndex> {
		const pinyinOf = await loadPinyin();
		const suggestions = new SuggestIndex(this.#registers.list<Authority>('authority'), pinyinOf);
		for (const _ of suggestions.prepare()) await nextTurn();
		return suggestions;
	}

	/** Changes with every change of the list, and only then. */
	get edition(): string {
		let versions = 0;
		let last = '';
		for (const { version, at } of this.#registers.list('authority')) {
			versions += version;
			if (at > last) last = at;
		}
		return `${versions} ${last}`;
	}

	/** The list for devices; see {@link MAX_KEPT_CHARACTERS}. */
	pickList(): Promise<PickList> {
		const { edition } = this;
		if (this.#pickList?.edition !== edition) {
			const list = this.#listed(edition).catch((error: unknown) => {
				this.#pickList = undefined;
				throw error;
			});
			this.#pickList = { edition, list };
		}
		return this.#pickList.list;
	}

	async #listed(edition: string): Promise<PickList> {
		const pinyinOf = await loadPinyin();
		const authorities: ListedAuthority[] = [];
		const spoken: Record<string, string> = {};
		let size = 0;
		let since = performance.now();
		for (const { id, content, isWithdrawn } of this.#registers.list<Authority>('authority')) {
			if (isWithdrawn) continue;
			if (performance.now() - since > SLICE_MS) {
				await nextTurn();
				since = performance.now();
			}
			const kept = { id, content: { ...content, note: '', predecessors: [] } };
			authorities.push(kept);
			size += JSON.stringify(kept).length;
			for (const { text } of [...content.names, ...content.shortNames]) {
				spoken[text] ??= pinyinOf(text);
				size += text.length + (spoken[text]?.length ?? 0);
			}
			if (size > MAX_KEPT_CHARACTERS) return { isWhole: false, edition };
		}
		return { isWhole: true, edition, authorities, spoken };
	}
}
