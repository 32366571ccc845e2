/** Puts a text on the clipboard. @returns false where the browser does not let it: without a secure context, or asked not to */
export async function copied(text: string): Promise<boolean> {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		return false;
	}
}
