/** How one part is read, and how it is written. */
import { must } from '../../base/assert.ts';
import { codeProblem, type CodeProblem } from './code-problems.ts';
import { writtenPart, type CodeNumber } from './code-parts.ts';
import { fixedTermYears } from './code-terms.ts';
import type { NumberPart, PartRule } from './regime.ts';
import {
	countSigns,
	firstForeignSign,
	halfWidthOf,
	hasForm,
	isBlank,
	isCapital,
	isDigit,
	isHan,
	isSmall,
	type Signs,
} from './signs.ts';

export type PartValue = string | number | CodeNumber;

/** A written part as a value; `undefined` when it is none. Allocates only what it answers. */
export function readPart(rule: PartRule, written: string): PartValue | undefined {
	switch (rule.kind) {
		case 'text': {
			if (firstForeignSign(written, rule.signs) !== -1) return undefined;
			const count = rule.signs === 'lettersDigitsHan' ? countSigns(written) : written.length;
			return count < rule.min || count > rule.max ? undefined : written;
		}
		case 'year':
			return yearOf(written);
		case 'category':
			return written.length === 2 && firstForeignSign(written, 'letters') === -1 ? written : undefined;
		case 'retention':
			return isRetentionForm(written) ? written : undefined;
		case 'number':
			return numberOf(rule, written);
	}
}

function isRetentionForm(written: string): boolean {
	return written === 'Y' || written === 'C' || written === 'D' || fixedTermYears(written) !== undefined;
}

function yearOf(written: string): number | undefined {
	if (written.length !== 4 || firstForeignSign(written, 'digits') !== -1) return undefined;
	const year = Number(written);
	return year >= 1800 && year <= 2099 ? year : undefined;
}

function numberOf(rule: NumberPart, written: string): CodeNumber | undefined {
	let value = 0;
	let width = 0;
	while (width < written.length) {
		const unit = written.charCodeAt(width);
		if (!isDigit(unit)) break;
		value = value * 10 + (unit - 48);
		width++;
	}
	if (value === 0 || width > rule.max) return undefined;
	if (width === written.length) return { value, width };
	const suffix = written.slice(width);
	return rule.suffix && isSuffix(suffix) ? { value, width, suffix } : undefined;
}

function isSuffix(text: string): boolean {
	const point = text.codePointAt(0);
	if (point === undefined || text.length !== (point > 0xffff ? 2 : 1)) return false;
	return isHan(point) || isCapital(point) || isSmall(point);
}

/** Why a written part is no value: at least one problem, the first one first. `at` is where it begins. */
export function whyNotPart(rule: PartRule, written: string, at: number): CodeProblem {
	if (written === '') return codeProblem('code.empty-part', {}, at, rule.id);
	const foreign = whyNotSigns(rule, written, at);
	if (foreign) return foreign;
	switch (rule.kind) {
		case 'year':
			return codeProblem('code.not-year', { written }, at, rule.id);
		case 'category':
			return codeProblem('code.not-category', { written }, at, rule.id);
		case 'retention':
			return codeProblem('code.not-retention', { written }, at, rule.id);
		case 'text':
			return countSigns(written) < rule.min
				? codeProblem('code.too-short', { written, least: rule.min }, at, rule.id)
				: codeProblem('code.too-long', { written, most: rule.max }, at, rule.id);
		case 'number': {
			const digits = digitsOf(written);
			if (digits === 0) return codeProblem('code.not-number', { written }, at, rule.id);
			if (digits > rule.max) return codeProblem('code.too-long', { written, most: rule.max }, at, rule.id);
			if (digits < written.length)
				return codeProblem(
					rule.suffix ? 'code.not-number' : 'code.suffix',
					{ written },
					at + digits,
					rule.id,
				);
			return codeProblem('code.zero', { written }, at, rule.id);
		}
	}
}

function digitsOf(written: string): number {
	let digits = 0;
	while (digits < written.length && isDigit(written.charCodeAt(digits))) digits++;
	return digits;
}

function whyNotSigns(rule: PartRule, written: string, at: number): CodeProblem | undefined {
	const signs: Signs = rule.kind === 'text' ? rule.signs : 'lettersDigitsHan';
	for (let offset = 0; offset < written.length; offset++) {
		const unit = written.charCodeAt(offset);
		const sign = written[offset] as string;
		const half = halfWidthOf(unit);
		if (half !== undefined)
			return codeProblem('code.full-width', { sign, instead: half }, at + offset, rule.id);
		if (isBlank(unit)) return codeProblem('code.blank', {}, at + offset, rule.id);
		// An inserted number may carry a small letter.
		if (isSmall(unit) && !(rule.kind === 'number' && rule.suffix && offset === written.length - 1))
			return codeProblem('code.lower-case', { sign, instead: sign.toUpperCase() }, at + offset, rule.id);
	}
	if (rule.kind === 'number' && rule.suffix) return undefined;
	const offset = firstForeignSign(written, signs);
	if (offset === -1) return undefined;
	const sign = String.fromCodePoint(written.codePointAt(offset) as number);
	return codeProblem('code.sign', { sign }, at + offset, rule.id);
}

/** What is to be noted about a value that could be read. `undefined`: nothing. */
export function noteOnPart(
	rule: PartRule,
	value: PartValue,
	written: string,
	at: number,
): CodeProblem | undefined {
	switch (rule.kind) {
		case 'year':
			return undefined;
		case 'text':
			return rule.usualForms && !rule.usualForms.some((form) => hasForm(written, form))
				? codeProblem('code.fonds-form', { written, form: rule.usualForms.join(' / ') }, at, rule.id)
				: undefined;
		case 'category':
			return rule.codes.includes(written)
				? undefined
				: codeProblem('code.unknown-category', { written }, at, rule.id);
		case 'retention':
			return rule.codes.includes(written)
				? undefined
				: codeProblem('code.unknown-retention', { written }, at, rule.id);
		case 'number': {
			const { width } = value as CodeNumber;
			return width !== undefined && width < rule.min
				? codeProblem('code.padding', { written, padded: padded(value as CodeNumber, rule.min) }, at, rule.id)
				: undefined;
		}
	}
}

/** A number with at least `width` digits. */
export function padded(number: CodeNumber, width: number): string {
	return String(number.value).padStart(width, '0') + (number.suffix ?? '');
}

/** The canonical text of a value, or why it has none. `display`: with at least as many digits as usual. */
export function writePart(rule: PartRule, value: PartValue, display = false): string | CodeProblem {
	if (rule.kind !== 'number') {
		const written = String(value);
		return readPart(rule, written) === undefined ? whyNotPart(rule, written, 0) : written;
	}
	if (typeof value !== 'object') return codeProblem('code.not-number', { written: value }, 0, rule.id);
	const written = writtenPart(value);
	const most = 10 ** rule.max - 1;
	if (!Number.isInteger(value.value) || value.value < 1 || value.value > most)
		return codeProblem('code.out-of-range', { written, most }, 0, rule.id);
	if (
		value.width !== undefined &&
		!(Number.isInteger(value.width) && value.width >= 1 && value.width <= rule.max)
	)
		return codeProblem('code.too-long', { written, most: rule.max }, 0, rule.id);
	if (value.suffix !== undefined && !(rule.suffix && isSuffix(value.suffix)))
		return codeProblem('code.suffix', { written }, 0, rule.id);
	const width = Math.max(rule.min, value.width ?? rule.usual, display ? rule.usual : 0);
	return padded(value, must(width, 'every number has a width'));
}
