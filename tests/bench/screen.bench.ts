import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import { chromium, type Browser, type Page } from '@playwright/test';
import WebSocket from 'ws';
import { createId, type EntryId } from '#domain/base/ids.ts';
import { entryDocName, readEntryDoc } from '#sync/entry-doc.ts';
import { fieldValuesOf, setField } from '#sync/field-values.ts';
import { startArchive } from '#tests/e2e/archive.ts';
import { openEntry, titleBox } from '#tests/e2e/entry-card.ts';
import config from '#tests/playwright.config.ts';
import { startBareHocuspocus } from './bare-hocuspocus.ts';
import { builtStates } from './built-states.ts';
import { at, EDITORS, say } from './bulk-load.ts';
import type { LoadTask } from './live-editors.ts';

const EDITS = 100;
/** Of each script between two edits. */
const PAUSE_MS = 250;
const BUDGET_MS = 300;
/** The account that the scripts say they are. */
const SCRIPTS = 'bench';

/** A server to edit at: one entry for the two who are measured, others for those who work meanwhile. */
interface Place {
	readonly port: number;
	readonly token: string;
	readonly id: EntryId;
	readonly others: readonly EntryId[];
}

/**
 * How long a colleague's edit takes: from the key that commits a title in one browser until another browser has drawn
 * it, quiet and while others work; beside the same edit between two providers in Node, on the same server and on a bare
 * Hocuspocus that stores nothing.
 */
export async function run(): Promise<void> {
	const archive = await startArchive({ holdings: 'tiny' });
	const { ids, states } = builtStates(EDITORS + 1);
	const bare = await startBareHocuspocus(states);
	const browser = await chromium.launch(config.use?.launchOptions ?? {});
	try {
		for (const name of ['甲', '乙', SCRIPTS]) await archive.addPerson(name, 'archivist');
		const { token } = await archive.verb<{ token: string }>(['token', SCRIPTS]);
		const placeOf = (port: number, [id, ...others]: readonly EntryId[]): Place => ({
			port,
			token,
			id: id as EntryId,
			others: others.slice(0, EDITORS),
		});
		const ours = placeOf(archive.port, (await archive.items()) as EntryId[]);
		const peer = placeOf(bare.port, ids);
		const here = await openEntry(archive, browser, '甲', ours.id);
		const there = await openEntry(archive, browser, '乙', ours.id);
		for (const isBusy of [false, true]) {
			const scene = isBusy ? `${EDITORS} scripts at work` : 'nobody else at work';
			const between = await measured(peer, isBusy, () => betweenProviders(peer));
			const stored = await measured(ours, isBusy, () => betweenProviders(ours));
			const seen = await measured(ours, isBusy, () => onScreen(here, there));
			say(`${scene}, providers on bare Hocuspocus: ${summary(between)}`);
			say(`${scene}, providers on the server: ${summary(stored)}`);
			say(`${scene}, on a colleague's screen: ${summary(seen)} (budget p95 ${BUDGET_MS} ms)`);
			say(`${scene}, screen to bare providers, p50: ${(middle(seen) / middle(between)).toFixed(1)} ×`);
		}
	} finally {
		await close(browser);
		await Promise.all([archive.stop(), bare.close()]);
	}
}

/** Measures, with others at work on the same server when it is to be busy. */
async function measured(
	place: Place,
	isBusy: boolean,
	measure: () => Promise<number[]>,
): Promise<readonly number[]> {
	if (!isBusy) return sorted(await measure());
	const child = fork(fileURLToPath(new URL('live-editors.ts', import.meta.url)));
	try {
		child.send({
			port: place.port,
			ids: place.others,
			token: place.token,
			editors: EDITORS,
			seconds: 600,
			pauseMs: PAUSE_MS,
			protocol: 'hocuspocus',
		} satisfies LoadTask);
		await Promise.all(place.others.map((id, index) => untilEdited(place, id, `creators#${index}`)));
		return sorted(await measure());
	} finally {
		child.kill();
	}
}

/** Types titles in one page and looks for them in the other. */
async function onScreen(here: Page, there: Page): Promise<number[]> {
	const times: number[] = [];
	await here.evaluate(() => {
		addEventListener('keydown', () => (document.documentElement.dataset['keyAt'] = String(Date.now())), true);
	});
	for (let count = 1; count <= EDITS; count++) {
		const title = `合成题名 ${createId<string>()}`;
		await titleBox(here).fill(title);
		const seenAt = there.evaluate(drawnAt, title);
		await here.keyboard.press('Enter');
		const keyAt = await here.evaluate(() => Number(document.documentElement.dataset['keyAt']));
		times.push((await seenAt) - keyAt);
	}
	return times;
}

/** Runs in a page: when a title has been drawn, by the clock of the machine. */
function drawnAt(title: string): Promise<number> {
	return new Promise((resolve) => {
		const card = document.querySelector('article') as Element;
		const watch = new MutationObserver(look);
		function look(): void {
			if (card.querySelector<HTMLTextAreaElement>('[data-field="title"] textarea')?.value !== title) return;
			watch.disconnect();
			requestAnimationFrame(() => {
				// Comes after the frame that was being drawn.
				const { port1, port2 } = new MessageChannel();
				port1.onmessage = () => resolve(Date.now());
				port2.postMessage(undefined);
			});
		}
		watch.observe(card, { subtree: true, childList: true, characterData: true });
		look();
	});
}

/** The same edit without browsers. */
async function betweenProviders(place: Place): Promise<number[]> {
	const [here, there] = [join(place, place.id), join(place, place.id)];
	const times: number[] = [];
	try {
		await Promise.all([here.synced, there.synced]);
		for (let count = 1; count <= EDITS; count++) {
			const title = `合成题名 ${createId<string>()}`;
			const seen = until(there, () => valueOf(there, 'title') === title);
			const startedAt = performance.now();
			edit(here, title);
			await seen;
			times.push(performance.now() - startedAt);
		}
	} finally {
		here.close();
		there.close();
	}
	return times;
}

interface Joined {
	readonly provider: HocuspocusProvider;
	readonly synced: Promise<void>;
	readonly close: () => void;
}

function join({ port, token }: Place, id: EntryId): Joined {
	const socket = new HocuspocusProviderWebsocket({
		url: `ws://127.0.0.1:${port}/collab`,
		WebSocketPolyfill: WebSocket,
		delay: 50,
		minDelay: 20,
	});
	const synced = Promise.withResolvers<void>();
	const provider = new HocuspocusProvider({
		name: entryDocName(id),
		websocketProvider: socket,
		token,
		onSynced: () => synced.resolve(),
	});
	provider.attach();
	return {
		provider,
		synced: synced.promise,
		close() {
			provider.destroy();
			socket.destroy();
		},
	};
}

function edit({ provider }: Joined, title: string): void {
	setField(fieldValuesOf(provider.document), 'title', title, {
		id: createId<string>(),
		by: SCRIPTS,
		at: new Date().toISOString(),
	});
}

function valueOf({ provider }: Joined, field: string): unknown {
	return readEntryDoc(provider.document).elements.get(field)?.[0]?.value;
}

function until({ provider }: Joined, isSo: () => boolean): Promise<void> {
	return new Promise((resolve) => {
		const look = (): void => {
			if (!isSo()) return;
			provider.document.off('update', look);
			resolve();
		};
		provider.document.on('update', look);
		look();
	});
}

async function untilEdited(place: Place, id: EntryId, field: string): Promise<void> {
	const joined = join(place, id);
	await until(joined, () => String((valueOf(joined, field) as { text?: string })?.text).startsWith('合成'));
	joined.close();
}

async function close(browser: Browser): Promise<void> {
	for (const context of browser.contexts()) await context.close();
	await browser.close();
}

function sorted(times: readonly number[]): readonly number[] {
	return times.toSorted((one, other) => one - other);
}

function middle(times: readonly number[]): number {
	return times[Math.floor(times.length / 2)] ?? Number.NaN;
}

function summary(times: readonly number[]): string {
	return `p50 ${at(times, 0.5)}, p95 ${at(times, 0.95)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await run();
