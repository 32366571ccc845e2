import { versionNumber, type Inventory } from '../ocfl-inventory.ts';
import type { ShownEvent } from './fixity-report.ts';
import type { DescribedObject } from './fixity-worker.ts';
import { mediaTypeOf } from './media-types.ts';

/** What PREMIS is made of. */
export interface PremisInput extends DescribedObject {
	readonly events: readonly ShownEvent[];
	readonly software: { readonly name: string; readonly version: string };
	/** Of agents of events, as far as they are known. */
	readonly names?: ReadonlyMap<string, string>;
}

interface Agent {
	readonly type: string;
	readonly value: string;
	readonly name: string;
	readonly kind: 'person' | 'software';
	readonly version?: string;
}

interface Identifier {
	readonly type: string;
	readonly value: string;
}

interface PremisEvent {
	readonly id: Identifier;
	/** Of the vocabulary of event types of the Library of Congress. */
	readonly type: string;
	readonly at: string;
	readonly detail: string;
	readonly outcome: string;
	readonly notes: readonly string[];
	readonly agents: readonly (readonly [agent: Agent, role: string])[];
}

const NAMESPACES =
	'xmlns="http://www.loc.gov/premis/v3" xmlns:premis="http://www.loc.gov/premis/v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
const OBJECT_TYPE = 'OCFL object';
const FILE_TYPE = 'OCFL content path';
const VERSION_TYPE = 'OCFL version';
const ALGORITHMS = { sha512: 'SHA-512', sha256: 'SHA-256' } as const;

/**
 * PREMIS 3 of an object of the store: the object as a representation, its files, what happened to it, and by whom.
 * @see PREMIS Data Dictionary 3.0, object, event, agent
 */
export function premisXml(input: PremisInput): string {
	const events = eventsOf(input);
	const agents = new Map(
		events.flatMap((each) => each.agents.map(([agent]) => [agent.value, agent] as const)),
	);
	return [
		'<?xml version="1.0" encoding="UTF-8"?>',
		`<premis ${NAMESPACES} version="3.0">`,
		...representation(input, events),
		...Object.entries(input.inventory.manifest).flatMap(([digest, paths]) =>
			paths.flatMap((path) => fileObject(input, digest, path)),
		),
		...events.flatMap((event) => eventElement(event, input.inventory.id)),
		...[...agents.values()].flatMap(agentElement),
		'</premis>',
		'',
	].join('\n');
}

function representation({ inventory }: PremisInput, events: readonly PremisEvent[]): string[] {
	const paths = Object.values(inventory.manifest).flat();
	const parts = paths.flatMap((path) => identifier('relatedObjectIdentifier', fileId(inventory, path)));
	return [
		'<object xsi:type="premis:representation">',
		...identifier('objectIdentifier', { type: OBJECT_TYPE, value: inventory.id }),
		...(parts.length ? relationship('has part', parts) : []),
		...events.flatMap(({ id }) => identifier('linkingEventIdentifier', id)),
		'</object>',
	];
}

function fileObject({ inventory, sizes }: PremisInput, digest: string, path: string): string[] {
	const version = path.split('/', 1)[0] ?? '';
	const names = Object.values(inventory.versions).flatMap(({ state }) => state[digest] ?? []);
	const name = names[0] ?? path;
	const size = sizes[path];
	return [
		'<object xsi:type="premis:file">',
		...identifier('objectIdentifier', fileId(inventory, path)),
		'<objectCharacteristics>',
		element('compositionLevel', '0'),
		'<fixity>',
		element('messageDigestAlgorithm', ALGORITHMS[inventory.digestAlgorithm]),
		element('messageDigest', digest.toLowerCase()),
		'</fixity>',
		...(size === undefined ? [] : [element('size', String(size))]),
		'<format>',
		'<formatDesignation>',
		element('formatName', mediaTypeOf(name)),
		'</formatDesignation>',
		...(name.endsWith('.yjs') ? [element('formatNote', 'update of a Yjs 13 document, encoding 1')] : []),
		'</format>',
		'</objectCharacteristics>',
		element('originalName', name),
		'<storage>',
		'<contentLocation>',
		element('contentLocationType', FILE_TYPE),
		element('contentLocationValue', path),
		'</contentLocation>',
		'</storage>',
		...relationship(
			'is part of',
			identifier('relatedObjectIdentifier', { type: OBJECT_TYPE, value: inventory.id }),
		),
		...(inventory.versions[version]
			? identifier('linkingEventIdentifier', versionId(inventory, version))
			: []),
		'</object>',
	];
}

function eventsOf({ inventory, events, software, names }: PremisInput): PremisEvent[] {
	const program: Agent = {
		type: 'software',
		value: `${software.name} ${software.version}`,
		name: software.name,
		kind: 'software',
		version: software.version,
	};
	const versions = Object.entries(inventory.versions)
		.toSorted(([a], [b]) => versionNumber(a) - versionNumber(b))
		.map(([version, { created, message = '', user }], index): PremisEvent => {
			const person: Agent | undefined = user && {
				type: user.address === undefined ? 'name' : 'URI',
				value: user.address ?? user.name,
				name: user.name,
				kind: 'person',
			};
			return {
				id: versionId(inventory, version),
				type: index === 0 ? 'ingestion' : 'modification',
				at: created,
				detail: message === '' ? version : `${version}: ${message}`,
				outcome: 'success',
				notes: [],
				agents: [...(person ? [[person, 'implementer'] as const] : []), [program, 'executing program']],
			};
		});
	const later = events.map(({ id, type, at, version, outcome, detail, agent }): PremisEvent => {
		const {
			algorithm,
			trigger,
			findings = [],
		} = detail as {
			algorithm?: string;
			trigger?: string;
			findings?: readonly { code: string; path: string; message: string }[];
		};
		const said = [version === null ? '' : `v${version}`, algorithm ?? '', trigger ? `on ${trigger}` : ''];
		const person: Agent = { type: 'account', value: agent, name: names?.get(agent) ?? agent, kind: 'person' };
		return {
			id: { type: 'UUID', value: id },
			type,
			at,
			detail: said.filter(Boolean).join(', '),
			outcome: outcome === 'success' ? 'success' : 'fail',
			notes: findings.map(({ code, path, message }) => `${code} ${path}: ${message}`),
			agents: [
				...(agent === 'server' ? [] : [[person, 'authorizer'] as const]),
				[program, 'executing program'],
			],
		};
	});
	return [...versions, ...later];
}

function eventElement(
	{ id, type, at, detail, outcome, notes, agents }: PremisEvent,
	objectId: string,
): string[] {
	return [
		'<event>',
		...identifier('eventIdentifier', id),
		element('eventType', type),
		element('eventDateTime', at),
		...(detail === ''
			? []
			: ['<eventDetailInformation>', element('eventDetail', detail), '</eventDetailInformation>']),
		'<eventOutcomeInformation>',
		element('eventOutcome', outcome),
		...notes.flatMap((note) => [
			'<eventOutcomeDetail>',
			element('eventOutcomeDetailNote', note),
			'</eventOutcomeDetail>',
		]),
		'</eventOutcomeInformation>',
		...agents.flatMap(([{ type: kind, value }, role]) =>
			identifier('linkingAgentIdentifier', { type: kind, value }, element('linkingAgentRole', role)),
		),
		...identifier('linkingObjectIdentifier', { type: OBJECT_TYPE, value: objectId }),
		'</event>',
	];
}

function agentElement({ type, value, name, kind, version }: Agent): string[] {
	return [
		'<agent>',
		...identifier('agentIdentifier', { type, value }),
		element('agentName', name),
		element('agentType', kind),
		...(version === undefined ? [] : [element('agentVersion', version)]),
		'</agent>',
	];
}

function relationship(subType: string, related: readonly string[]): string[] {
	return [
		'<relationship>',
		element('relationshipType', 'structural'),
		element('relationshipSubType', subType),
		...related,
		'</relationship>',
	];
}

function fileId({ id }: Inventory, path: string): Identifier {
	return { type: FILE_TYPE, value: `${id}/${path}` };
}

function versionId({ id }: Inventory, version: string): Identifier {
	return { type: VERSION_TYPE, value: `${id}/${version}` };
}

function identifier(name: string, { type, value }: Identifier, ...more: readonly string[]): string[] {
	return [`<${name}>`, element(`${name}Type`, type), element(`${name}Value`, value), ...more, `</${name}>`];
}

function element(name: string, text: string): string {
	return `<${name}>${escaped(text)}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };

/** Text as XML may hold it: what no XML can say becomes the sign for a lost character. */
function escaped(text: string): string {
	return text
		.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
		.replace(/[&<>\r]/g, (sign) => ENTITIES[sign] ?? sign);
}
