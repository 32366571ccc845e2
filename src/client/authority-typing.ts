import type { DeviceStore } from '#client/device/device-store.ts';
import { isRefusal } from '#domain/base/refusal.ts';
import { suggest, SuggestIndex, type Suggestion } from '#domain/catalogue/authorities/suggest.ts';
import type { PickList } from '#server/catalogue/authorities/authority-list.ts';
import type { Workspace } from './contract.ts';
import { registersClient } from './registers-client.ts';

/** What choosing a suggestion writes, and by what it was found. */
export type TypedName = Pick<Suggestion, 'id' | 'written' | 'isValid' | 'dated'>;

type WholeList = Extract<PickList, { isWhole: true }>;

/** Fact: the list of authorities, as far as it is small enough for a device. */
const FACT = 'authorities';

/**
 * The authority list while somebody types. A list that is small enough is kept on the device, sealed like everything there,
 * and works without the server; of a longer one the server is asked.
 */
export class AuthorityTyping {
	#store: Pick<DeviceStore, 'fact' | 'keepFact'>;
	#onTrouble: (code: string) => void;
	#index: SuggestIndex | undefined;
	#edition = '';
	#isTooLong = false;
	#reading: Promise<void> | undefined;

	constructor(parts: {
		readonly store: Pick<DeviceStore, 'fact' | 'keepFact'>;
		readonly onTrouble: (code: string) => void;
	}) {
		this.#store = parts.store;
		this.#onTrouble = parts.onTrouble;
	}

	/** Whom what was typed can mean, best first; nothing when the list is not here and the server is away. */
	async find(typed: string, day: string | undefined, limit: number): Promise<readonly TypedName[]> {
		await (this.#reading ??= this.#read());
		if (this.#index) return suggest(this.#index, typed, { limit, ...(day === undefined ? {} : { day }) });
		if (!this.#isTooLong) return [];
		try {
			return await registersClient.suggest(typed, day, limit);
		} catch (error) {
			if (!isRefusal(error)) throw error;
			return [];
		}
	}

	/** The list changed: it is read again when somebody types next. */
	forget(): void {
		this.#reading = undefined;
	}

	async #read(): Promise<void> {
		if (!this.#index) this.#take(await this.#kept());
		try {
			const list = await registersClient.pickList(this.#edition);
			if ('isKnown' in list) return;
			this.#isTooLong = !list.isWhole;
			this.#take(list.isWhole ? list : undefined);
			await this.#store.keepFact(FACT, list.isWhole ? list : null);
		} catch (error) {
			if (!isRefusal(error)) throw error;
			// Without the server what the device has is what there is; the next typing asks again.
			this.#reading = undefined;
			if (error.code.startsWith('device.')) this.#onTrouble(error.code);
		}
	}

	async #kept(): Promise<WholeList | undefined> {
		try {
			return (await this.#store.fact<WholeList | null>(FACT)) ?? undefined;
		} catch (error) {
			if (!isRefusal(error)) throw error;
			this.#onTrouble(error.code);
			return undefined;
		}
	}

	#take(list: WholeList | undefined): void {
		this.#edition = list?.edition ?? '';
		if (!list) {
			this.#index = undefined;
			return;
		}
		const records = list.authorities.map((each) => ({
			...each,
			version: 1,
			isWithdrawn: false,
			actorName: '',
			at: '',
		}));
		this.#index = new SuggestIndex(records, (text) => list.spoken[text] ?? '');
	}
}

const lists = new WeakMap<Workspace, AuthorityTyping>();

/** The list of a workspace; made when it is first asked for. */
export function authorityTyping(workspace: Workspace): AuthorityTyping {
	let list = lists.get(workspace);
	if (!list) {
		const made = new AuthorityTyping({
			store: workspace.device.store,
			onTrouble: (code) => workspace.device.troubled(code),
		});
		workspace.onRegisterChanged((register) => {
			if (register === 'authority') made.forget();
		});
		lists.set(workspace, (list = made));
	}
	return list;
}
