/** Waits until a check passes; fails with its last error after a limit. Instead of sleeping. */
export async function eventually<T>(check: () => T | Promise<T>, limitMs = 30_000): Promise<T> {
	const end = Date.now() + limitMs;
	for (;;) {
		try {
			return await check();
		} catch (error) {
			if (Date.now() > end) throw error;
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
	}
}
