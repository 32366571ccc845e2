import { nameKey, type Label, type Profile } from './profile.ts';
import { upgradeSteps } from './upgrade-description.ts';

/** What is wrong with a profile, and where in it. */
export interface ProfileProblem {
	readonly code:
		| 'bad-id'
		| 'repeated-id'
		| 'label-missing'
		| 'unknown-area'
		| 'unknown-level'
		| 'unknown-vocabulary'
		| 'vocabulary-missing'
		| 'unknown-extension'
		| 'field-missing'
		| 'ambiguous-name'
		| 'bad-length'
		| 'long-text-repeats'
		| 'upgrade-missing'
		| 'upgrade-unknown-field';
	/** `fields.title`, `vocabularies.sex.male`, `levels.item` … */
	readonly where: string;
	readonly params?: Readonly<Record<string, string | number>>;
}

const ID = /^[a-z][A-Za-z0-9]*$/;
const LOCAL_ID = /^local\.[a-z][a-z0-9-]*$/;
/** Fields that the product reads by name. */
const NEEDED = ['title', 'referenceCode'];

/**
 * Everything wrong with a profile, in its own order; empty when it can be used. A name that means two fields at once
 * would let the order of the profile decide where a column goes.
 */
export function checkProfile(profile: Profile): ProfileProblem[] {
	const problems: ProfileProblem[] = [];
	const say = (code: ProfileProblem['code'], where: string, params?: ProfileProblem['params']): void => {
		problems.push({ code, where, ...(params ? { params } : {}) });
	};
	const levels = new Set(profile.levels.map(({ id }) => id));
	const areas = new Set(profile.areas.map(({ id }) => id));
	const extensions = new Set(profile.extensions?.map(({ id }) => id));

	named('areas', profile.areas);
	named('levels', profile.levels);
	named('extensions', profile.extensions ?? []);
	named('fields', profile.fields);
	for (const [id, terms] of Object.entries(profile.vocabularies)) {
		for (const term of terms) checkLabel(`vocabularies.${id}.${term.id}`, term.label);
		unambiguous(`vocabularies.${id}`, terms);
		repeated(`vocabularies.${id}`, terms);
	}
	for (const { id, children } of profile.levels)
		for (const child of children)
			if (!levels.has(child)) say('unknown-level', `levels.${id}`, { level: child });
	unambiguous('levels', profile.levels);
	for (const field of profile.fields) {
		const where = `fields.${field.id}`;
		if (!areas.has(field.area)) say('unknown-area', where, { area: field.area });
		for (const level of Object.keys(field.obligation))
			if (level !== '*' && !levels.has(level)) say('unknown-level', where, { level });
		if (field.type === 'enum' && field.vocabulary === undefined) say('vocabulary-missing', where);
		if (field.vocabulary !== undefined && !(field.vocabulary in profile.vocabularies))
			say('unknown-vocabulary', where, { vocabulary: field.vocabulary });
		for (const extension of field.extensions ?? [])
			if (!extensions.has(extension)) say('unknown-extension', where, { extension });
		const { maxLength } = field;
		if (maxLength !== undefined && (!Number.isSafeInteger(maxLength) || maxLength < 1))
			say('bad-length', where, { maxLength });
		if (field.type === 'longText' && field.repeatable) say('long-text-repeats', where);
	}
	unambiguous(
		'fields',
		profile.fields.filter((field) => !field.isWithdrawn),
	);
	for (const id of NEEDED)
		if (!profile.fields.some((field) => field.id === id)) say('field-missing', 'fields', { field: id });
	for (let to = 2; to <= profile.version; to++)
		if (!profile.upgrades?.some((upgrade) => upgrade.to === to))
			say('upgrade-missing', 'upgrades', { version: to });
	for (const { step, to } of upgradeSteps(profile, 1))
		for (const id of step.kind === 'terms' ? [step.field] : step.kind === 'rename' ? [step.to] : step.into)
			// What a later step takes on needs not be there any more.
			if (!profile.fields.some((field) => field.id === id) && !isTakenOn(profile, id, to))
				say('upgrade-unknown-field', `upgrades.${to}`, { field: id });
	return problems;

	function named(kind: string, all: readonly { readonly id: string; readonly label: Label }[]): void {
		for (const { id, label } of all) {
			const isWellFormed =
				ID.test(id) || (['fields', 'areas'].includes(kind) && (LOCAL_ID.test(id) || id === 'local'));
			if (!isWellFormed) say('bad-id', `${kind}.${id}`);
			checkLabel(`${kind}.${id}`, label);
		}
		repeated(kind, all);
	}

	function repeated(kind: string, all: readonly { readonly id: string }[]): void {
		const seen = new Set<string>();
		for (const { id } of all) {
			if (seen.has(id)) say('repeated-id', `${kind}.${id}`);
			seen.add(id);
		}
	}

	function checkLabel(where: string, label: Label): void {
		if (label.zh.trim() === '' || label.en.trim() === '') say('label-missing', where);
	}

	function unambiguous(
		kind: string,
		all: readonly { readonly id: string; readonly label: Label; readonly aliases?: readonly string[] }[],
	): void {
		const owners = new Map<string, string>();
		for (const { id, label, aliases } of all)
			for (const name of new Set([id, label.zh, label.en, ...(aliases ?? [])].map(nameKey))) {
				const owner = owners.get(name);
				if (owner !== undefined && owner !== id)
					say('ambiguous-name', `${kind}.${id}`, { name, other: owner });
				owners.set(name, owner ?? id);
			}
	}
}

function isTakenOn(profile: Profile, id: string, after: number): boolean {
	return upgradeSteps(profile, after).some(({ step }) => step.kind !== 'terms' && step.from === id);
}
