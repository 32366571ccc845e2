import type * as Y from 'yjs';
import { isoAt, type Clock } from '#domain/base/clock.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { isRefusal, type Params } from '#domain/base/refusal.ts';
import { textOf, type FieldKey, type FieldValue } from '#domain/catalogue/entry.ts';
import { profileOf } from '#domain/catalogue/profiles.ts';
import { problemParams } from '#domain/catalogue/reference-codes/code-problems.ts';
import {
	codeBasis,
	groupOfBasis,
	isCodedLevel,
	isProvisional,
	numbered,
	writtenNumber,
	type CodeBasis,
	type NumberedCode,
} from '#domain/catalogue/reference-codes/entry-code.ts';
import type { FondsRecord } from '#domain/catalogue/fonds/fonds-record.ts';
import { distinctValues, elementsOf, fieldValuesOf, setField, type FieldValues } from '#sync/field-values.ts';
import type { Allotment, ToAllot } from '#server/catalogue/codes/allotment.ts';
import type { CodeIndex } from '#server/catalogue/codes/code-index.ts';
import { codeSources, type CodedSource } from '#server/catalogue/codes/code-sources.ts';
import { usedWidth } from '#server/catalogue/codes/fonds-finder.ts';
import { numbersOfOthers } from '#server/catalogue/codes/open-blocks.ts';
import { actorOf, type Identity } from '#server/permissions/identity.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { Collaboration } from '../collaboration.ts';
import { jumpedNumbers } from './jumped-numbers.ts';
import { sameCodes } from './same-codes.ts';

/** A refusal code with its parameters, as steps of review say it. */
export interface WhyNoCode {
	readonly code: string;
	readonly params: Params;
}

/** What became of the codes of entries. */
export interface GivenCodes {
	/** Entries that got a code, in a logged edit. */
	readonly given: ReadonlySet<EntryId>;
	/** Entries that cannot be registered: parts are missing, another entry has the code, or it leaves out many numbers. */
	readonly refused: ReadonlyMap<EntryId, WhyNoCode>;
}

interface Parts {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly collaboration: Pick<Collaboration, 'editMany'>;
	readonly index: CodeIndex;
	readonly allotment: Allotment;
}

const NONE: GivenCodes = { given: new Set(), refused: new Map() };

/**
 * Gives entries that are about to be registered their final codes: numbers in the order given, written down before the
 * entry says them. Fonds that are not in the register, and those without regimes, go on as they were.
 */
export async function giveCodes(
	parts: Parts,
	identity: Identity,
	ids: readonly EntryId[],
): Promise<GivenCodes> {
	const { storage, index, allotment } = parts;
	if (index.finder.isEmpty || ids.length === 0) return NONE;
	// Numbers stand in codes that were just imported, too.
	await index.settled();
	const refused = new Map<EntryId, WhyNoCode>();
	const found = new Map((await codeSources(storage, index.finder, { ids })).map((each) => [each.id, each]));
	const allotted = await allotment.allottedTo(ids);
	const bases = new Map<EntryId, { basis: CodeBasis; fonds: FondsRecord }>();
	for (const id of ids) {
		const source = found.get(id);
		if (!source || !takesPart(source)) continue;
		const basis = codeBasis(profileOf(source.profile), source.chain, source.fonds);
		const written = textOf(source.chain[0]?.fields['referenceCode']).trim();
		const own = allotted.get(id);
		const isStale =
			own?.code === written &&
			basis.ok &&
			groupOfBasis(basis, source.fonds?.fondsNumber ?? '') !== own.groupKey;
		if (!isProvisional(written) && !isStale) continue;
		if (!basis.ok) refused.set(id, { code: basis.code, params: basis.params });
		else if (source.fonds) bases.set(id, { basis, fonds: source.fonds });
	}
	const groups = new Map(
		[...bases]
			.filter(([, { basis }]) => basis.final !== 'pageNumber')
			.map(([id, { basis, fonds }]) => [id, groupOfBasis(basis, fonds.fondsNumber)]),
	);
	const written = ids.filter((id) => !bases.has(id) && found.has(id));
	for (const [id, jump] of await jumpedNumbers(storage, written, groups)) {
		bases.delete(id);
		if (!refused.has(id)) refused.set(id, { code: 'catalogue.code-jump', params: jump });
	}
	const codes = await codesOf(parts, identity, bases, refused);
	const given = await writeCodes(parts, identity, codes, found, refused);
	if (given.size > 0) await index.settled();
	for (const [id, same] of await sameCodes(storage, ids, identity.person))
		if (!refused.has(id)) refused.set(id, { code: 'catalogue.code-taken', params: same });
	for (const [id, kept] of await numbersOfOthers(storage, ids))
		if (!refused.has(id)) refused.set(id, { code: 'catalogue.code-kept', params: kept });
	return { given, refused };
}

/** Whether a code is made for an entry at all. */
function takesPart({ level, profile, fonds, chain }: CodedSource): boolean {
	if (!isCodedLevel(level) || !profile.startsWith('dat18')) return false;
	if (!chain.some((each) => each.level === 'fonds')) return false;
	// A register is filled fonds by fonds: what it does not know yet goes on as it was.
	return fonds !== undefined && fonds.codeRegimes.length > 0;
}

async function codesOf(
	{ allotment }: Parts,
	identity: Identity,
	bases: ReadonlyMap<EntryId, { readonly basis: CodeBasis; readonly fonds: FondsRecord }>,
	refused: Map<EntryId, WhyNoCode>,
): Promise<Map<EntryId, NumberedCode>> {
	const waiting: ToAllot[] = [];
	const codes = new Map<EntryId, NumberedCode>();
	for (const [entryId, { basis, fonds }] of bases) {
		// A page is where the item begins, not a number to give.
		const page = basis.parts.pageNumber;
		const trial = numbered(basis, fonds.fondsNumber, page?.value ?? 1, page?.width);
		if ('problems' in trial) {
			refused.set(entryId, { code: 'catalogue.code-problem', params: problemParams(trial.problems[0]) });
		} else if (basis.final === 'pageNumber') codes.set(entryId, trial);
		else
			waiting.push({
				entryId,
				fondsNumber: fonds.fondsNumber,
				basis,
				width: usedWidth(fonds, basis.regime.id),
			});
	}
	const allotted = waiting.length > 0 ? await allotment.allot(waiting, actorOf(identity)) : codes;
	for (const [id, code] of allotted) codes.set(id, code);
	return codes;
}

/**
 * Sets the codes as edits that are no work of the person's own on the entry, wherever code and number still say what they
 * said when they were read.
 */
async function writeCodes(
	{ collaboration, clock }: Parts,
	identity: Identity,
	codes: ReadonlyMap<EntryId, NumberedCode>,
	read: ReadonlyMap<EntryId, CodedSource>,
	refused: Map<EntryId, WhyNoCode>,
): Promise<Set<EntryId>> {
	const actor = { ...actorOf(identity), via: 'register' };
	const at = isoAt(clock);
	const all = [...codes];
	const outcomes = await collaboration.editMany(
		all.map(([entryId, code]) => ({
			entryId,
			change: (copy: Y.Doc) => {
				const values = fieldValuesOf(copy);
				const said = [
					['referenceCode', code.canonical],
					...(code.final === 'pageNumber' ? [] : [[code.final, writtenNumber(code)] as const]),
				] as const;
				const known = read.get(entryId)?.chain[0]?.fields;
				if (!said.every(([field, text]) => isAsRead(values, field, known?.[field] ?? null, text)))
					return false;
				for (const [field, text] of said)
					setField(values, field, text, { id: createId<string>(), by: actor.id, at, via: actor.via });
				return true;
			},
		})),
		actor,
	);
	const given = new Set<EntryId>();
	for (const [at, outcome] of outcomes.entries()) {
		const id = all[at]?.[0] as EntryId;
		if (isRefusal(outcome)) refused.set(id, { code: outcome.code, params: outcome.params });
		else if (typeof outcome === 'number') given.add(id);
		else refused.set(id, { code: 'collaboration.changed-since', params: {} });
	}
	return given;
}

/** Whether a field says what was read of it, or already what it is to say: somebody may register the same entry. */
function isAsRead(values: FieldValues, field: FieldKey, read: FieldValue, given: string): boolean {
	const [standing, ...others] = distinctValues(elementsOf(values, field));
	const now = textOf(standing?.value).trim();
	return others.length === 0 && (now === textOf(read).trim() || now === given);
}
