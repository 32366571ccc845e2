/** Values put into the words of a refusal or finding. */
export type Params = Readonly<Record<string, string | number>>;

/**
 * An answer "no" that a person should read: a stable code such as `permissions.denied`, whose words live in i18n.
 * Recognise it with {@link isRefusal}: Vite and Node each load their own copy of this class.
 */
export class Refusal extends Error {
	readonly code: string;
	readonly params: Params;
	/** HTTP status that fits, when it is not 400. */
	readonly status: number;

	constructor(code: string, params: Params = {}, status = 400) {
		super(`${code}${Object.keys(params).length ? ` ${JSON.stringify(params)}` : ''}`);
		this.name = 'Refusal';
		this.code = code;
		this.params = params;
		this.status = status;
	}
}

/** The message key of a refusal code: `permissions.wrong-password` → `refusal_permissions_wrong_password`. */
export function refusalKey(code: string): string {
	return `refusal_${code.replace(/[.-]/g, '_')}`;
}

/** True for a {@link Refusal} of any copy of this module. */
export function isRefusal(error: unknown): error is Refusal {
	return error instanceof Error && error.name === 'Refusal' && typeof (error as Refusal).code === 'string';
}
