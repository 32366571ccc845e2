import * as messages from './rare-refusal-messages.ts';
import { addRefusalWords } from './refusal-words.ts';

// Importing this is all that a page has to do that may meet one of them.
addRefusalWords(messages);
