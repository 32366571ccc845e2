import { answer } from '../../answers.ts';
import { readSettings } from './settings.ts';

/** Settings, for administrators. */
export const GET = ({ locals }) => answer(() => readSettings(locals));
