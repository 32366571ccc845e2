import { fieldIdOf, type Description, type FieldKey, type FieldValue, type ItemValue } from './entry.ts';
import type { Profile, UpgradeStep } from './profile.ts';
import type { RichText } from './rich-text.ts';

/** What an upgrade did that somebody may want to look at. */
export interface UpgradeNote {
	/** `kept`: the new field has a value already, so the old one stays beside it under its old key. */
	readonly kind: 'renamed' | 'split' | 'term' | 'kept';
	readonly from: FieldKey;
	readonly to: FieldKey;
}

export interface Upgraded {
	readonly description: Description;
	readonly notes: readonly UpgradeNote[];
}

/** The steps from a version on, in order, with the version each leads to. */
export function upgradeSteps(
	profile: Profile,
	fromVersion: number,
): readonly { readonly step: UpgradeStep; readonly to: number }[] {
	return (profile.upgrades ?? [])
		.filter(({ to }) => to > fromVersion && to <= profile.version)
		.toSorted((a, b) => a.to - b.to)
		.flatMap(({ to, steps }) => steps.map((step) => ({ step, to })));
}

/**
 * A description of an older version of its profile as the profile is now. Nothing is lost: a value whose new place is
 * taken by another value stays where it was and is named in the notes, since an upgrade must not choose between two.
 */
export function upgradeDescription(
	profile: Profile,
	fromVersion: number,
	description: Description,
): Upgraded {
	const steps = upgradeSteps(profile, fromVersion);
	if (steps.length === 0) return { description, notes: [] };
	const notes: UpgradeNote[] = [];
	let { fields, bodies } = description;
	for (const { step } of steps) {
		if (step.kind === 'rename') {
			fields = renamed(fields, step.from, step.to, notes);
			bodies = renamed(bodies, step.from, step.to, notes);
		} else if (step.kind === 'terms') fields = recoded(fields, step.field, step.codes, notes);
		else fields = parted(fields, step, notes);
	}
	return { description: { ...description, fields, bodies }, notes };
}

function renamed<V extends FieldValue | RichText>(
	values: Readonly<Record<FieldKey, V>>,
	from: string,
	to: string,
	notes: UpgradeNote[],
): Readonly<Record<FieldKey, V>> {
	const found: Record<FieldKey, V> = {};
	for (const [key, value] of Object.entries(values)) {
		const target = fieldIdOf(key) === from ? `${to}${key.slice(from.length)}` : key;
		const isTaken = target !== key && target in values && !isSame(values[target], value);
		found[isTaken ? key : target] = value;
		if (target !== key) notes.push({ kind: isTaken ? 'kept' : 'renamed', from: key, to: target });
	}
	return found;
}

function recoded(
	values: Readonly<Record<FieldKey, FieldValue>>,
	field: string,
	codes: Readonly<Record<string, string>>,
	notes: UpgradeNote[],
): Readonly<Record<FieldKey, FieldValue>> {
	const found: Record<FieldKey, FieldValue> = {};
	for (const [key, value] of Object.entries(values)) {
		const isItem = value !== null && typeof value === 'object' && !Array.isArray(value);
		const written = isItem ? (value as ItemValue).text : value;
		const code =
			fieldIdOf(key) === field && typeof written === 'string' && Object.hasOwn(codes, written)
				? codes[written]
				: undefined;
		found[key] =
			code === undefined ? value : isItem ? ({ ...(value as ItemValue), text: code } as FieldValue) : code;
		if (code !== undefined) notes.push({ kind: 'term', from: key, to: key });
	}
	return found;
}

function parted(
	values: Readonly<Record<FieldKey, FieldValue>>,
	{ from, separator, into }: Extract<UpgradeStep, { kind: 'split' }>,
	notes: UpgradeNote[],
): Readonly<Record<FieldKey, FieldValue>> {
	const value = values[from];
	const at = typeof value === 'string' ? value.indexOf(separator) : -1;
	if (typeof value !== 'string' || at < 0) return values;
	const parts = [value.slice(0, at).trim(), value.slice(at + separator.length).trim()] as const;
	const isTaken = into.some((id, index) => id !== from && id in values && values[id] !== parts[index]);
	notes.push({ kind: isTaken ? 'kept' : 'split', from, to: into.join(', ') });
	if (isTaken) return values;
	const { [from]: _, ...rest } = values;
	return { ...rest, [into[0]]: parts[0], [into[1]]: parts[1] };
}

function isSame(a: unknown, b: unknown): boolean {
	return JSON.stringify(a) === JSON.stringify(b);
}
