import { answer } from '../../answers.ts';
import { readPeople } from './people.ts';

/** Accounts, for administrators. */
export const GET = ({ locals }) => answer(() => readPeople(locals));
