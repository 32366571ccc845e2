/** Hands a file to the person, as a download of the browser. */
export function saveFile(content: Blob, name: string): void {
	const url = URL.createObjectURL(content);
	const link = document.createElement('a');
	link.href = url;
	link.download = name;
	link.click();
	// The download has begun by the next turn; an address kept would keep the content.
	setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
