import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import * as v from 'valibot';
import { Refusal } from '#domain/base/refusal.ts';
import { text, verb, type Verb } from './verb.ts';

/** Verbs of registers that change nothing. */
export const REGISTER_READS = ['authority-list', 'gates'];

/** Records of one list: a register is read whole. */
const MOST_LISTED = 100_000;
const optionalText = v.optional(text);

/** The verbs of registers and of the gates. */
export const REGISTER_VERBS: Readonly<Record<string, Verb>> = {
	'authority-import': verb(
		v.object({ file: text, isTrial: v.boolean(), why: v.string() }),
		async (app, { file, isTrial, why }, { identity, language }) => {
			const isFile = await stat(file).then(
				(found) => found.isFile(),
				() => false,
			);
			if (!isFile) throw new Refusal('import.no-file', { file }, 404);
			return app.sheets.read(
				identity,
				'authority',
				{ path: file, fileName: basename(file) },
				{ isTrial, why, language: language === 'en' ? 'en' : 'zh' },
			);
		},
	),

	'authority-list': verb(v.object({ find: v.string() }), async (app, { find }, { identity }) => {
		const { records, total } = await app.registerDesk.list(identity.person, 'authority', {
			find,
			withdrawn: false,
			limit: MOST_LISTED,
		});
		const { titleOf } = app.registers.definition('authority');
		return { total, records: records.map((record) => ({ ...record, title: titleOf(record.content) })) };
	}),

	'authority-resolve': verb(
		v.object({
			text,
			from: optionalText,
			to: optionalText,
			authorityId: text,
			why: v.string(),
			isPreview: v.boolean(),
		}),
		(app, { why, isPreview, from, to, ...decision }, { identity }) =>
			app.resolve.resolve(
				identity,
				{ ...decision, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) },
				{ why, isPreview },
			),
	),

	gates: verb(v.object({ fonds: optionalText }), (app, { fonds }, { identity }) =>
		app.gates.board(identity.person, { fonds, isPatient: true }),
	),
};
