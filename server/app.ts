import { join } from 'node:path';
import type { Extension } from '@hocuspocus/server';
import * as Y from 'yjs';
import pino, { type Logger } from 'pino';
import { demandLevel } from '#domain/catalogue/fonds/fonds-rights.ts';
import { localFieldsInUse, profileOf, useLocalFields } from '#domain/catalogue/profiles.ts';
import type { LocalField, LocalFieldInUse } from '#domain/catalogue/registers/local-field.ts';
import { versionLabel } from '#domain/catalogue/rows.ts';
import { systemClock, type Clock } from '#domain/base/clock.ts';
import type { EntryId } from '#domain/base/ids.ts';
import { isRefusal, Refusal } from '#domain/base/refusal.ts';
import type { RuleException } from '#domain/catalogue/rules/exception-definition.ts';
import { Campaigns } from './catalogue/checks/campaigns.ts';
import { CheckDesk } from './catalogue/checks/check-desk.ts';
import { Checker } from './catalogue/checks/checker.ts';
import { Exceptions } from './catalogue/checks/exceptions.ts';
import { Findings } from './catalogue/checks/findings.ts';
import { errorsBlock } from './catalogue/checks/open-errors.ts';
import type { Authority } from '#domain/catalogue/authorities/authority.ts';
import { demand, type Person } from '#domain/permissions/permissions.ts';
import { createAdministration, type Administration } from './administration/administration.ts';
import { startDateBackfill } from './catalogue/date-backfill.ts';
import { createCatalogue, type Catalogue } from './catalogue/catalogue.ts';
import { exportEntries, type Exported, type ExportFormat } from './catalogue/export.ts';
import { ImportDesk } from './catalogue/import/import-desk.ts';
import { createImports, type Imports } from './catalogue/import/imports.ts';
import type { ArchiveSettings } from './administration/settings.ts';
import { createPurgeDesk, type PurgeDesk } from './administration/purge/purge-desk.ts';
import type { PurgeRunnerParts } from './administration/purge/purge-runner.ts';
import { Allotment } from './catalogue/codes/allotment.ts';
import { CodeDesk } from './catalogue/codes/code-desk.ts';
import { CodeIndex } from './catalogue/codes/code-index.ts';
import { createRenumbering, type Renumbering } from './collaboration/codes/renumbering.ts';
import { giveCodes } from './collaboration/codes/registering-codes.ts';
import { AuthorityDesk } from './catalogue/authorities/authority-desk.ts';
import { AuthorityList } from './catalogue/authorities/authority-list.ts';
import { RegisterDesk } from './catalogue/registers/register-desk.ts';
import { Registers } from './catalogue/registers/registers.ts';
import { SheetDesk } from './catalogue/registers/sheet-desk.ts';
import { loadDemoRegisters } from './catalogue/synthetic/demo-registers.ts';
import { DEMO_SEED, loadDemo } from './catalogue/synthetic/load-demo.ts';
import { syntheticHoldings } from './catalogue/synthetic/synthetic-holdings.ts';
import { placeOfBeginning, type NewEntry } from './collaboration/begin-entry.ts';
import { FixDesk } from './collaboration/check-fixes/fix-desk.ts';
import { ResolveDesk } from './collaboration/authorities/resolve-desk.ts';
import { createCollaboration, type Collaboration } from './collaboration/collaboration.ts';
import { loadEntryDoc } from './collaboration/entry-loader.ts';
import { createCommentDesk, type CommentDesk } from './collaboration/comments/comment-desk.ts';
import { createProposalDesk, type ProposalDesk } from './collaboration/proposals/proposal-desk.ts';
import { createReviewBoards, type ReviewBoards } from './collaboration/review-states/review-boards.ts';
import { createReviewDesk, type ReviewDesk } from './collaboration/review-states/review-desk.ts';
import { createOrderDesk, type OrderDesk } from './collaboration/orders/order-desk.ts';
import { createVisitDesk, type VisitDesk } from './collaboration/visits/visit-desk.ts';
import { createConflictDesk, type ConflictDesk } from './collaboration/conflicts/conflict-desk.ts';
import { readSecret, type Config } from './config.ts';
import { unwrapBagApart } from './exchange/bag-thread.ts';
import { createExchange, type Exchange } from './exchange/exchange.ts';
import { actorOf, type Identity } from './permissions/identity.ts';
import { createPermissions, type Permissions } from './permissions/permissions.ts';
import { createPreservation, type Preservation } from './preservation/preservation.ts';
import { REGISTER_DEFINITIONS } from './register-definitions.ts';
import { REGISTER_SHEETS } from './register-sheets.ts';
import { EntryCounts } from './statistics/entry-counts.ts';
import { fondsNumbersOf } from './statistics/fonds-numbers.ts';
import { GateDesk } from './statistics/gate-desk.ts';
import { openStorage } from './storage/sqlite/open-sqlite.ts';
import type { Storage } from './storage/storage.ts';
import { storeReport, type StoreReport } from './store-report.ts';
import { Tls } from './tls/tls.ts';

/** How often it is looked whether the figures of the day are kept. */
const FIGURES_MS = 30 * 60_000;

/** One open archive: its parts, and the use cases that need several of them. */
export interface App {
	readonly config: Config;
	readonly logger: Logger;
	/** The certificate served with, and whom to trust for it. */
	readonly tls: Tls;
	readonly storage: Storage;
	readonly permissions: Permissions;
	readonly administration: Administration;
	readonly catalogue: Catalogue;
	readonly imports: Imports;
	readonly importDesk: ImportDesk;
	readonly collaboration: Collaboration;
	readonly conflicts: ConflictDesk;
	readonly comments: CommentDesk;
	readonly proposals: ProposalDesk;
	readonly review: ReviewDesk;
	readonly reviewBoards: ReviewBoards;
	readonly orders: OrderDesk;
	readonly visits: VisitDesk;
	readonly registers: Registers;
	readonly registerDesk: RegisterDesk;
	/** What the rules of description find of entries. */
	readonly checks: CheckDesk;
	readonly checker: Checker;
	readonly findings: Findings;
	readonly exceptions: Exceptions;
	readonly campaigns: Campaigns;
	readonly fixes: FixDesk;
	readonly codes: CodeDesk;
	readonly renumbering: Renumbering;
	/** What the codes of entries say, read in the background. */
	readonly codeIndex: CodeIndex;
	/** Registers as sheets. */
	readonly sheets: SheetDesk;
	readonly authorities: AuthorityDesk;
	readonly resolve: ResolveDesk;
	readonly gates: GateDesk;
	readonly preservation: Preservation;
	readonly exchange: Exchange;
	readonly purges: PurgeDesk;
	/** Takes the first update of an entry somebody made. */
	createEntry(identity: Identity, entry: NewEntry): Promise<{ readonly began: boolean }>;
	exportSubtree(person: Person, id: EntryId, format: ExportFormat): Promise<Exported>;
	/** Makes these the fields the archive adds to its profiles, from now on and in every thread begun later. */
	useLocalFields(fields: readonly LocalFieldInUse[]): void;
	/** Fields the archive adds, as devices are told. */
	localFields(): readonly LocalFieldInUse[];
	/** How the archival store is, for who may see it. */
	storeReport(person: Person): Promise<StoreReport>;
	/** Ends everything in order; resolves when the data directory is free. */
	close(): Promise<void>;
}

/** What tests may put in the place of the process's own. */
export interface AppOptions {
	readonly clock?: Clock;
	readonly extensions?: readonly Extension[];
	/** Stands between the database and everything else. */
	readonly storage?: (opened: Storage) => Storage;
	/** Idle time before a version is written, in milliseconds, in place of the setting. */
	readonly idleMs?: number;
	/** See `hashPassword`: tests make hundreds of accounts, and only some are about passwords. */
	readonly passwordWork?: number;
	/** How purges are tried again, and what is called before each of their steps. */
	readonly purge?: Pick<PurgeRunnerParts, 'retryMs' | 'beforeStep'>;
	/** See {@link PurgeRunnerParts.removeFromCopies}. */
	readonly removeFromCopies?: PurgeRunnerParts['removeFromCopies'];
}

/**
 * Opens the archive in a data directory: database, log, live editing, archival store. Nothing listens yet.
 * @throws {Refusal} what the data directory refuses, see `openStorage`
 */
export async function createApp(config: Config, options: AppOptions = {}): Promise<App> {
	const clock = options.clock ?? systemClock;
	const logger = pino({ level: config.logLevel, base: null }, pino.destination({ dest: 2, sync: true }));
	const opened = await openStorage({
		dataDir: config.dataDir,
		...(config.logCopy ? { logCopy: config.logCopy } : {}),
		onFailed(error) {
			// Without its database the process can only lie about what is safe.
			logger.fatal({ err: error }, 'the database worker ended');
			process.exit(1);
		},
	});
	const storage = options.storage?.(opened) ?? opened;
	try {
		const permissions = createPermissions({
			storage,
			clock,
			secret: readSecret(config.dataDir),
			origin: config.origin,
			isSecure: config.tls.kind !== 'off',
			passwordWork: options.passwordWork,
		});
		const registers = await Registers.open({ storage, clock, definitions: REGISTER_DEFINITIONS });
		useFieldsOf(registers);
		const catalogue = createCatalogue({ storage, clock });
		const authorityList = new AuthorityList(registers);
		const preservation = await createPreservation({
			storage,
			dataDir: config.dataDir,
			clock,
			logger,
			idleMs: options.idleMs ?? 60_000,
			copies: config.copies,
			async begin(id) {
				await loadEntryDoc(id, new Y.Doc(), {
					log: storage.log,
					clock,
					storedEntry: async (each) => (await catalogue.storedEntries([each])).get(each),
				});
			},
			onDeposited: (id, { objectId, version, seq }) =>
				collaboration.announceDeposit(id, versionLabel(objectId, version), seq),
		});
		const checker = new Checker({ storage, clock, dataDir: config.dataDir, logger });
		const noteCodes = (): void => preservation.noteCodes();
		const codeIndex = new CodeIndex({ storage, registers, logger, onEvents: noteCodes });
		const allotment = new Allotment({ storage, clock, onWritten: noteCodes });
		const collaboration = createCollaboration({
			storage,
			clock,
			logger,
			origin: config.origin,
			identities: permissions,
			thingOf: (id) => catalogue.thingOf(id),
			thingsOf: (ids) => catalogue.thingsOf(ids),
			storedEntries: (ids) => catalogue.storedEntries(ids),
			noteEdit: (id, seq) => preservation.noteEdit(id, seq),
			onProjected: (ids) => checker.note(ids),
			noteRows: () => codeIndex.poke(),
			compactAfterMs: config.compactAfterDays * 86_400_000,
			extensions: options.extensions ?? [],
		});
		const imports = createImports({
			storage,
			dataDir: config.dataDir,
			clock,
			archive: preservation,
			unwrap: unwrapBagApart,
			authorities: () =>
				registers
					.list<Authority>('authority')
					.filter(({ isWithdrawn }) => !isWithdrawn)
					.map(({ id, content }) => ({ id, content })),
			onDepositFailed: (error) => logger.error({ err: error }, 'an import waits for the archival store'),
			async setStatusDeleted(ids, actor) {
				const registered: EntryId[] = [];
				for (const id of ids)
					try {
						await collaboration.setField(id, 'status', 'deleted', actor);
					} catch (error) {
						if (!isRefusal(error) || error.code !== 'permissions.registered') throw error;
						registered.push(id);
					}
				return registered;
			},
		});
		const administration = createAdministration({
			storage,
			clock,
			permissions,
			dataDir: config.dataDir,
			holdStore: () => preservation.hold(),
			onChanged: () => preservation.noteArchive(),
			async loadDemo(actor) {
				await loadDemo(imports, actor);
				await loadDemoRegisters(registers, syntheticHoldings(DEMO_SEED), actor);
				collaboration.announceRows([null]);
			},
		});
		registers.onChanged((register, ids) => {
			preservation.noteRegister(register);
			if (register === 'exception')
				checker.noteExceptions(
					ids.flatMap((id) => registers.get<RuleException>('exception', id)?.content.entryId ?? []),
				);
			else if (register === 'fonds' || register === 'authority' || register === 'field') checker.noteFacts();
			collaboration.announceRegister(register, ids);
			if (register === 'field') useFieldsOf(registers);
		});
		const settings = await administration.settings.all();
		const useSettings = (used: ArchiveSettings): void => {
			preservation.setIdleMs(options.idleMs ?? used['deposit.idleSeconds'] * 1000);
			preservation.fixity.set({
				everyDays: used['fixity.everyDays'],
				megabytesPerSecond: used['fixity.megabytesPerSecond'],
			});
		};
		useSettings(settings);
		administration.settings.onChanged(useSettings);
		const orders = createOrderDesk({
			storage,
			clock,
			collaboration,
			index: codeIndex,
			onChanged: (orderId) => preservation.noteOrder(orderId),
		});
		const renumbering = createRenumbering({
			storage,
			clock,
			collaboration,
			index: codeIndex,
			allotment,
			orders,
			thingsOf: (ids) => catalogue.thingsOf(ids),
		});
		const thingOf = (id: EntryId) => catalogue.thingOf(id);
		const findings = new Findings(storage, registers);
		const campaigns = new Campaigns({
			storage,
			clock,
			checker,
			findings,
			thingOf,
			onChanged: (campaignId) => preservation.noteCampaign(campaignId),
		});
		const fixes = new FixDesk({
			storage,
			clock,
			findings,
			recheck: (ids) => checker.recheck(ids),
			orders,
			collaboration,
			thingsOf: (ids) => catalogue.thingsOf(ids),
			onChanged: (campaignId) => preservation.noteCampaign(campaignId),
		});
		const purges = createPurgeDesk({
			storage,
			clock,
			logger,
			dataDir: config.dataDir,
			collaboration,
			preservation,
			holdStore: () => preservation.holdAlone(),
			holdBackups: () => administration.backups.hold(),
			removeFromCopies:
				options.removeFromCopies ?? ((objectId) => preservation.copies.removeFromCopies(objectId)),
			async onRowsGone(ids) {
				codeIndex.poke();
				await registers.reload('exception');
				// Behind what was read of them while they went: what that found is written by then, and goes.
				await checker
					.recheck(ids)
					.catch((error: unknown) => logger.warn({ err: error }, 'purged entries are not checked'));
			},
			settleCopies: (objectIds) => preservation.copies.settleRemovals(objectIds),
			...options.purge,
		});
		const dateBackfill = startDateBackfill({ storage, clock });
		dateBackfill.done.catch((error: unknown) =>
			logger.error({ err: error }, 'dates of rows are not filled in'),
		);
		const counts = new EntryCounts({ storage, logger, fondsNumbers: () => fondsNumbersOf(registers) });
		const gates = new GateDesk({ registers, counts, storage, clock });
		// Figures of a day are kept also when nobody looks at them.
		const takingDay = setInterval(() => {
			gates
				.takeDay()
				.catch((error: unknown) => logger.error({ err: error }, 'the figures of the day were not kept'));
		}, FIGURES_MS).unref();
		// Not waited for: a disk of backups may be slow, or away.
		administration.backups
			.clearUnfinished()
			.catch((error: unknown) => logger.warn({ err: error }, 'unfinished backups are not cleared'));
		await imports.cleanUp();
		await orders.cleanUp();
		await fixes.cleanUp();
		await collaboration.catchUp();
		await collaboration.sync.prune();
		await preservation.resume();
		await renumbering
			.resume()
			.catch((error: unknown) => logger.error({ err: error }, 'a renumbering is not finished'));
		codeIndex.poke();
		await purges.resume();
		void imports.finishUndos().then(
			(undone) => {
				for (const importId of undone) preservation.noteUndone(importId);
				if (undone.length > 0) collaboration.announceRows([null]);
			},
			(error: unknown) => logger.error({ err: error }, 'the undoing of an import is not finished'),
		);
		await campaigns.pump();
		if (await administration.isSetUp()) preservation.noteArchive();

		return {
			config,
			logger,
			tls: new Tls({ config, clock, logger }),
			storage,
			permissions,
			administration,
			catalogue,
			imports,
			importDesk: new ImportDesk({
				imports,
				catalogue,
				onChanged(under) {
					codeIndex.poke();
					collaboration.announceRows([under]);
				},
				onUndone: (importId) => preservation.noteUndone(importId),
			}),
			collaboration,
			conflicts: createConflictDesk({
				storage,
				clock,
				collaboration,
				thingsOf: (ids) => catalogue.thingsOf(ids),
				onDecided: (decisionId) => preservation.noteDecision(decisionId),
			}),
			comments: createCommentDesk({ storage, clock, thingOf: (id) => catalogue.thingOf(id) }),
			proposals: createProposalDesk({
				storage,
				clock,
				collaboration,
				thingOf: (id) => catalogue.thingOf(id),
			}),
			review: createReviewDesk({
				storage,
				clock,
				collaboration,
				thingOf: (id) => catalogue.thingOf(id),
				recheck: async (ids) => {
					if (await errorsBlock(storage.db)) await checker.recheck(ids);
				},
				giveCodes: (identity, ids) =>
					giveCodes({ storage, clock, collaboration, index: codeIndex, allotment }, identity, ids),
				noteStep: (stepId, ids, isRegistered) => preservation.noteStep(stepId, ids, isRegistered),
			}),
			reviewBoards: createReviewBoards({ storage }),
			orders,
			visits: createVisitDesk({ storage, clock, thingsOf: (ids) => catalogue.thingsOf(ids) }),
			registers,
			registerDesk: new RegisterDesk(registers),
			checks: new CheckDesk({ checker, findings, registers, thingOf }),
			checker,
			findings,
			exceptions: new Exceptions({
				storage,
				registers,
				findings,
				thingOf,
				recheck: (ids) => checker.recheck(ids),
			}),
			campaigns,
			fixes,
			codes: new CodeDesk({ storage, index: codeIndex, allotment, thingOf: (id) => catalogue.thingOf(id) }),
			codeIndex,
			renumbering,
			sheets: new SheetDesk({
				registers,
				sheets: REGISTER_SHEETS,
				sheetsModule: new URL('./register-sheets.ts', import.meta.url).href,
				database: join(config.dataDir, 'lantai.sqlite'),
				uploaded: (uploadId) => imports.staged(uploadId),
			}),
			authorities: new AuthorityDesk({ registers, list: authorityList }),
			gates,
			resolve: new ResolveDesk({ storage, clock, registers, list: authorityList, orders }),
			preservation,
			purges,
			exchange: createExchange({
				catalogue,
				clock,
				dataDir: config.dataDir,
				agencyName: async () => (await administration.settings.all())['archive.name'],
				onFailed: (error) => logger.error({ err: error }, 'a bag could not be sent'),
			}),
			async createEntry(identity, entry) {
				const { parentId, level } = placeOfBeginning(entry);
				demandLevel(identity.person, profileOf(entry.profile), level, []);
				if (parentId === null) demand(identity.person, 'create', { kind: 'archive' });
				else {
					const thing = await catalogue.thingOf(parentId);
					if (!thing) throw new Refusal('catalogue.unknown-entry', { id: parentId }, 404);
					demand(identity.person, 'create', thing);
				}
				return collaboration.begin(entry, actorOf(identity));
			},
			async exportSubtree(person, id, format) {
				const { 'archive.name': agencyName } = await administration.settings.all();
				return exportEntries({ catalogue, clock, agencyName }, person, id, format);
			},
			useLocalFields,
			localFields: localFieldsInUse,
			storeReport: (person) => storeReport({ preservation, storage }, person),
			async close() {
				// First: imports wait for the store, which a backup holds.
				await administration.backups.close();
				await dateBackfill.stop().catch(() => undefined);
				await purges.close();
				clearInterval(takingDay);
				await counts.close();
				await collaboration.close();
				await checker.close();
				await imports.close();
				await codeIndex.close();
				await preservation.close();
				await storage.close();
			},
		};
	} catch (error) {
		await storage.close();
		throw error;
	}
}

/** Profiles get the fields that the archive's register adds. */
function useFieldsOf(registers: Registers): void {
	useLocalFields(
		registers.list<LocalField>('field').map(({ content, isWithdrawn }) => ({ ...content, isWithdrawn })),
	);
}
