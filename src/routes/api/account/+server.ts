import { answer } from '../answers.ts';
import { readAccount } from './account.ts';

/** The account of who asks: sessions and tokens. */
export const GET = ({ locals }) => answer(() => readAccount(locals));
