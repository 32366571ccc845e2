import type {
	EntrySession,
	ImportReport,
	ImportsClient,
	ImportSummary,
	PresentPerson,
	RowsChange,
	RowsClient,
	Workspace,
} from '#client/contract.ts';
import { createId, type EntryId } from '#domain/base/ids.ts';
import type { FieldKey, FieldValue, PlacedEntry } from '#domain/catalogue/entry.ts';
import { textOf } from '#domain/catalogue/entry.ts';
import { orderKeyBetween } from '#domain/catalogue/order-key.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { richTextOf } from '#domain/catalogue/rich-text.ts';
import type { EntryDetail, EntryRow, RowPage } from '#domain/catalogue/rows.ts';
import { childrenByParent, fakeEntries, fakeRow } from './fake-entries.ts';
import { FakeSession } from './fake-session.svelte.ts';

/** What a screenshot wants to see; set on the window before the page starts. */
export interface FakeWishes {
	readonly role?: 'administrator' | 'archivist' | 'reader';
	readonly isEmpty?: boolean;
	readonly isOffline?: boolean;
	readonly latencyMs?: number;
}

const NAMES = new Map([
	['me', '林一合'],
	['p2', '周编目'],
	['p3', '沈复核'],
	['p4', '吴值班'],
]);
const COLOURS = ['#2f6f6a', '#7a4b8c', '#946312', '#3b5b94'];

/** A workspace without a server, for looking at pages. */
class FakeWorkspace implements Workspace {
	readonly me: Workspace['me'];
	readonly archive = { name: '沧浦区档案馆', code: '310999', synthetic: true };
	connection = $state.raw<Workspace['connection']>('connected');
	connectionReason = $state.raw<string | undefined>(undefined);
	unsent = $state.raw(0);
	people = $state.raw<readonly PresentPerson[]>([]);
	readonly rows: RowsClient;
	readonly imports: ImportsClient;
	#entries: Map<EntryId, PlacedEntry>;
	#children: Map<EntryId | null, PlacedEntry[]>;
	#status = new Map<EntryId, EntryRow['status']>();
	#listeners = new Set<(change: RowsChange) => void>();
	#subject: EntryId | undefined;
	#latencyMs: number;
	#role: 'administrator' | 'archivist' | 'reader';

	constructor(wishes: FakeWishes) {
		this.#role = wishes.role ?? 'administrator';
		this.#latencyMs = wishes.latencyMs ?? 15;
		this.me = { id: 'me', name: '林一合', role: this.#role, language: 'zh-CN' };
		const entries = wishes.isEmpty ? [] : fakeEntries();
		this.#entries = new Map(entries.map((entry) => [entry.id, entry]));
		this.#children = childrenByParent(entries);
		this.#subject = this.#chooseSubject();
		this.people = [...NAMES].map(([personId, name], at) => ({
			clientId: at + 1,
			personId,
			name,
			colour: COLOURS[at] ?? '#555555',
			entryId: at === 1 || at === 2 ? (this.#subject ?? null) : null,
			field: at === 1 ? 'documentDate' : at === 2 ? 'scopeAndContent' : null,
			isMe: personId === 'me',
			idle: at === 3,
		}));
		if (wishes.isOffline) {
			this.connection = 'disconnected';
			this.connectionReason = 'client.unreachable';
			this.unsent = 3;
		}
		this.rows = {
			children: (parentId, offset, limit) =>
				this.#later(() => this.#page(this.#children.get(parentId) ?? [], offset, limit)),
			entry: (id) => this.#later(() => this.#detail(id)),
			search: (query, offset, limit) =>
				this.#later(() =>
					this.#page(
						[...this.#entries.values()].filter((entry) => textOf(entry.fields['title']).includes(query)),
						offset,
						limit,
					),
				),
			onChanged: (listener) => {
				this.#listeners.add(listener);
				return () => this.#listeners.delete(listener);
			},
		};
		this.imports = fakeImports();
		(globalThis as Record<string, unknown>)['lantaiFakeSubject'] = this.#subject;
		(globalThis as Record<string, unknown>)['lantaiFakeLong'] = [...this.#entries.values()].find(
			(entry) => textOf(entry.fields['title']) === '婚姻登记',
		)?.id;
	}

	open(id: EntryId): EntrySession {
		const entry = this.#entries.get(id);
		if (!entry) return goneSession(id);
		const isSubject = id === this.#subject;
		const enriched = isSubject
			? {
					...entry,
					fields: {
						...entry.fields,
						title: {
							text: '沧浦县水利局[关于Oncomelania钉螺查灭工作中南塘河沿线涵闸调度的]请示',
							marks: [{ type: 'italic', from: 9, to: 20 }],
						} as unknown as FieldValue,
						'creators#2': { order: 'a1', text: '沧浦县血吸虫病防治站' },
						'subjects#1': { order: 'a0', text: '涵闸' },
						'subjects#2': { order: 'a1', text: '河道疏浚' },
					},
					bodies: {
						...entry.bodies,
						scopeAndContent: richTextOf(
							'南塘河沿线十二处涵闸汛期调度方案，附涵闸分布图一幅。',
							'请示中所列经费由县财政与沿河各乡分担。',
						),
					},
				}
			: entry;
		const conflicts: { field: FieldKey; value: FieldValue; by: string }[] = isSubject
			? [
					{ field: 'documentDate', value: '19780612', by: 'p2' },
					{ field: 'documentDate', value: '19780621', by: 'p3' },
				]
			: [];
		return new FakeSession({
			entry: enriched,
			detail: this.#detail(id),
			people: this.people.filter((person) => person.entryId === id || person.isMe),
			names: NAMES,
			conflicts,
			canEdit: this.#role !== 'reader',
			unsent: this.connection === 'disconnected' && isSubject ? 3 : 0,
			onset: () => this.#say({ ids: [id], parents: [] }),
		});
	}

	async create(
		parentId: EntryId | null,
		level: string,
		_profile: string,
		title: string,
		after?: EntryId,
	): Promise<EntryId> {
		const siblings = this.#children.get(parentId) ?? [];
		const at = after ? siblings.findIndex((each) => each.id === after) : siblings.length - 1;
		const id = createId();
		const order = orderKeyBetween(siblings[at]?.order ?? null, siblings[at + 1]?.order ?? null);
		this.#entries.set(id, { id, parentId, order, level, fields: title ? { title } : {}, bodies: {} });
		this.#children = childrenByParent(this.#entries.values());
		this.#say({ ids: [id], parents: [parentId] });
		return id;
	}

	async move(id: EntryId, parentId: EntryId | null, beforeId: EntryId | null): Promise<void> {
		const entry = this.#entries.get(id);
		if (!entry) throw new Refusal('catalogue.unknown-entry');
		const siblings = (this.#children.get(parentId) ?? []).filter((each) => each.id !== id);
		const at = beforeId ? siblings.findIndex((each) => each.id === beforeId) : siblings.length;
		const order = orderKeyBetween(siblings[at - 1]?.order ?? null, siblings[at]?.order ?? null);
		this.#entries.set(id, { ...entry, parentId, order });
		this.#children = childrenByParent(this.#entries.values());
		this.#say({ ids: [id], parents: [entry.parentId, parentId] });
	}

	async remove(id: EntryId): Promise<void> {
		this.#status.set(id, 'deleted');
		this.#say({ ids: [id], parents: [this.#entries.get(id)?.parentId ?? null] });
	}

	async restore(id: EntryId): Promise<void> {
		this.#status.delete(id);
		this.#say({ ids: [id], parents: [this.#entries.get(id)?.parentId ?? null] });
	}

	async signOut(): Promise<void> {
		location.reload();
	}

	#chooseSubject(): EntryId | undefined {
		const files = [...this.#entries.values()].filter((entry) => entry.level === 'item');
		return files[21]?.id;
	}

	#row(entry: PlacedEntry): EntryRow {
		return fakeRow(entry, {
			childCount: this.#children.get(entry.id)?.length ?? 0,
			conflictCount: entry.id === this.#subject ? 1 : 0,
			status: this.#status.get(entry.id) ?? 'active',
		});
	}

	#page(all: readonly PlacedEntry[], offset: number, limit: number): RowPage {
		const active = all.filter((entry) => this.#status.get(entry.id) !== 'deleted');
		return {
			total: active.length,
			offset,
			rows: active.slice(offset, offset + limit).map((entry) => this.#row(entry)),
		};
	}

	#detail(id: EntryId): EntryDetail {
		const entry = this.#entries.get(id);
		if (!entry) throw new Refusal('catalogue.unknown-entry', {}, 404);
		const path: EntryDetail['path'][number][] = [];
		for (
			let at = entry.parentId ? this.#entries.get(entry.parentId) : undefined;
			at;
			at = at.parentId ? this.#entries.get(at.parentId) : undefined
		) {
			const { title, level, profile, dateText } = this.#row(at);
			path.unshift({ id: at.id, title, level, profile, dateText });
		}
		const mayEdit = this.#role !== 'reader';
		return {
			...this.#row(entry),
			fields: entry.fields,
			bodies: entry.bodies,
			conflicts: {},
			attributions: {},
			versions: [
				{ version: 'v1', at: '2026-11-20T02:00:05.000Z', kind: 'working' },
				{ version: 'v2', at: '2026-11-22T06:41:00.000Z', kind: 'approved' },
			],
			path,
			can: { edit: mayEdit, create: mayEdit, delete: mayEdit },
			problems: [],
		};
	}

	#say(change: RowsChange): void {
		for (const listener of this.#listeners) listener(change);
	}

	async #later<T>(make: () => T): Promise<T> {
		await new Promise((resolve) => setTimeout(resolve, this.#latencyMs));
		return make();
	}
}

function goneSession(id: EntryId): EntrySession {
	return {
		id,
		detail: undefined,
		phase: 'gone',
		reason: 'catalogue.unknown-entry',
		canEdit: false,
		elements: new Map(),
		values: () => [],
		bodies: [],
		fragment: () => undefined,
		set: () => undefined,
		addItem: () => '',
		removeItem: () => undefined,
		moveItem: () => undefined,
		people: [],
		focus: () => undefined,
		saved: { unsent: 0, state: 'server', version: undefined },
		close: () => undefined,
	};
}

function fakeImports(): ImportsClient {
	const report: ImportReport = {
		format: 'xlsx',
		profile: 'dat18',
		entries: 1186,
		byLevel: { fonds: 1, series: 3, item: 1182 },
		losses: [
			{ path: '备注2', count: 41, firstLine: 17 },
			{ path: '拟稿人', count: 1186, firstLine: 2 },
		],
		problems: [
			{
				file: '水务局2021年归档目录.xlsx',
				line: 613,
				code: 'import.not-a-number',
				params: { field: 'pageCount', value: '3页' },
				severity: 'warning',
			},
			{
				file: '水务局2021年归档目录.xlsx',
				line: 840,
				code: 'import.unknown-term',
				params: { field: 'retentionPeriod', value: '30' },
				severity: 'error',
			},
		],
		understood: [
			{ source: '题名', field: 'title', count: 1186 },
			{ source: '责任者', field: 'creators', count: 1180 },
			{ source: '文件日期', field: 'documentDate', count: 1183 },
		],
		sample: [
			{ title: '沧浦区水务局', level: 'fonds', referenceCode: 'B004', dateText: '2021', depth: 0 },
			{ title: '文书', level: 'series', referenceCode: 'B004-WS·2021', dateText: '2021', depth: 1 },
			{
				title: '关于南塘河疏浚工程初步设计的批复',
				level: 'item',
				referenceCode: 'B004-WS·2021·D30-0001',
				dateText: '20210304',
				depth: 2,
			},
		],
		seconds: 3.4,
	};
	const past: ImportSummary[] = [
		{
			id: 'i1',
			fileName: 'synthetic-tiny-20260101.json',
			format: 'json',
			state: 'accepted',
			entries: 312,
			actorName: '林一合',
			acceptedAt: '2026-11-20T02:00:00.000Z',
			rootIds: [],
			synthetic: true,
		},
		{
			id: 'i2',
			fileName: '档案局案卷目录.csv',
			format: 'csv',
			state: 'undone',
			entries: 88,
			actorName: '周编目',
			acceptedAt: '2026-11-21T07:15:00.000Z',
			rootIds: [],
			synthetic: true,
		},
	];
	const wait = (ms: number, signal: AbortSignal): Promise<void> =>
		new Promise((resolve, reject) => {
			const timer = setTimeout(resolve, ms);
			signal.addEventListener('abort', () => {
				clearTimeout(timer);
				reject(signal.reason as Error);
			});
		});
	return {
		upload: async (file, onProgress, signal) => {
			for (const share of [0.3, 0.7, 1]) {
				await wait(60, signal);
				onProgress(file.size * share, file.size);
			}
			return { uploadId: createId<string>() };
		},
		dryRun: async (_, onProgress, signal) => {
			onProgress({ bytes: 50, total: 100, entries: 600 });
			await wait(120, signal);
			return report;
		},
		accept: async (_, onProgress, signal) => {
			onProgress({ bytes: 80, total: 100, entries: 900 });
			await wait(120, signal);
			return { ...report, importId: 'i3', rootIds: [] };
		},
		list: async () => past,
		undo: async () => ({ withdrawn: 300, kept: [] }),
	};
}

/** What the page asks for instead of the real one. */
export async function createWorkspace(): Promise<Workspace> {
	return new FakeWorkspace(
		((globalThis as Record<string, unknown>)['lantaiFake'] as FakeWishes | undefined) ?? {},
	);
}
