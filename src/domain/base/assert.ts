/** Stops on a programming error. Never use it for input: that is a Finding or a Refusal. */
export function assert(condition: unknown, message: string): asserts condition {
	if (!condition) throw new Error(`Bug: ${message}`);
}

/** The value, which must be there. */
export function must<T>(value: T | null | undefined, message: string): T {
	assert(value !== null && value !== undefined, message);
	return value;
}
