import { INVENTORY, sidecarOf, type DigestAlgorithm } from '#server/preservation/ocfl-inventory.ts';
import { digestOf } from '#server/preservation/digests.ts';
import { objectPath, OBJECT_NAMASTE, ROOT_NAMASTE } from '#server/preservation/ocfl-layout.ts';
import { OcflStore } from '#server/preservation/ocfl-store.ts';
import { createMemoryStorage, type MemoryStorage } from './memory-storage.ts';
import { aVersion } from './ocfl.ts';

/** Cases change it to what no type would allow. */
type Json = ReturnType<typeof JSON.parse>;

/** The root of cases. */
export const ROOT = '/store/root';
/** The object that is changed, and its id. */
export const OBJECT_ID = 'urn:x:case';
export const OBJECT = `${ROOT}/${objectPath(OBJECT_ID)}`;

/** A good root in memory, with an object of three versions and another, to be made bad. */
export class OcflCase {
	readonly storage: MemoryStorage;
	readonly store: OcflStore;

	constructor(algorithm: DigestAlgorithm = 'sha512') {
		this.storage = createMemoryStorage('/store');
		const store = new OcflStore(ROOT, '/store/staging', this.storage, algorithm);
		this.store = store;
		store.open({ mayCreate: true });
		store.putVersion(aVersion(OBJECT_ID, { 'a.txt': '一', 'sub/b.txt': '二', 'same.txt': '一' }));
		store.putVersion(aVersion(OBJECT_ID, { 'a.txt': '三', 'sub/b.txt': '二' }));
		store.putVersion(aVersion(OBJECT_ID, { 'a.txt': '三', 'c.txt': 'four' }));
		store.putVersion(aVersion('urn:x:other', { 'a.txt': '邻' }));
	}

	/** Changes the newest inventory, in both its places, as somebody would who knows of sidecars. */
	edit(change: (inventory: Json) => void): void {
		for (const folder of [OBJECT, `${OBJECT}/v3`]) this.editIn(folder, change);
	}

	/** Changes one inventory and its sidecar. */
	editIn(folder: string, change: (inventory: Json) => void): void {
		const inventory = this.inventory(folder);
		const before = String(inventory.digestAlgorithm);
		change(inventory);
		this.storage.remove(`${folder}/${sidecarOf(before)}`);
		this.writeInventory(folder, JSON.stringify(inventory));
	}

	inventory(folder = OBJECT): Json {
		return JSON.parse(Buffer.from(this.storage.read(`${folder}/${INVENTORY}`)).toString('utf8'));
	}

	/** Writes an inventory as text, with a good sidecar. */
	writeInventory(folder: string, text: string): void {
		const algorithm = /"digestAlgorithm": ?"sha256"/.test(text) ? 'sha256' : 'sha512';
		this.storage.write(`${folder}/${INVENTORY}`, text);
		this.storage.write(`${folder}/${sidecarOf(algorithm)}`, `${digestOf(algorithm, text)} ${INVENTORY}\n`);
	}

	/** Writes a file, with the folders above it. */
	write(path: string, text = 'x'): void {
		const parts = path.split('/');
		for (let depth = 2; depth < parts.length; depth++) {
			const folder = parts.slice(0, depth).join('/');
			if (!this.storage.kindOf(folder)) this.storage.makeFolder(folder);
		}
		this.storage.write(path, text);
	}

	/** Turns root and objects into what OCFL 1.0 would have them be. */
	toOneDotZero(): void {
		for (const [path, held] of this.storage.held) {
			if (typeof held !== 'object') continue;
			if (path.endsWith(`/${INVENTORY}`))
				this.editIn(path.slice(0, -INVENTORY.length - 1), (inventory) => {
					inventory.type = inventory.type.replace('1.1', '1.0');
				});
			for (const name of [OBJECT_NAMASTE, ROOT_NAMASTE])
				if (path.endsWith(`/${name}`)) {
					this.storage.remove(path);
					this.storage.write(path.replace('1.1', '1.0'), `${name.slice(2).replace('1.1', '1.0')}\n`);
				}
		}
	}

	/** Renames the folder of a version, in every inventory. */
	renameVersion(from: string, to: string): void {
		this.storage.rename(`${OBJECT}/${from}`, `${OBJECT}/${to}`);
		for (const { name } of [{ name: '.' }, ...this.storage.list(OBJECT)]) {
			const folder = name === '.' ? OBJECT : `${OBJECT}/${name}`;
			if (!this.storage.kindOf(`${folder}/${INVENTORY}`)) continue;
			const text = JSON.stringify(this.inventory(folder));
			this.writeInventory(folder, text.replaceAll(`"${from}"`, `"${to}"`).replaceAll(`"${from}/`, `"${to}/`));
		}
	}
}
