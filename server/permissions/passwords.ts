import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const KEY_BYTES = 32;

/**
 * A salted scrypt hash as `scrypt$N$r$p$salt$key`, made off the event loop.
 * @param N its work; less than the default is for tests alone, which make hundreds of accounts
 */
export async function hashPassword(password: string, N: number = COST.N): Promise<string> {
	const salt = randomBytes(16);
	const key = await derive(password, salt, { ...COST, N });
	return ['scrypt', N, COST.r, COST.p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** True when the password made that hash; takes the same time either way. */
export async function verifyPassword(hash: string, password: string): Promise<boolean> {
	const [kind, n, r, p, salt, key] = hash.split('$');
	if (kind !== 'scrypt' || !salt || !key) return false;
	const expected = Buffer.from(key, 'base64url');
	const given = await derive(password, Buffer.from(salt, 'base64url'), {
		...COST,
		N: Number(n),
		r: Number(r),
		p: Number(p),
	});
	return given.length === expected.length && timingSafeEqual(given, expected);
}

function derive(password: string, salt: Buffer, cost: typeof COST): Promise<Buffer> {
	return new Promise((resolve, reject) => {
		// NFKC: the same password from any keyboard and input method.
		scrypt(password.normalize('NFKC'), salt, KEY_BYTES, cost, (error, key) =>
			error ? reject(error) : resolve(key),
		);
	});
}
