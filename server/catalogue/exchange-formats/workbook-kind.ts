/** A workbook is held in memory whole: beyond this, save it as CSV. */
export const MAX_WORKBOOK_BYTES = 256 * 1024 * 1024;

/** `xlsx` or `xls` by the first bytes of a file; undefined for anything else. */
export function workbookKind(head: Buffer): 'xlsx' | 'xls' | undefined {
	if (head.length > 4 && head.readUInt32BE(0) === 0x504b0304) return 'xlsx';
	return head.length > 8 && head.readUInt32BE(0) === 0xd0cf11e0 ? 'xls' : undefined;
}
