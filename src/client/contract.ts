import type { ImportFindings } from '#server/catalogue/import/import-report.ts';
import type * as Y from 'yjs';
import type { EntryId } from '#domain/base/ids.ts';
import type { FieldKey, FieldValue } from '#domain/catalogue/entry.ts';
import type { ListChoice } from '#domain/catalogue/list-choice.ts';
import type { EntryDetail, RowPage } from '#domain/catalogue/rows.ts';
import type { Role } from '#domain/permissions/permissions.ts';
import type { FieldElement } from '#sync/field-values.ts';
import type { Caret } from '#sync/presence.ts';
import type { ConnectionStatus } from './connection.svelte.ts';
import type { DeviceWork } from './device/device-work.svelte.ts';
import type { TakenNumber } from './device/number-blocks.ts';
import type { EntryHistory } from './entry-history.svelte.ts';
import type { ReviewSession } from './review-session.svelte.ts';

/** Reads of the catalogue, each limited to what the person may see. */
export interface RowsClient {
	/** @throws {Refusal} 'catalogue.bad-dates' */
	children(parentId: EntryId | null, offset: number, limit: number, choice?: ListChoice): Promise<ShownRows>;
	entry(id: EntryId): Promise<EntryDetail>;
	/** @throws {Refusal} 'catalogue.bad-dates' */
	search(query: string, offset: number, limit: number, choice?: ListChoice): Promise<ShownRows>;
	/** Called with the entries that changed and the child lists that must be read again. */
	onChanged(listener: (change: RowsChange) => void): () => void;
}

/** Rows, and whether the server could not be asked: then only what this device has is among them. */
export interface ShownRows extends RowPage {
	readonly onlyThisDevice?: boolean;
}

export interface RowsChange {
	/** Everything may have changed: the server was away, or is now. */
	readonly all?: boolean;
	readonly ids: readonly EntryId[];
	readonly parents: readonly (EntryId | null)[];
}

/** Somebody at one client: the same person in two tabs is there twice. */
export interface PresentPerson {
	readonly clientId: number;
	readonly personId: string;
	readonly name: string;
	readonly colour: string;
	readonly entryId: EntryId | null;
	readonly field: FieldKey | null;
	readonly isMe: boolean;
	readonly idle: boolean;
	/** In a long text. */
	readonly caret: Caret | null;
}

/** A surviving value as people are shown it. */
export interface ShownValue {
	readonly elementId: string;
	readonly value: FieldValue;
	readonly actorName: string;
	/** ISO UTC: when the server received it, else what the device says. */
	readonly at: string;
	/** The device named somebody else than the server's record. */
	readonly claimDiffers: boolean;
	/** Not yet known to be on the server. */
	readonly unsent: boolean;
}

/** An open entry, live. Reactive: read its properties in markup or `$derived`. */
export interface EntrySession {
	readonly id: EntryId;
	/** The document people edit; empty until it is there, and for readers. */
	readonly doc: Y.Doc;
	/** The entry by its row: attributions, versions, path, rights. */
	readonly detail: EntryDetail | undefined;
	/** `absent`: the server cannot be asked, and this device does not have it. */
	readonly phase: 'loading' | 'live' | 'offline' | 'readonly' | 'refused' | 'gone' | 'absent';
	/** Refusal code that explains the phase. */
	readonly reason: string | undefined;
	readonly canEdit: boolean;
	/** Shown from this device; the server has not been heard since. */
	readonly isFromDevice: boolean;
	readonly elements: ReadonlyMap<FieldKey, readonly FieldElement[]>;
	/** Distinct surviving values, newest first; more than one is a conflict. */
	values(field: FieldKey): readonly ShownValue[];
	/** Field ids of long texts with words. */
	readonly bodies: readonly string[];
	/** The shared text of a long-text field, for the editor. */
	fragment(fieldId: string): Y.XmlFragment | undefined;
	/** What the person did here, to be taken back and made again; settings by hand go through it. */
	readonly history: EntryHistory;
	/** One setting; it settles a conflict. */
	set(field: FieldKey, value: FieldValue): void;
	addItem(fieldId: string, text: string): FieldKey;
	removeItem(key: FieldKey): void;
	moveItem(key: FieldKey, beforeKey: FieldKey | null): void;
	/** What is said about the entry; undefined until it was asked for. */
	readonly review: ReviewSession | undefined;
	/** Opens what is said about the entry; there is nothing for readers. */
	openReview(): Promise<void>;
	readonly people: readonly PresentPerson[];
	focus(field: FieldKey | null): void;
	/** Tells the others where the caret is in a long text; null when it is in none. */
	showCaret(caret: Caret | null): void;
	/** How far everything typed here has come at least; `tab`: some of it is nowhere but in this tab. */
	readonly saved: {
		readonly unsent: number;
		readonly state: 'tab' | 'device' | 'server' | 'archive';
		readonly version: string | undefined;
	};
	/** Resolves when closing loses nothing: what was done here is on the device, or on the server. */
	kept(): Promise<void>;
	close(): void;
}

/** Somebody a comment may mention; not active: they left, and their name stands below what they said. */
export interface MentionedPerson {
	readonly id: string;
	readonly name: string;
	readonly isActive: boolean;
}

/** What one tab works with. */
export interface Workspace {
	readonly me: { readonly id: string; readonly name: string; readonly role: Role; readonly language: string };
	readonly archive: { readonly name: string; readonly code: string; readonly synthetic: boolean };
	readonly rows: RowsClient;
	readonly connection: ConnectionStatus;
	/** Refusal code of what keeps it from being connected. */
	readonly connectionReason: string | undefined;
	/** Edits that wait for the server: of all tabs, and of earlier ones. */
	readonly unsent: number;
	/** Those of them that are nowhere but in this tab: the device has not written them yet, or keeps nothing. */
	readonly unkept: number;
	/** Entries whose newest state waits for the archival store; undefined while the server cannot be asked. */
	readonly waitingForArchive: number | undefined;
	/** What the person was told and has not read; undefined while the server cannot be asked. */
	readonly unreadNotices: number | undefined;
	/** Asks the server again what it says of the archive and the person, soon. */
	refresh(): void;
	/** Conflicts to be settled that the person may see; undefined for readers, and while the server cannot be asked. */
	readonly openConflicts: number | undefined;
	/** Entries that wait for the person to judge or to correct them; undefined for readers, and without the server. */
	readonly reviewWork: number | undefined;
	readonly device: DeviceWork;
	/** Signs in again in place, as the same person. */
	signIn(password: string): Promise<void>;
	/** Tries to reach the server at once. */
	reconnect(): void;
	/**
	 * Resolves when what was typed is on the device, and on the server too if it answers; after a few seconds in any case.
	 */
	settled(): Promise<void>;
	/** What waits and what was refused, as a file a person can keep and the server can import. */
	exportUnsent(): Promise<Blob>;
	/** Lets the device open without the server from now on. */
	setPin(pin: string): Promise<void>;
	/** Asks the person for a new passkey that does the same. */
	setPasskey(signal: AbortSignal): Promise<void>;
	removeSecret(kind: 'pin' | 'passkey'): Promise<void>;
	/** Who is in the archive. */
	readonly people: readonly PresentPerson[];
	/** Calls back when somebody saved records of a register; of very many the ids are cut off. @returns ends it */
	onRegisterChanged(listener: (register: string, ids: readonly string[]) => void): () => void;
	open(id: EntryId): EntrySession;
	/** The person has seen an entry up to a log position; told to the server when it answers. */
	seen(detail: Pick<EntryDetail, 'id' | 'seq' | 'hasNews'>): void;
	/** Without the server it is made on this device, and begun there before anything else of it is sent. */
	create(
		parentId: EntryId | null,
		level: string,
		profile: string,
		title: string,
		after?: EntryId,
		/** A number of a block: the entry has its id and says its code. */
		numbered?: TakenNumber,
	): Promise<EntryId>;
	/** Before `beforeId`, or last. */
	move(id: EntryId, parentId: EntryId | null, beforeId: EntryId | null): Promise<void>;
	remove(id: EntryId): Promise<void>;
	restore(id: EntryId): Promise<void>;
	/** Whom a comment may mention; as last known while the server cannot be asked. */
	peopleToMention(): Promise<readonly MentionedPerson[]>;
	readonly imports: ImportsClient;
	/** Ends the session and removes everything of this person from the device; what waits is lost unless exported. */
	signOut(): Promise<void>;
}

export interface ImportOptions {
	readonly uploadId: string;
	readonly profile?: string;
	readonly under?: EntryId;
	readonly mapping?: unknown;
	/** Short forms are written out, as the authority list says for the date of each entry. */
	readonly writesCreatorsOut?: boolean;
}

export interface ImportReport {
	readonly format: string;
	readonly profile: string;
	readonly entries: number;
	readonly byLevel: Readonly<Record<string, number>>;
	readonly losses: readonly { readonly path: string; readonly count: number; readonly firstLine: number }[];
	readonly problems: readonly ImportProblem[];
	/** Creators written out, and left because it was not clear; where that was asked for. */
	readonly creators?: { readonly repaired: number; readonly unclear: number };
	readonly understood: readonly { readonly source: string; readonly field: string; readonly count: number }[];
	readonly sample: readonly {
		readonly title: string;
		readonly level: string;
		readonly referenceCode: string;
		readonly dateText: string;
		readonly depth: number;
	}[];
	/** What the rules of description say; left out where they were not asked. */
	readonly findings?: readonly ImportFindings[];
	readonly seconds: number;
}

export interface ImportProblem {
	readonly file: string;
	readonly line: number;
	readonly code: string;
	readonly params: Readonly<Record<string, string | number>>;
	readonly severity: 'error' | 'warning';
}

export interface ImportSummary {
	readonly id: string;
	readonly fileName: string;
	readonly format: string;
	readonly state: 'accepted' | 'undone';
	readonly entries: number;
	readonly actorName: string;
	readonly acceptedAt: string;
	readonly rootIds: readonly EntryId[];
	readonly synthetic: boolean;
}

export interface ImportsClient {
	upload(
		file: File,
		onProgress: (sent: number, total: number) => void,
		signal: AbortSignal,
	): Promise<{ uploadId: string }>;
	dryRun(
		options: ImportOptions,
		onProgress: (progress: ImportProgress) => void,
		signal: AbortSignal,
	): Promise<ImportReport>;
	accept(
		options: ImportOptions,
		onProgress: (progress: ImportProgress) => void,
		signal: AbortSignal,
	): Promise<ImportReport & { readonly importId: string; readonly rootIds: readonly EntryId[] }>;
	list(): Promise<readonly ImportSummary[]>;
	undo(
		importId: string,
		all: boolean,
	): Promise<{
		readonly withdrawn: number;
		readonly kept: readonly {
			readonly id: EntryId;
			readonly title: string;
			readonly referenceCode: string;
		}[];
		/** How many stay that went to fonds the person does not work with. */
		readonly elsewhere: number;
	}>;
}

export interface ImportProgress {
	readonly bytes: number;
	readonly total: number;
	readonly entries: number;
}
