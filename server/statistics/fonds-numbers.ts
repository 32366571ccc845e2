import type { FondsRecord } from '#domain/catalogue/fonds/fonds-record.ts';
import type { HoldingsRecord } from '#domain/statistics/holdings/holdings-record.ts';
import type { Registers } from '#server/catalogue/registers/registers.ts';

/** The numbers of fonds that the registers of fonds and of holdings know. */
export function fondsNumbersOf(registers: Pick<Registers, 'list'>): string[] {
	return [...registers.list<FondsRecord>('fonds'), ...registers.list<HoldingsRecord>('holdings')]
		.filter(({ isWithdrawn }) => !isWithdrawn)
		.map(({ content }) => content.fondsNumber);
}
