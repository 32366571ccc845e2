import { describe, expect, it } from 'vitest';
import { createDataKey, unwrapDataKey, vaultOf, wrapDataKey } from './vault.ts';

describe('the data key', () => {
	it('opens with the secret it was wrapped with and with no other', async () => {
		const key = createDataKey();
		const server = { kind: 'server', bytes: crypto.getRandomValues(new Uint8Array(32)) } as const;
		const byServer = await wrapDataKey(key, server);
		const byPin = await wrapDataKey(key, { kind: 'pin', text: '沧浦２００８' });
		expect(await unwrapDataKey(byServer, server)).toEqual(key);
		// The same PIN typed with other widths is the same PIN.
		expect(await unwrapDataKey(byPin, { kind: 'pin', text: '沧浦2008' })).toEqual(key);
		await expect(unwrapDataKey(byPin, { kind: 'pin', text: '沧浦2009' })).rejects.toMatchObject({
			code: 'device.wrong-pin',
		});
		await expect(
			unwrapDataKey(byServer, { kind: 'server', bytes: new Uint8Array(32) }),
		).rejects.toMatchObject({ code: 'device.wrong-key' });
	}, 20_000);

	it('is not wrapped with a PIN that is too short', async () => {
		await expect(wrapDataKey(createDataKey(), { kind: 'pin', text: '12345' })).rejects.toMatchObject({
			code: 'device.short-pin',
			params: { min: 6 },
		});
	});

	it('never leaves the vault', async () => {
		const vault = await vaultOf(createDataKey());
		await expect(crypto.subtle.exportKey('raw', vault.key)).rejects.toThrow();
	});
});

describe('a box', () => {
	it('tells when a bit was changed, and differs each time', async () => {
		const vault = await vaultOf(createDataKey());
		const bytes = new TextEncoder().encode('题名');
		const [one, two] = [await vault.seal('a', bytes), await vault.seal('a', bytes)];
		expect(one).not.toEqual(two);
		expect(await vault.open('a', one)).toEqual(bytes);
		const broken = one.slice();
		broken[20] = (broken[20] ?? 0) ^ 1;
		await expect(vault.open('a', broken)).rejects.toMatchObject({ code: 'device.damaged' });
		await expect(vault.open('b', one)).rejects.toMatchObject({ code: 'device.damaged' });
	});
});
