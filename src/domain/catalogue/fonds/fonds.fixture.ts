import type { RegisterRecord } from '../registers/register.ts';
import type { FondsRecord } from './fonds-record.ts';

/** A fonds of the fictional district 沧浦 of which only some things matter. */
export function fonds(content: Partial<FondsRecord>): FondsRecord {
	return {
		fondsNumber: 'B004',
		name: '沧浦区水务局',
		complex: '政府',
		creatorId: '',
		status: 'active',
		predecessors: [],
		successors: [],
		categories: ['WS'],
		codeRegimes: [],
		orgOrMatter: [],
		guide: '',
		entryId: '',
		...content,
	};
}

export function fondsRecordOf(id: string, content: Partial<FondsRecord>): RegisterRecord<FondsRecord> {
	return {
		id,
		version: 1,
		content: fonds(content),
		isWithdrawn: false,
		actorName: '林浦',
		at: '2026-01-01T00:00:00Z',
	};
}
