import { isRefusal } from '#domain/base/refusal.ts';

/** What is read, or undefined when it does not open: work goes on with what can be read. */
export async function orDamaged<T>(reading: Promise<T>): Promise<T | undefined> {
	try {
		return await reading;
	} catch (error) {
		if (isRefusal(error) && error.code === 'device.damaged') return undefined;
		throw error;
	}
}
