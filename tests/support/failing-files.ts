import {
	accessSync,
	existsSync,
	readFileSync,
	renameSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { folderStorage } from '#server/preservation/folder-storage.ts';
import type { OcflStorage } from '#server/preservation/ocfl-storage.ts';

/** What happens at the chosen operation. */
export type Fault =
	/** It fails, and so does every one after it: the process has died. */
	| 'dies'
	/** Half of its bytes are written, then the process dies. */
	| 'tears'
	/** It alone fails; the process goes on. */
	| 'stumbles';

/** File operations of which one fails, and which remember what a power cut would take back. */
export interface FailingFiles extends OcflStorage {
	/** Operations begun since {@link arm}. */
	readonly count: number;
	/** True when the fault has happened. */
	readonly hasFailed: boolean;
	/** Fails at the nth operation from now, counted from 1. */
	arm(at: number, fault: Fault): void;
	/**
	 * Takes back what was not synced: bytes of files, and those names for which `loses` says so. A disk may have kept any
	 * part of them.
	 */
	cutPower(loses: (index: number) => boolean): void;
}

/** Real operations, without the waiting for the disk. */
export function createFailingFiles(): FailingFiles {
	let count = 0;
	let failAt = Infinity;
	let fault: Fault = 'dies';
	let hasFailed = false;
	const unsyncedFiles = new Set<string>();
	let unsyncedNames: { readonly folders: readonly string[]; readonly takeBack: () => void }[] = [];

	const step = (half?: () => void): void => {
		count++;
		if (count < failAt || (fault === 'stumbles' && count > failAt)) return;
		if (count === failAt && fault === 'tears') half?.();
		hasFailed = true;
		throw Object.assign(new Error('synthetic failure'), { code: 'EIO' });
	};
	const named = (paths: readonly string[], takeBack: () => void): void => {
		unsyncedNames.push({ folders: paths.map((path) => dirname(path)), takeBack });
	};
	const written = (path: string, isNew: boolean): void => {
		unsyncedFiles.add(path);
		if (isNew) named([path], () => rmSync(path, { force: true }));
	};
	const moved = (from: string, to: string): void => {
		for (const path of unsyncedFiles)
			if (path === from || path.startsWith(`${from}/`)) {
				unsyncedFiles.delete(path);
				unsyncedFiles.add(to + path.slice(from.length));
			}
	};
	return {
		...folderStorage,
		get count() {
			return count;
		},
		get hasFailed() {
			return hasFailed;
		},
		arm(at, what) {
			count = 0;
			failAt = at;
			fault = what;
		},
		cutPower(loses) {
			unsyncedNames.toReversed().forEach(({ takeBack }, index) => {
				if (loses(index)) takeBack();
			});
			for (const path of unsyncedFiles) if (existsSync(path)) truncateSync(path, 0);
			unsyncedNames = [];
			unsyncedFiles.clear();
		},
		write(path, bytes) {
			const isNew = !existsSync(path);
			step(() => {
				writeFileSync(path, Buffer.from(bytes as Uint8Array).subarray(0, bytes.length >> 1));
				written(path, isNew);
			});
			folderStorage.write(path, bytes);
			written(path, isNew);
		},
		copy(from, to, algorithm) {
			step(() => {
				const bytes = readFileSync(from);
				writeFileSync(to, bytes.subarray(0, bytes.length >> 1));
				written(to, true);
			});
			const digest = folderStorage.copy(from, to, algorithm);
			written(to, true);
			return digest;
		},
		makeFolder(path) {
			step();
			folderStorage.makeFolder(path);
			named([path], () => rmSync(path, { recursive: true, force: true }));
		},
		rename(from, to) {
			step();
			const isFile = existsSync(to);
			const before = isFile ? readFileSync(to) : undefined;
			folderStorage.rename(from, to);
			moved(from, to);
			named([from, to], () => {
				if (!existsSync(to)) return;
				renameSync(to, from);
				moved(to, from);
				if (before) writeFileSync(to, before);
			});
		},
		remove(path) {
			step();
			folderStorage.remove(path);
		},
		removeEmptyFolder(path) {
			step();
			folderStorage.removeEmptyFolder(path);
		},
		syncFile(path) {
			step();
			accessSync(path);
			unsyncedFiles.delete(path);
		},
		syncFolder(path) {
			step();
			unsyncedNames = unsyncedNames.filter(({ folders }) => !folders.includes(path));
		},
	};
}
