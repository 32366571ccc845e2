import canonicalize from 'canonicalize';
import { must } from '#domain/base/assert.ts';

/** Canonical JSON: the bytes depend on the value alone. @see RFC 8785 */
export function canonicalJson(value: unknown): string {
	return must(canonicalize(value), 'a value that JSON can say');
}
