/** Media types by extension, of what the product writes and what archives bring. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
	avi: 'video/x-msvideo',
	bmp: 'image/bmp',
	csv: 'text/csv',
	doc: 'application/msword',
	docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
	eml: 'message/rfc822',
	flac: 'audio/flac',
	gif: 'image/gif',
	gz: 'application/gzip',
	html: 'text/html',
	jp2: 'image/jp2',
	jpeg: 'image/jpeg',
	jpg: 'image/jpeg',
	json: 'application/json',
	jsonl: 'application/jsonl',
	mkv: 'video/x-matroska',
	mov: 'video/quicktime',
	mp3: 'audio/mpeg',
	mp4: 'video/mp4',
	ofd: 'application/ofd',
	ods: 'application/vnd.oasis.opendocument.spreadsheet',
	odt: 'application/vnd.oasis.opendocument.text',
	pdf: 'application/pdf',
	png: 'image/png',
	ppt: 'application/vnd.ms-powerpoint',
	pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
	svg: 'image/svg+xml',
	tar: 'application/x-tar',
	tif: 'image/tiff',
	tiff: 'image/tiff',
	txt: 'text/plain',
	wav: 'audio/wav',
	xls: 'application/vnd.ms-excel',
	xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
	xml: 'application/xml',
	zip: 'application/zip',
};

/** The media type of a file by its name; of what is not known that it is bytes. */
export function mediaTypeOf(name: string): string {
	const extension = /\.([^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
	return (Object.hasOwn(MEDIA_TYPES, extension) && MEDIA_TYPES[extension]) || 'application/octet-stream';
}
