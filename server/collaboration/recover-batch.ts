import * as Y from 'yjs';
import type { Actor } from '#domain/base/actor.ts';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { isUuid, type EntryId } from '#domain/base/ids.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { STRUCTURAL_FIELDS } from '#domain/catalogue/entry.ts';
import { demandLevel } from '#domain/catalogue/fonds/fonds-rights.ts';
import { levelOf, type Profile } from '#domain/catalogue/profile.ts';
import { allProfiles } from '#domain/catalogue/profiles.ts';
import { demand } from '#domain/permissions/permissions.ts';
import { ENTRY_DOC_SCHEMA, parseDocName, readMeta } from '#sync/entry-doc.ts';
import { elementsOf, fieldValuesOf } from '#sync/field-values.ts';
import { actorOf, type Identity } from '#server/permissions/identity.ts';
import { DocGate } from './doc-gate.ts';
import { judgeEntry } from './entry-rules.ts';
import {
	outcomeOf,
	pushToDoc,
	refusalOf,
	type BatchItem,
	type BatchOutcome,
	type Outcome,
	type PushParts,
} from './push-batch.ts';

/** What recovering needs beside what a push needs. */
export interface RecoverParts extends PushParts {
	readonly clock: Clock;
	/** True when the server has any trace of the entry, visible or not. */
	readonly isKnown: (id: EntryId) => Promise<boolean>;
	/** Elements of a document whose setting is in its timeline. */
	readonly recordedElements: (docName: string) => Promise<ReadonlySet<string>>;
	/** The entry was begun: brings its row up to the log and has it deposited. */
	readonly onBegun: (id: EntryId, seq: number) => Promise<void>;
}

/**
 * Rules S8 and S9: gives the log back what a restore has lost, from whole states that devices hold. Parents first: an
 * entry that the server does not know is begun below one that it may have learnt of a moment ago.
 */
export async function recoverBatch(
	items: readonly BatchItem[],
	identity: Identity,
	parts: RecoverParts,
): Promise<BatchOutcome> {
	const actor: Actor = { ...actorOf(identity), via: 'recovered' };
	const outcomes: (Outcome | undefined)[] = items.map(() => undefined);
	let waiting = items.map((_, index) => index);
	for (let hasProgress = true; hasProgress && waiting.length > 0;) {
		hasProgress = false;
		const later: number[] = [];
		for (const index of waiting) {
			const outcome = await recover(items[index] as BatchItem, identity, actor, parts);
			outcomes[index] = outcome;
			if (outcome instanceof Error && outcome.code === 'collaboration.unknown-parent') later.push(index);
			else hasProgress = true;
		}
		waiting = later;
	}
	return outcomeOf(items, outcomes as Outcome[]);
}

async function recover(
	{ doc, update }: BatchItem,
	identity: Identity,
	actor: Actor,
	parts: RecoverParts,
): Promise<Outcome> {
	try {
		const name = parseDocName(doc);
		if (name?.kind === 'entry' && !(await parts.isKnown(name.id))) {
			const begun = await begin(name.id, doc, update, identity, actor, parts);
			if (begun !== undefined) return begun;
		}
	} catch (error) {
		return refusalOf(error, parts.logger);
	}
	const recorded = await parts.recordedElements(doc);
	return (await pushToDoc(doc, [update], identity, actor, { recorded }, parts))[0] as Outcome;
}

/** Begins an entry with a recovered state; undefined when somebody else has begun it meanwhile. */
async function begin(
	id: EntryId,
	docName: string,
	state: Uint8Array,
	identity: Identity,
	actor: Actor,
	parts: RecoverParts,
): Promise<number | undefined> {
	const { changes, parents, profile, levels } = readBeginning(state, actor);
	for (const level of levels) demandLevel(identity.person, profile, level, []);
	for (const parent of parents) {
		if (parent === null) demand(identity.person, 'create', { kind: 'archive' });
		else {
			const thing = isUuid(parent) ? await parts.thingOf(parent as EntryId) : undefined;
			if (!thing) throw new Refusal('collaboration.unknown-parent', { parent: parent.slice(0, 80) }, 409);
			demand(identity.person, 'create', thing);
		}
	}
	const { seq, began } = await parts.log.begin({
		doc: docName,
		payload: state,
		actor,
		receivedAt: isoAt(parts.clock),
		changes,
	});
	await parts.onBegun(id, seq);
	return began ? seq : undefined;
}

/**
 * What a whole state says when it is all that is known of an entry: judged like an update, against a document that
 * holds its `meta` and nothing else.
 */
function readBeginning(
	state: Uint8Array,
	actor: Actor,
): {
	readonly changes: NonNullable<ReturnType<DocGate['check']>>['changes'];
	readonly parents: readonly (string | null)[];
	readonly profile: Profile;
	readonly levels: readonly string[];
} {
	const whole = new Y.Doc();
	const empty = new Y.Doc();
	const gate = new DocGate(empty, judgeEntry);
	try {
		const checked = gate.check(state, actor, 'beginning');
		if (!checked) throw new Refusal('collaboration.bad-beginning', { field: 'fields' });
		Y.applyUpdate(whole, state);
		const meta = readMeta(whole);
		const profile = allProfiles().find((each) => each.id === meta?.profile);
		if (!meta || !profile || meta.schema !== ENTRY_DOC_SCHEMA || whole.getMap('meta').size !== 2)
			throw new Refusal('collaboration.bad-beginning', { field: 'meta' });
		const valuesOf = (field: string): unknown[] =>
			elementsOf(fieldValuesOf(whole), field).map((element) => element.value);
		for (const field of STRUCTURAL_FIELDS)
			if (valuesOf(field).length === 0) throw new Refusal('collaboration.bad-beginning', { field });
		const levels = valuesOf('level').map(String);
		for (const level of levels)
			if (!levelOf(profile, level)) throw new Refusal('collaboration.bad-beginning', { field: 'level' });
		return { changes: checked.changes, parents: valuesOf('parent') as (string | null)[], profile, levels };
	} finally {
		gate.destroy();
		whole.destroy();
		empty.destroy();
	}
}
