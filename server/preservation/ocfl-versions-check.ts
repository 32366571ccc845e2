import { versionNumber } from './ocfl-inventory.ts';
import {
	checkConflicts,
	checkKeys,
	checkPath,
	isBlock,
	isListOfText,
	type Block,
	type Note,
} from './ocfl-paths-check.ts';

const RFC3339 =
	/^(\d{4})-(\d{2})-(\d{2})[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
/** A scheme, then no signs that a URI may not have. Signs beyond ASCII are let through, as IRIs have them. */
const URI = /^[a-zA-Z][a-zA-Z0-9+.-]*:[^\s<>"{}|\\^`]+$/;

/** True for what reads as a URI. */
export function isUri(given: string): boolean {
	return URI.test(given);
}

/**
 * Checks the versions of an inventory.
 * @param used gets every digest that a version names
 * @returns whether all of them can be read
 * @see OCFL 1.1, 3.5.3 Versions
 */
export function checkVersions(
	given: Block,
	manifest: Block | undefined,
	used: Set<string>,
	note: Note,
): boolean {
	const { versions, head } = given;
	if (versions === undefined) {
		note('E043', 'there are no versions');
		note('E044', 'there is no key named versions');
	} else if (!isBlock(versions)) {
		note('E044', 'versions is no JSON object');
		note('E045', 'versions is no JSON object');
	}
	if (!isBlock(versions)) return false;
	const names = Object.keys(versions);
	checkSequence(names, note);
	const newest = names
		.filter(isVersionName)
		.reduce<string | undefined>(
			(last, name) => (last !== undefined && versionNumber(last) > versionNumber(name) ? last : name),
			undefined,
		);
	if (head !== undefined && newest !== undefined && head !== newest)
		note('E040', `head is ${JSON.stringify(head)}, the newest version ${newest}`);
	let isReadable = names.length > 0;
	for (const [name, version] of Object.entries(versions))
		if (isBlock(version)) isReadable = checkVersion(name, version, manifest, used, note) && isReadable;
		else {
			note('E047', `${name} is no JSON object`);
			isReadable = false;
		}
	return isReadable;
}

/** True for the name of a version folder, padded or not. */
export function isVersionName(name: string): boolean {
	return /^v\d+$/.test(name) && versionNumber(name) > 0;
}

function checkSequence(names: readonly string[], note: Note): void {
	if (names.length === 0) return note('E008', 'there is no version');
	for (const name of names.filter((each) => !isVersionName(each))) {
		note('E046', `no version name: ${name}`);
		if (name.startsWith('v')) note('E105', `no positive number after the v: ${name}`);
		else note('E104', `a version name that does not begin with v: ${name}`);
	}
	const proper = names.filter(isVersionName);
	const numbers = proper.map(versionNumber).sort((a, b) => a - b);
	if (numbers[0] !== 1) note('E009', 'the versions do not begin with v1');
	if (numbers.some((number, index) => number !== (numbers[0] ?? 1) + index))
		note('E010', 'a version is missing between others');
	if (!proper.some((name) => name.startsWith('v0'))) return;
	note('W001', 'version names padded with zeros');
	// A padded name keeps its leading zero: v0009 is followed by v0010, but v0999 by nothing.
	const isMixed = proper.some((name) => !name.startsWith('v0'));
	if (isMixed) note('E011', 'a version name without the leading zero of the others');
	if (!isMixed && new Set(proper.map((name) => name.length)).size === 1) return;
	note('E012', 'version names of different length');
	note('E013', 'version names of different conventions');
}

function checkVersion(
	name: string,
	version: Block,
	manifest: Block | undefined,
	used: Set<string>,
	note: Note,
): boolean {
	checkKeys(version, ['created', 'state', 'message', 'user'], name, note);
	const { created, state, message, user } = version;
	if (created === undefined) note('E048', `${name} does not say when it was made`);
	else if (typeof created !== 'string' || !isInstant(created))
		note('E049', `${name} was made at ${JSON.stringify(created)}`);
	if (message === undefined || user === undefined) note('W007', `${name} does not say who made it and why`);
	if (message !== undefined && typeof message !== 'string') note('E094', `the message of ${name} is no text`);
	if (user !== undefined) checkUser(name, user, note);
	if (state === undefined) note('E048', `${name} has no state`);
	if (!isBlock(state) || !Object.values(state).every(isListOfText)) {
		if (state !== undefined) note('E050', `the state of ${name} is no list of names by digest`);
		return false;
	}
	for (const digest of Object.keys(state)) {
		used.add(digest);
		if (manifest && !Object.hasOwn(manifest, digest))
			note('E050', `${name} names content the manifest does not have: ${digest}`);
	}
	const logical = (Object.values(state) as string[][]).flat();
	for (const path of logical) checkPath(path, { edges: 'E053', elements: 'E052' }, note);
	checkConflicts(logical, 'E095', note);
	return true;
}

/** @see RFC 3339, 5.6 and 5.7: a day must be one of its month, a second may be a leap second */
function isInstant(given: string): boolean {
	const [, year, month, day] = RFC3339.exec(given) ?? [];
	if (year === undefined) return false;
	const last = new Date(0);
	last.setUTCFullYear(Number(year), Number(month), 0);
	return Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= last.getUTCDate();
}

function checkUser(version: string, user: unknown, note: Note): void {
	const { name, address } = isBlock(user) ? user : {};
	if (isBlock(user)) checkKeys(user, ['name', 'address'], `the user of ${version}`, note);
	if (typeof name !== 'string' || name === '') note('E054', `the user of ${version} has no name`);
	else if (address === undefined) note('W008', `the user of ${version} has no address`);
	else if (typeof address !== 'string' || !isUri(address))
		note('W009', `the address of the user of ${version} is no URI`);
}
