import type { Page } from '@playwright/test';

/** An authenticator of the browser's own making, with PRF and user verification, in the place of a real one. */
export interface Authenticator {
	credentials(): Promise<number>;
	remove(): Promise<void>;
}

/** Gives a page an authenticator; it outlives reloads of the page, but not the browser. */
export async function addAuthenticator(
	page: Page,
	options: {
		readonly hasPrf?: boolean;
		/** Whether the person's finger or face is recognised. */
		readonly isRecognised?: boolean;
	} = {},
): Promise<Authenticator> {
	const cdp = await page.context().newCDPSession(page);
	await cdp.send('WebAuthn.enable');
	const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
		options: {
			protocol: 'ctap2',
			ctap2Version: 'ctap2_1',
			transport: 'internal',
			hasResidentKey: true,
			hasUserVerification: true,
			hasPrf: options.hasPrf !== false,
			isUserVerified: options.isRecognised !== false,
			automaticPresenceSimulation: true,
		},
	});
	return {
		credentials: async () =>
			(await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length,
		async remove() {
			await cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
			await cdp.detach();
		},
	};
}
