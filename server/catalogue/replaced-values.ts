import * as Y from 'yjs';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import type { FieldElement } from '#sync/field-values.ts';
import type { LoggedUpdate } from '#server/storage/update-log.ts';

/** One element as an update brought it: the place in the document that a later removal names, and what it said. */
interface PlacedSetting {
	readonly client: number;
	readonly clock: number;
	readonly field: FieldKey;
	readonly value: FieldValue;
}

/** What a compaction keeps of the updates it takes, so that conflicts go on saying what their values replaced. */
export interface Kept {
	/** Every setting, in the order of the log: an update that comes late may name any as removed. */
	readonly settings: readonly PlacedSetting[];
	/** What elements replaced on their devices only, by element id. */
	readonly replaced: Readonly<Record<string, readonly FieldValue[]>>;
}

/** A setting of which the log recorded no value that it replaced. */
export interface AskedSetting {
	readonly elementId: string;
	/** Position of the update with the setting. */
	readonly seq: number;
	readonly field: FieldKey;
}

type Logged = Pick<LoggedUpdate, 'seq' | 'kind' | 'payload'>;

/** Nothing was compacted yet. */
export const NOTHING_KEPT: Kept = { settings: [], replaced: {} };

/** What was kept, as the log has it. */
export function readKept(kept: string | undefined): Kept {
	return kept === undefined ? NOTHING_KEPT : (JSON.parse(kept) as Kept);
}

/**
 * What settings replaced on their devices, although another had replaced it on the server before: an update says which
 * elements it removes, and earlier updates say what they were. A resent update names all removals its device knows of,
 * so of these the one that was logged last is meant.
 * @param updates of the document, in the order of the log
 * @returns by element id, without those that replaced nothing
 */
export function replacedOnDevice(
	updates: readonly Logged[],
	kept: Kept,
	asked: readonly AskedSetting[],
): ReadonlyMap<string, readonly FieldValue[]> {
	const found = new Map<string, readonly FieldValue[]>();
	const settings = [...kept.settings];
	const compactedTo = updates[0]?.kind === 'snapshot' ? updates[0].seq : 0;
	for (const { elementId, seq } of asked) {
		const known = kept.replaced[elementId];
		if (known && seq <= compactedTo) found.set(elementId, known);
	}
	const open = asked.filter(({ seq }) => seq > compactedTo);
	const lastSeq = Math.max(...open.map(({ seq }) => seq));
	for (const update of updates) {
		if (update.seq > lastSeq) break;
		// A snapshot holds its elements in another order than the log, and what was kept has them all.
		if (update.kind === 'snapshot') continue;
		const { structs, ds } = Y.decodeUpdate(update.payload);
		for (const { elementId, seq, field } of open) {
			if (seq !== update.seq) continue;
			const last = settings.findLast((each) => each.field === field && isRemoved(each, ds));
			if (last) found.set(elementId, [last.value]);
		}
		settings.push(...settingsIn(structs));
	}
	return found;
}

/** What is to be kept of updates, and of what was kept of those before them. */
export function keepReplaced(updates: readonly Logged[], before: Kept, asked: readonly AskedSetting[]): Kept {
	const settings = [...before.settings];
	for (const { kind, payload } of updates)
		if (kind === 'update') settings.push(...settingsIn(Y.decodeUpdate(payload).structs));
	return { settings, replaced: Object.fromEntries(replacedOnDevice(updates, before, asked)) };
}

function settingsIn(structs: ReturnType<typeof Y.decodeUpdate>['structs']): PlacedSetting[] {
	const settings: PlacedSetting[] = [];
	for (const struct of structs) {
		if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentAny)) continue;
		for (const [offset, given] of struct.content.getContent().entries()) {
			const element = given as Partial<FieldElement> | null;
			if (typeof element === 'object' && typeof element?.field === 'string')
				settings.push({
					client: struct.id.client,
					clock: struct.id.clock + offset,
					field: element.field,
					value: element.value as FieldValue,
				});
		}
	}
	return settings;
}

function isRemoved(
	{ client, clock }: PlacedSetting,
	removals: ReturnType<typeof Y.decodeUpdate>['ds'],
): boolean {
	return (removals.clients.get(client) ?? []).some(
		(range) => range.clock <= clock && clock < range.clock + range.len,
	);
}
