import { m } from '#i18n/generated/messages.js';

const FORMATS: Readonly<Record<string, string>> = {
	ead2002: 'EAD 2002',
	ead3: 'EAD3',
	csv: 'CSV',
	xlsx: 'Excel',
	xls: 'Excel',
};

/** A format of import, as people call it. */
export function formatWords(format: string): string {
	return format.startsWith('lantai-json') ? `${m.app_name()} JSON` : (FORMATS[format] ?? format);
}
